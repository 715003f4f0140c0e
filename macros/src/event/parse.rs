//! Parses the attribute and its struct.
//!
//! ```text
//! #[event(
//!     type = "org.openedx.learning.course.enrollment.created.v1",
//!     key = enrollment.course.course_key,
//!     minor_version = 1, repository = "…", warning = "…", name = "COURSE_ENROLLMENT_CREATED",
//!     deprecated(since = "…", note = "…"), local_only = "reason",
//!     allow(rule, reason = "…"), crate = path,
//! )]
//! ```

use quote::quote;
use syn::{Ident, Item, ItemStruct, ext::IdentExt};

use super::{arguments::EventArguments, examples::Examples};
use crate::{
    ascii::Foreign,
    diagnostics::{Problem, Problems},
    event_type::EventType,
    names::{self, is_constant},
    record::{self, Record},
    record_kind::RecordKind,
    rules,
};

/// An event as the checks and the expansion need it.
#[expect(clippy::struct_field_names, reason = "`type` is a keyword")]
pub(crate) struct Event<'a> {
    pub(crate) record: Record<'a>,
    pub(crate) arguments: EventArguments,
    pub(crate) event_type: EventType,
    /// The name of the static.
    pub(crate) constant: Ident,
    /// Whether a data key has a name that receivers use for something else.
    pub(crate) has_reserved_key: bool,
}

/// Parses the struct. Returns `None` if the item does not have the shape of an event.
pub(crate) fn parse<'a>(
    mut arguments: EventArguments,
    item: &'a Item,
    problems: &mut Problems,
) -> Option<Event<'a>> {
    let examples = Examples::for_item(item);
    let item = record::check_shape(item, RecordKind::Event, problems)?;
    let struct_name = item.ident.unraw().to_string();
    let event_type = arguments.event_type.take().unwrap_or_else(|| {
        if !arguments.has_unknown {
            let help = format!("add `{}` to the arguments of `#[event]`", examples.event_type);
            let what = format!("event `{struct_name}` has no event type");
            problems.refuse(&rules::TYPE_MISSING, &item.ident, what, help);
        }
        EventType::refused(&item.ident)
    });
    let constant = match &arguments.name {
        Some(name) if is_constant(&name.value()) => Ident::new(&name.value(), name.span()),
        Some(name) => {
            let words = name.value().replace(['-', ' ', '.'], "_");
            let capitals = names::constant_name_of(&words, &event_type.words());
            let better = Some(capitals).filter(|one| is_constant(one));
            let better = better.unwrap_or_else(|| names::constant_name(&struct_name));
            let what = match Foreign::find(&name.value()) {
                Some(Foreign { what, .. }) => {
                    format!("constant name `{}` {what}", name.value().escape_debug())
                }
                None => format!("`{}` is not a valid constant name", name.value()),
            };
            problems.mistake(
                name,
                what,
                format!("write `name = \"{better}\"`, in capital letters, digits and underscores"),
            );
            derived_constant(item, &event_type, problems)
        }
        None => derived_constant(item, &event_type, problems),
    };
    let is_local = arguments.local_only.is_some();
    let waivers = &mut arguments.waivers;
    let record = Record::parse(item, RecordKind::Event, is_local, false, waivers, problems);
    for field in &record.fields {
        waivers.take_misplaced(&field.waivers);
    }
    if [&rules::KEY_UNKNOWN, &rules::KEY_TYPE].iter().any(|rule| waivers.is_refused(rule)) {
        arguments.key.clear();
    }
    if is_local && !arguments.key.is_empty() {
        let key = &arguments.key;
        problems.push(
            Problem::new(&quote!(#(#key).*), "a `local_only` event cannot have a key")
                .note(
                    "a key keeps messages on an event bus in order, but this event never leaves the process",
                )
                .help("remove `key`, or remove `local_only`"),
        );
        arguments.key.clear();
    }
    Some(Event { record, arguments, event_type, constant, has_reserved_key: false })
}

/// Stands in for a name that was refused, so that nothing else is reported about it.
pub(crate) const UNNAMED: &str = "__UNNAMED";

fn derived_constant(item: &ItemStruct, event_type: &EventType, problems: &mut Problems) -> Ident {
    let derived = names::constant_name_of(&item.ident.unraw().to_string(), &event_type.words());
    if is_constant(&derived) {
        return Ident::new(&derived, item.ident.span());
    }
    let what = format!("`{}` cannot be turned into a constant name", item.ident);
    let words = event_type.words().join("_");
    let name = if words.is_empty() { "COURSE_ENROLLMENT_CREATED" } else { &words };
    problems.mistake(&item.ident, what, format!("add `name = \"{name}\"` to the arguments of `#[event]`"));
    Ident::new(UNNAMED, item.ident.span())
}
