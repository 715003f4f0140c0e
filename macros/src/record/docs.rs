//! Documentation comments.

use syn::{Attribute, Expr, Lit, Meta};

/// What `///` and `#[doc = …]` say.
pub(crate) struct Docs {
    /// The text, as far as the macro can see it.
    pub(crate) text: String,
    /// Whether there is any, be it only `#[doc = include_str!(…)]`.
    pub(crate) exist: bool,
}

impl Docs {
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let mut lines = Vec::new();
        let mut exist = false;
        for attribute in attributes {
            let Meta::NameValue(meta) = &attribute.meta else {
                continue;
            };
            if !meta.path.is_ident("doc") {
                continue;
            }
            match &meta.value {
                Expr::Lit(literal) => {
                    if let Lit::Str(text) = &literal.lit {
                        let text = without_stars(&text.value());
                        exist |= !text.trim().is_empty();
                        lines.extend(
                            text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()),
                        );
                        if text.is_empty() {
                            lines.push(String::new());
                        }
                    }
                }
                _ => exist = true,
            }
        }
        Self { text: lines.join("\n").trim().to_owned(), exist }
    }
}

/// The text of a `/** … */` without the asterisks down its left side, which rustdoc leaves out, too.
fn without_stars(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.collect();
    let has_stars = |line: &&&str| line.trim_start().starts_with('*');
    let inner = match rest.split_last() {
        // The line with the `*/`.
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
