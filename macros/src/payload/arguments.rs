//! The arguments of the attribute.
//!
//! ```text
//! #[payload(pii, text, crate = path)]
//! ```

use proc_macro2::TokenStream;
use syn::Ident;

use crate::{
    args::{self, KnownArguments, hints},
    diagnostics::Problems,
    record_kind::RecordKind,
    runtime_path::RuntimePath,
    syntax::is_key_value,
    waivers::{Place, Waivers},
};

#[derive(Default)]
pub(super) struct PayloadArguments {
    pub(super) path: RuntimePath,
    /// Whether all fields, or the string, are personal data.
    pub(super) pii: bool,
    /// The word `text`: the struct is a string on the wire.
    pub(super) text: Option<Ident>,
    /// Whether an argument was refused. It may have been `text`.
    pub(super) has_unknown: bool,
    /// Misplaced waivers: conventions about payloads are waived at their fields.
    pub(super) waivers: Waivers,
}

impl PayloadArguments {
    pub(super) fn parse(tokens: TokenStream, problems: &mut Problems) -> Self {
        let mut parsed = Self::default();
        if is_key_value(&tokens) {
            return parsed;
        }
        let mut known = KnownArguments::new("`#[payload]`", &["pii", "text", "crate"], hints::of_payload);
        let before = problems.len();
        let args = args::parse(tokens, problems);
        parsed.has_unknown = problems.len() > before;
        for arg in args {
            if arg.name == "allow" {
                arg.waiver(Place::Struct(RecordKind::Payload), &mut parsed.waivers, problems);
            } else if known.accept(&arg, problems) {
                match arg.name.to_string().as_str() {
                    "pii" => parsed.pii = arg.flag(problems),
                    "text" => {
                        arg.flag(problems);
                        parsed.text = Some(arg.name);
                    }
                    _ => parsed.path = RuntimePath::parse(&arg, problems),
                }
            } else {
                parsed.has_unknown |= arg.name != "text";
                arg.mistaken_waiver(&mut parsed.waivers);
            }
        }
        parsed
    }
}
