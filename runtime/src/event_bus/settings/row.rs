//! A row of a table of settings, and the macro that makes a struct of such a table.

use super::{
    finding::{Findings, SettingPath},
    value::{Given, Kind},
};

/// One setting.
pub(in crate::event_bus) struct Row {
    /// The names. If several are set, the first one counts. `*` stands for the family of the chosen bus, such as `REDIS`.
    pub(in crate::event_bus) names: &'static [&'static str],
    /// Whether the value is a table, which is JSON in an environment variable.
    pub(in crate::event_bus) is_table: bool,
    #[cfg(test)]
    pub(in crate::event_bus) meaning: &'static str,
    #[cfg(test)]
    pub(in crate::event_bus) default: fn() -> String,
}

/// Reads the first of `names` that is set, and reports a wrong value.
pub(in crate::event_bus) fn read<'a, T>(
    names: &[&str],
    look_up: impl FnMut(&str) -> Option<(Given<'a>, SettingPath<'a>)>,
    kind: Kind<T>,
    findings: &mut Findings,
) -> Option<T> {
    let (given, path) = names.iter().copied().find_map(look_up)?;
    findings.take(&path, kind(given))
}

/// Makes a struct, its defaults and its reader from a table with one row for each setting:
///
/// ```text
/// /// The meaning of the setting.
/// "NAME" | "OTHER_NAME" => field: Type = default, kind;
/// ```
///
/// A row without a kind is a table, whose own module reads it. Fields after `with` are not settings.
macro_rules! settings {
    (
        $(#[$attribute:meta])*
        pub struct $Settings:ident {
            $(
                $(#[doc = $meaning:literal])+
                $name:literal $(| $other:literal)* => $field:ident: $Type:ty = $default:expr $(, $kind:expr)?;
            )*
        }
        $(with { $($(#[$part_attribute:meta])* $visibility:vis $part:ident: $Part:ty,)* })?
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $Settings {
            $(
                #[doc = concat!("`", $name, "`", $(", else `", $other, "`",)* ".\n\n")]
                $(#[doc = $meaning])+
                pub $field: $Type,
            )*
            $($($(#[$part_attribute])* $visibility $part: $Part,)*)?
        }

        impl Default for $Settings {
            fn default() -> Self {
                Self { $($field: $default,)* $($($part: Default::default(),)*)? }
            }
        }

        impl $Settings {
            pub(in crate::event_bus) const ROWS: &'static [$crate::event_bus::settings::row::Row] = &[$(
                $crate::event_bus::settings::row::Row {
                    names: &[$name $(, $other)*],
                    is_table: { let kinds: &[&str] = &[$(stringify!($kind))?]; kinds.is_empty() },
                    #[cfg(test)]
                    meaning: concat!($($meaning),+),
                    #[cfg(test)]
                    default: || $crate::event_bus::settings::table::tests::shown::<$Type>($default),
                },
            )*];

            /// Reads the rows that have a kind. A setting that is not set, or wrong, keeps its value.
            pub(in crate::event_bus) fn read<'a>(
                &mut self,
                look_up: impl Fn(&str) -> Option<(
                    $crate::event_bus::settings::value::Given<'a>,
                    $crate::event_bus::settings::finding::SettingPath<'a>,
                )>,
                findings: &mut $crate::event_bus::settings::finding::Findings,
            ) {
                $({
                    #[allow(unused_variables)] // for a row without a kind
                    let names = &[$name $(, $other)*];
                    $(if let Some(value) = $crate::event_bus::settings::row::read(names, &look_up, $kind, findings) {
                        self.$field = value.into();
                    })?
                })*
            }
        }
    };
}
pub(in crate::event_bus) use settings;
