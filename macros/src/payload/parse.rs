//! Parses the attribute and its struct.
//!
//! ```text
//! #[payload(pii, crate = path)]
//! ```

use proc_macro2::TokenStream;
use syn::{Item, ItemStruct};

use crate::{
    args::{self, KnownArguments},
    diagnostics::Problems,
    record::{self, Attributes, Docs, Field},
    record_kind::RecordKind,
    runtime_path::RuntimePath,
    waivers::{Place, Waivers},
};

/// A payload as the expansion needs it.
pub(crate) struct Payload<'a> {
    pub(crate) item: &'a ItemStruct,
    pub(crate) path: &'a RuntimePath,
    pub(crate) docs: Docs,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) fields: Vec<Field<'a>>,
}

/// The arguments of the attribute.
#[derive(Default)]
pub(crate) struct PayloadArguments {
    pub(crate) path: RuntimePath,
    /// Whether all fields are personal data.
    pii: bool,
    /// Misplaced waivers: conventions about payloads are waived at their fields.
    waivers: Waivers,
}

impl PayloadArguments {
    pub(crate) fn parse(tokens: TokenStream, problems: &mut Problems) -> Self {
        let mut parsed = Self::default();
        let mut known = KnownArguments::new("`#[payload]`", &["pii", "crate"]);
        for arg in args::parse(tokens, problems) {
            if arg.name == "allow" {
                arg.waiver(Place::Struct(RecordKind::Payload), &mut parsed.waivers, problems);
            } else if known.accept(&arg, problems) {
                match arg.name.to_string().as_str() {
                    "pii" => parsed.pii = arg.flag(problems),
                    _ => parsed.path.set(arg.path("crate = path::to::openedx_events", problems)),
                }
            }
        }
        parsed
    }
}

/// Parses the struct. Returns `None` if the item does not have the shape of a payload.
pub(crate) fn parse<'a>(
    arguments: &'a PayloadArguments,
    item: &'a Item,
    problems: &mut Problems,
) -> Option<Payload<'a>> {
    let item = record::check_shape(item, RecordKind::Payload, problems)?;
    let mut waivers = Waivers::default();
    let attributes = Attributes::parse(item, RecordKind::Payload, false, &mut waivers, problems);
    let mut fields = record::parse_fields(item, RecordKind::Payload, false, arguments.pii, problems);
    for field in &mut fields {
        field.waivers.take_misplaced(&arguments.waivers);
        field.waivers.take_misplaced(&waivers);
        field.is_type_reported |= arguments.waivers.are_types_refused();
    }
    Some(Payload { item, path: &arguments.path, docs: Docs::of(&item.attrs), attributes, fields })
}
