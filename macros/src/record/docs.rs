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
                        let text = text.value();
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
