//! The rules about payloads and events, and about their fields, one function each.

use syn::{Ident, Item, ext::IdentExt};

use super::{Docs, Field, Record, flow_control::check_flow_control, types::find_mention};
use crate::{
    ascii::Foreign,
    diagnostics::{Problem, Problems},
    names::struct_name,
    record_kind::RecordKind,
    rules,
    surroundings::Surroundings,
};

/// Refuses a struct if another type in the same block has its name. The compiler would report all implementations too.
/// Returns whether it was refused.
pub(crate) fn check_rival(item: &Item, problems: &mut Problems) -> bool {
    let ident = match item {
        Item::Struct(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        _ => return false,
    };
    let name = ident.unraw().to_string();
    let has_rival = Surroundings::of_attribute().has_rival(&name);
    if has_rival {
        problems.mistake(ident, format!("two types are named `{name}`"), "rename one of the two");
    }
    has_rival
}

/// The names of Avro's types and of its kinds of schema, which cannot name a record.
const AVRO_TYPES: &[&str] = &[
    "array",
    "boolean",
    "bytes",
    "double",
    "enum",
    "error",
    "error_union",
    "fixed",
    "float",
    "int",
    "long",
    "map",
    "null",
    "record",
    "request",
    "string",
    "union",
];

impl Record<'_> {
    /// Refuses a payload that has the name of an Avro type.
    pub(crate) fn check_record_name(&self, problems: &mut Problems) {
        let ident = &self.item.ident;
        let name = ident.unraw().to_string();
        if AVRO_TYPES.contains(&name.as_str()) {
            let what = format!("payload `{name}` has the name of an Avro type");
            let help = format!("rename the struct to `{}Data`", struct_name(&name));
            problems.refuse(&rules::RECORD_NAME_RESERVED, ident, what, help);
        }
    }

    /// Refuses a payload if another type has the name of its twin. Returns whether it was refused.
    pub(crate) fn check_twin(&self, surroundings: &Surroundings, problems: &mut Problems) -> bool {
        let (name, twin) = (self.item.ident.unraw().to_string(), self.holder.unraw().to_string());
        let is_taken = surroundings.has_type(&twin);
        if is_taken {
            problems.push(
                Problem::new(
                    &self.item.ident,
                    format!("payload `{name}` needs the name `{twin}`, which is taken"),
                )
                .note(format!("`#[payload]` declares `{twin}`, the struct that holds the fields"))
                .help(format!("rename the other `{twin}`, or rename the payload")),
            );
        }
        is_taken
    }

    pub(crate) fn check_documented(&self, problems: &mut Problems) {
        check_documented(self.kind, &self.item.ident, &self.docs, problems);
    }

    pub(crate) fn check_field(&self, field: &Field<'_>, problems: &mut Problems) {
        check_field_documented(field, problems);
        self.check_name(field, problems);
        check_type(field, problems);
        check_flow_control(field, self.kind, problems);
        self.check_recursion(field, problems);
    }

    fn check_name(&self, field: &Field<'_>, problems: &mut Problems) {
        if field.name.starts_with("__") {
            let what = format!("field `{}` begins with two underscores", field.name);
            let help = format!(
                "rename it to `{}`: names that begin with two underscores are reserved for generated code",
                self.free_name(&field.name, &[])
            );
            problems.refuse(&rules::FIELD_RESERVED, field.ident, what, help);
        }
        if field.name == "build" {
            let what = "a field cannot be named `build`, because the builder has a method of that name";
            let help = "name it after its value, as in `build_number`";
            problems.refuse(&rules::FIELD_RESERVED, field.ident, what, help);
        }
        if let Some(Foreign { what, .. }) = Foreign::find(&field.name) {
            let what = format!("the name of field `{}` {what}", field.name);
            let help = "use letters from `a` to `z`, digits and underscores, as Avro does";
            problems.refuse(&rules::FIELD_RESERVED, field.ident, what, help);
        }
    }

    /// Returns a name for a field that is close to `name`, and neither taken nor one of the `reserved`.
    pub(crate) fn free_name(&self, name: &str, reserved: &[&str]) -> String {
        let name = name.trim_matches('_');
        let is_taken = self.fields.iter().any(|field| field.name == name);
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            format!("value_{name}").trim_end_matches('_').to_owned()
        } else if is_taken || reserved.contains(&name) || name == "build" {
            format!("{name}_details")
        } else {
            // `self` is a keyword that cannot be raw.
            let forms = [name.to_owned(), format!("r#{name}"), format!("{name}_details")];
            forms.into_iter().find(|form| syn::parse_str::<Ident>(form).is_ok()).unwrap_or_default()
        }
    }

    /// Refuses a record that names itself. `assert_field` finds recursion through other payloads.
    fn check_recursion(&self, field: &Field<'_>, problems: &mut Problems) {
        let Some(at) = &field.recursion else { return };
        let ident = &self.item.ident;
        // Only the compiler knows which struct a path leads to.
        let or_another =
            if find_mention(&field.ty, ident).is_some() { "" } else { ", or a payload of the same name," };
        let what = format!(
            "{} `{}` contains itself{or_another} through its {} `{}`",
            self.kind.attribute(),
            ident.unraw(),
            self.kind.field(),
            field.name
        );
        let help = match self.kind {
            RecordKind::Payload => "refer to the other value by its key or id",
            RecordKind::Event => "refer to the other event by an id",
        };
        problems.refuse(&rules::RECORD_RECURSIVE, at, what, help);
    }
}

pub(crate) fn check_documented(kind: RecordKind, ident: &Ident, docs: &Docs, problems: &mut Problems) {
    if !docs.exist {
        let what = format!("{} `{}` is not documented", kind.attribute(), ident.unraw());
        let help = match kind {
            RecordKind::Payload => "add a `/// …` comment that says what it describes",
            RecordKind::Event => "add a `/// …` comment that says when the event is sent",
        };
        problems.refuse(&rules::EVENT_UNDOCUMENTED, ident, what, help);
    }
}

fn check_field_documented(field: &Field<'_>, problems: &mut Problems) {
    if !field.docs.exist {
        let what = format!("field `{}` is not documented", field.name);
        let help = "add a `/// …` comment that describes its value";
        problems.refuse(&rules::FIELD_UNDOCUMENTED, field.ident, what, help);
    }
}

/// Refuses types that no event can contain.
fn check_type(field: &Field<'_>, problems: &mut Problems) {
    if let Some(refusal) = &field.refusal {
        let what = format!("field `{}` {}", field.name, refusal.what);
        let problem = Problem::of(&rules::FIELD_TYPE, &refusal.at, what).help(&refusal.help);
        problems.push(match refusal.why {
            Some(why) => problem.note(why),
            None => problem,
        });
    }
}
