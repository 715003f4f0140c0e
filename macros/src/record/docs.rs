//! Documentation comments.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Lit, Meta, Token, punctuated::Punctuated};

/// The documentation of an item: `///` and `#[doc = …]`.
pub(crate) struct Docs {
    parts: Vec<DocPart>,
    /// Whether there is any, even if it is only `#[doc = include_str!(…)]`.
    pub(crate) exist: bool,
}

enum DocPart {
    Line(String),
    /// `include_str!(…)` or `concat!(…)`, which only the compiler can evaluate.
    Expression(Expr),
}

impl Docs {
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let mut parts = Vec::new();
        let mut exist = false;
        for attribute in attributes {
            exist |= is_conditional_doc(attribute);
            let Meta::NameValue(meta) = &attribute.meta else {
                continue;
            };
            if !meta.path.is_ident("doc") {
                continue;
            }
            match without_groups(&meta.value) {
                Expr::Lit(literal) => {
                    if let Lit::Str(text) = &literal.lit {
                        let text = without_stars(&text.value());
                        exist |= !text.trim().is_empty();
                        let lines =
                            text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned());
                        parts.extend(lines.map(DocPart::Line));
                        if text.is_empty() {
                            parts.push(DocPart::Line(String::new()));
                        }
                    }
                }
                expression => {
                    exist = true;
                    parts.push(DocPart::Expression(expression.clone()));
                }
            }
        }
        Self { parts, exist }
    }
}

impl Docs {
    /// Returns the documentation as source text.
    pub(super) fn source(&self) -> String {
        self.to_token_stream().to_string()
    }
}

/// Writes a literal, or a `concat!(…)` if only the compiler can evaluate a part.
impl ToTokens for Docs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let is_line = |part: &DocPart| matches!(part, DocPart::Line(_));
        let mut texts = Vec::new();
        for lines in self.parts.chunk_by(|left, right| is_line(left) && is_line(right)) {
            let lines = lines.iter().map(|part| match part {
                DocPart::Line(line) => Ok(line.as_str()),
                DocPart::Expression(expression) => Err(expression.to_token_stream()),
            });
            let text: Result<Vec<&str>, TokenStream> = lines.collect();
            texts.push(
                text.map_or_else(|expression| expression, |lines| lines.join("\n").trim().to_token_stream()),
            );
        }
        match &texts[..] {
            [] => "".to_tokens(tokens),
            [only] if self.parts.iter().all(is_line) => only.to_tokens(tokens),
            [first, rest @ ..] => tokens.extend(quote!(::core::concat!(#first #(, "\n", #rest)*))),
        }
    }
}

/// Returns whether the attribute is `cfg_attr(…, doc = "…")`. The schema leaves out such documentation, because
/// only some builds have it.
fn is_conditional_doc(attribute: &Attribute) -> bool {
    conditional(attribute).is_some_and(|inner| inner.iter().any(|meta| meta.path().is_ident("doc")))
}

/// Returns the attributes after the condition of a `cfg_attr`.
pub(super) fn conditional(attribute: &Attribute) -> Option<Vec<Meta>> {
    let list = attribute.meta.require_list().ok().filter(|list| list.path.is_ident("cfg_attr"))?;
    let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    Some(metas.into_iter().skip(1).collect())
}

/// Removes the invisible groups that `macro_rules!` puts around an expression.
fn without_groups(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => without_groups(&group.expr),
        Expr::Paren(paren) => without_groups(&paren.expr),
        other => other,
    }
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
