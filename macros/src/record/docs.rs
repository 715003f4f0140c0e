//! Documentation comments.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::{
    source::literal,
    syntax::{conditional, ungrouped},
};

/// The documentation of an item: `///` and `#[doc = …]`.
pub(crate) struct Docs {
    parts: Vec<DocPart>,
    /// Whether there is any, even if it is only `#[doc = include_str!(…)]`.
    pub(crate) exist: bool,
}

enum DocPart {
    /// Lines that follow each other.
    Lines(Vec<String>),
    /// `include_str!(…)` or `concat!(…)`, which only the compiler can evaluate.
    Expression(Expr),
}

impl Docs {
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let mut docs = Self { parts: Vec::new(), exist: false };
        for attribute in attributes {
            docs.exist |= is_conditional_doc(attribute);
            let Meta::NameValue(meta) = &attribute.meta else { continue };
            if !is_doc(attribute) {
                continue;
            }
            match ungrouped(&meta.value) {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                    docs.push_text(&without_stars(&text.value()));
                }
                Expr::Lit(_) => {}
                expression => {
                    docs.exist = true;
                    docs.parts.push(DocPart::Expression(expression.clone()));
                }
            }
        }
        docs
    }

    fn push_text(&mut self, text: &str) {
        self.exist |= !text.trim().is_empty();
        let lines = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned());
        let lines: Vec<String> = if text.is_empty() { vec![String::new()] } else { lines.collect() };
        match self.parts.last_mut() {
            Some(DocPart::Lines(earlier)) => earlier.extend(lines),
            _ => self.parts.push(DocPart::Lines(lines)),
        }
    }

    /// Returns whether it may contain an example, which rustdoc would run again on each copy.
    pub(crate) fn may_have_examples(&self) -> bool {
        let is_code =
            |line: &String| ["```", "~~~", "    ", "\t"].iter().any(|start| line.starts_with(start));
        self.parts.iter().any(|part| match part {
            DocPart::Lines(lines) => lines.iter().any(is_code),
            DocPart::Expression(_) => true,
        })
    }

    /// Returns the documentation as source text.
    pub(super) fn source(&self) -> String {
        match &self.parts[..] {
            [DocPart::Lines(lines)] => literal(lines.join("\n").trim()),
            _ => self.to_token_stream().to_string(),
        }
    }
}

impl ToTokens for DocPart {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Lines(lines) => lines.join("\n").trim().to_tokens(tokens),
            Self::Expression(expression) => expression.to_tokens(tokens),
        }
    }
}

/// Writes a literal, or a `concat!(…)` if only the compiler can evaluate a part.
impl ToTokens for Docs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.parts[..] {
            [] => "".to_tokens(tokens),
            [lines @ DocPart::Lines(_)] => lines.to_tokens(tokens),
            [first, rest @ ..] => tokens.extend(quote!(::core::concat!(#first #(, "\n", #rest)*))),
        }
    }
}

/// Returns whether the attribute is `doc`, which is the most common one.
pub(super) fn is_doc(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
}

/// Returns whether the attribute is `cfg_attr(…, doc = "…")`. The schema leaves out such documentation, because
/// only some builds have it.
fn is_conditional_doc(attribute: &Attribute) -> bool {
    conditional(attribute).is_some_and(|inner| inner.iter().any(|meta| meta.path().is_ident("doc")))
}

/// Removes the asterisks down the left side of a `/** … */`, as rustdoc does.
fn without_stars(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.collect();
    let has_stars = |line: &&&str| line.trim_start().starts_with('*');
    let inner = match rest.split_last() {
        // The last line has the `*/`.
        Some((last, inner)) if last.trim().is_empty() => inner,
        _ => &rest[..],
    };
    if inner.is_empty() || inner.iter().filter(has_stars).count() != inner.len() {
        return text.to_owned();
    }
    let stripped = inner.iter().map(|line| line.trim_start().trim_start_matches('*'));
    let all: Vec<&str> = std::iter::once(first.trim_start_matches('*')).chain(stripped).collect();
    all.join("\n")
}
