//! An enum: on the wire, a string, with one text for each variant and a catch-all for the others.

mod check;
mod expand;
mod variant;

use proc_macro2::TokenStream;
use syn::{ItemEnum, ext::IdentExt};

use self::variant::Variant;
use super::arguments::PayloadArguments;
use crate::{
    diagnostics::Problems,
    record::{self, Attributes, Docs, Owner},
    record_kind::RecordKind,
};

/// An enum as the checks and the expansion need it.
struct Choice<'a> {
    item: &'a ItemEnum,
    attributes: Attributes<'a>,
    variants: Vec<Variant<'a>>,
    /// Whether the strings are personal data.
    pii: bool,
}

impl Choice<'_> {
    fn name(&self) -> String {
        self.item.ident.unraw().to_string()
    }
}

/// Returns the expansion, or the traits that are derived above the attribute if there is none.
pub(super) fn expand(
    item: &ItemEnum,
    arguments: &mut PayloadArguments,
    problems: &mut Problems,
) -> Result<TokenStream, Vec<String>> {
    if let Some(text) = &arguments.text {
        let what = "`text` is for structs, and an enum is always a string on the wire";
        problems.mistake(text, what, "remove `text`");
    }
    let attributes = Attributes::parse(&item.attrs, Owner::Choice, &mut arguments.waivers, problems);
    let variants = item.variants.iter().map(|variant| Variant::parse(variant, problems)).collect();
    let choice = Choice { item, attributes, variants, pii: arguments.pii };
    record::check_documented(RecordKind::Payload, &item.ident, &Docs::of(&item.attrs), problems);
    let has_shape = check::check(&choice, problems);
    if !has_shape || !choice.attributes.derived_above.is_empty() {
        return Err(choice.attributes.derived_above);
    }
    Ok(expand::expand(choice, &arguments.path))
}
