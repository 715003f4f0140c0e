//! Parses a variant and its attributes.
//!
//! ```text
//! #[payload(text = "no-id-professional")]
//! #[payload(other)]
//! ```

use quote::ToTokens;
use syn::{Attribute, Fields, Ident, LitStr, Meta, Type, ext::IdentExt};

use crate::{
    args::{self, Arg, KnownArguments, hints},
    diagnostics::{Problem, Problems},
    names::snake_name,
    record::find_conditional,
    rules,
    syntax::{is_condition, is_named, ungrouped_type},
};

const ARGUMENTS: &[&str] = &["text", "other"];

pub(super) struct Variant<'a> {
    pub(super) item: &'a syn::Variant,
    /// Without `r#`.
    pub(super) name: String,
    pub(super) text: String,
    /// The text as the user wrote it.
    pub(super) written: Option<LitStr>,
    /// The word `other`.
    pub(super) other: Option<Ident>,
    /// Whether an argument was refused that may have been `other`: it holds a `String`.
    pub(super) may_be_other: bool,
    /// The attributes that are not ours.
    pub(super) attributes: Vec<&'a Attribute>,
}

impl<'a> Variant<'a> {
    pub(super) fn parse(item: &'a syn::Variant, problems: &mut Problems) -> Self {
        let name = item.ident.unraw().to_string();
        let text = snake_name(&name);
        let mut variant = Self {
            item,
            name,
            text,
            written: None,
            other: None,
            may_be_other: false,
            attributes: Vec::new(),
        };
        // An argument is given once, even if the variant has several attributes.
        let mut known = KnownArguments::new("`#[payload(…)]` on a variant", ARGUMENTS, hints::of_variant);
        for one in &item.attrs {
            variant.attribute(one, &mut known, problems);
        }
        if let (Some(written), Some(_)) = (&variant.written, &variant.other) {
            let what = format!("catch-all variant `{}` cannot have a `text`", variant.name);
            let help = "remove `text`: the variant holds the strings that no other variant has";
            problems.mistake(written, what, help);
        }
        variant
    }

    fn attribute(&mut self, one: &'a Attribute, known: &mut KnownArguments<'_>, problems: &mut Problems) {
        if is_named(one, "payload") {
            self.arguments(one, known, problems);
        } else if one.path().is_ident("serde") || find_conditional(one, "serde").is_some() {
            let what = "serde attributes are not supported on payloads and events";
            let help = if one.to_token_stream().to_string().contains("other") {
                // Another message about the catch-all would be about the same mistake.
                self.other = Some(self.item.ident.clone());
                "write `#[payload(other)]`, which marks the catch-all"
            } else {
                "remove it; `#[payload(text = \"…\")]` sets a variant's text"
            };
            problems.refuse(&rules::SERDE_ATTRIBUTE, one, what, help);
        } else if let Some(meta) = find_conditional(one, "payload") {
            let written = meta.to_token_stream().to_string().replace(" (", "(");
            let what = format!("`#[{written}]` on variant `{}` applies only in some builds", self.name);
            let help = format!("write `#[{written}]`, without a condition");
            problems.refuse(&rules::FIELD_CFG, one, what, help);
            self.may_be_other = self.holds_string();
        } else if is_condition(one) {
            let what = format!("variant `{}` is missing in some builds", self.name);
            problems.push(
                Problem::of(&rules::FIELD_CFG, one, what)
                    .note("every build must read a string as the same variant, or services disagree (ADR-6)")
                    .help("keep the variant in every build"),
            );
        } else if let Some(name) = ARGUMENTS.iter().find(|name| one.path().is_ident(name)) {
            self.bare_attribute(one, name, problems);
        } else if is_named(one, "event") {
            let what = "`#[event(…)]` does not belong on a variant of a `#[payload]` enum";
            problems.mistake(one.path(), what, "replace `event` with `payload`");
        } else {
            self.attributes.push(one);
        }
    }

    /// Refuses `#[other]` in place of `#[payload(other)]`.
    fn bare_attribute(&mut self, attribute: &Attribute, name: &str, problems: &mut Problems) {
        let inner = attribute.meta.to_token_stream();
        let what = format!("`{name}` is not an attribute on its own");
        problems.mistake(attribute, what, format!("write `#[payload({inner})]`"));
        if name == "other" {
            self.other = attribute.path().get_ident().cloned();
        } else {
            self.make_distinct();
        }
    }

    fn arguments(&mut self, attribute: &Attribute, known: &mut KnownArguments<'_>, problems: &mut Problems) {
        let Meta::List(list) = &attribute.meta else {
            let what = "`#[payload]` on a variant needs an argument";
            let help = "write `#[payload(text = \"…\")]` or `#[payload(other)]`";
            problems.mistake(attribute, what, help);
            return;
        };
        let before = problems.len();
        let args = args::parse(list.tokens.clone(), problems);
        self.may_be_other |= problems.len() > before && self.holds_string();
        for arg in args {
            let is_known = ARGUMENTS.iter().any(|known| arg.name == known);
            if !is_known && self.holds_string() {
                self.may_be_other = true;
                let what = format!("`#[payload(…)]` on a variant has no argument `{}`", arg.name);
                let help = "write `#[payload(other)]`, which marks the catch-all";
                problems.refuse(&rules::ARGUMENT_UNKNOWN, &arg.name, what, help);
            } else if let Some(help) = belongs_elsewhere(&arg) {
                let what = format!("`{}` does not belong on a variant", arg.name);
                problems.refuse(&rules::ARGUMENT_UNKNOWN, &arg.name, what, help);
            } else if known.accept(&arg, problems) {
                self.take(&arg, problems);
            }
        }
    }

    fn take(&mut self, arg: &Arg, problems: &mut Problems) {
        if arg.name == "other" {
            arg.flag(problems);
            self.other = Some(arg.name.clone());
            return;
        }
        let example = format!("text = \"{}\"", snake_name(&self.name));
        if let Some(text) = arg.string(&example, problems) {
            self.text = text.value();
            self.written = Some(text);
        } else {
            self.make_distinct();
        }
    }

    /// Gives a variant whose text was refused one that no other variant has, so that it is not reported again.
    fn make_distinct(&mut self) {
        self.text = format!("\0{}", self.name);
    }

    /// Returns whether it can be the catch-all: it holds a `String`.
    pub(super) fn holds_string(&self) -> bool {
        match &self.item.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                match ungrouped_type(&fields.unnamed[0].ty) {
                    Type::Path(path) => path
                        .path
                        .segments
                        .last()
                        .is_some_and(|last| last.ident == "String" && last.arguments.is_none()),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Returns whether it has empty brackets.
    pub(super) fn has_empty_brackets(&self) -> bool {
        self.holds_data() && self.item.fields.is_empty()
    }

    pub(super) fn holds_data(&self) -> bool {
        !matches!(self.item.fields, Fields::Unit)
    }
}

/// Returns where an argument belongs that people may look for on a variant.
fn belongs_elsewhere(arg: &Arg) -> Option<&'static str> {
    match arg.name.to_string().as_str() {
        "default" => Some("derive `Default` on the enum, and write `#[default]` above the variant"),
        "pii" => Some("write `#[payload(pii)]` above the enum, or on the fields of this type"),
        "rename" | "name" | "value" => {
            Some("a variant's text is set with `text`, as in `#[payload(text = \"…\")]`")
        }
        _ => None,
    }
}
