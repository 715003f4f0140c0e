//! The names of the fields' types in expansions.

use std::fmt;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, TypePath};

use super::Field;
use crate::{spans::ident_at, syntax::type_name};

/// The name of a field's type in expansions. An expansion mentions the user's type as rarely as possible, because the
/// compiler reports a wrong type at each mention.
pub(crate) struct Alias {
    name: String,
    /// The text of a simple type.
    simple: Option<String>,
    /// Whether an earlier field has the same simple type.
    is_repeated: bool,
}

impl Alias {
    /// Makes the alias of the field with this index, whatever its type.
    pub(super) fn new(index: usize) -> Self {
        Self { name: format!("__Type{index}"), simple: None, is_repeated: false }
    }

    /// Makes the alias of `ty`. A simple type of one word is its own alias. Fields with the same simple type of several
    /// words share one alias.
    pub(super) fn of(ty: &Type, index: usize, earlier: &[Field<'_>]) -> Self {
        let Some(text) = simple(ty) else {
            return Self::new(index);
        };
        let has_text = |alias: &&Self| alias.simple.as_ref() == Some(&text);
        let same = earlier.iter().map(|field| &field.alias).find(has_text);
        let name = match same {
            Some(same) => same.name.clone(),
            None if text.contains('<') => format!("__Type{index}"),
            None => text.clone(),
        };
        Self { name, is_repeated: same.is_some(), simple: Some(text) }
    }

    /// Returns whether the type is valid. Only a program that shadows a well-known name can make it invalid.
    pub(super) fn is_simple(&self) -> bool {
        self.simple.is_some()
    }

    /// Returns `ty`, the type that this alias stands for, as a string.
    pub(super) fn type_name(&self, ty: &Type) -> String {
        self.simple.clone().unwrap_or_else(|| type_name(ty))
    }

    /// Returns whether the expansion declares the alias at this field.
    pub(super) fn is_declared(&self) -> bool {
        !self.is_repeated && self.simple.as_ref().is_none_or(|text| self.name != *text)
    }

    /// Returns the alias with the span of the type.
    pub(super) fn at(&self, span: Span) -> Ident {
        ident_at(&self.name, span)
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl ToTokens for Alias {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.at(Span::call_site()).to_tokens(tokens);
    }
}

const WORDS: &[&str] = &["String", "i64", "bool", "f64", "i32", "i16", "i8", "u32", "u16", "u8"];
const OUTER_WORDS: &[&str] = &["Option", "Vec"];

/// Returns whether the name can be part of a simple type.
pub(super) fn is_well_known(name: &Ident) -> bool {
    WORDS.iter().chain(OUTER_WORDS).any(|known| name == *known)
}

/// Formats a type that consists of well-known names, such as `Option<Vec<String>>`. A nested `Option` and a `Vec<u8>`
/// are not simple, because they are refused.
fn simple(ty: &Type) -> Option<String> {
    let Type::Path(TypePath { qself: None, path, .. }) = ty else {
        return None;
    };
    let outer = path.segments.first().filter(|_| path.leading_colon.is_none() && path.segments.len() == 1)?;
    let name = outer.ident.to_string();
    if outer.arguments.is_none() {
        return Some(name).filter(|name| WORDS.contains(&name.as_str()));
    }
    if !OUTER_WORDS.contains(&name.as_str()) {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &outer.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => {
            let inner = simple(inner)?;
            let is_refused = inner.starts_with("Option") || (name == "Vec" && inner == "u8");
            if is_refused {
                return None;
            }
            Some(format!("{name}<{inner}>"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::simple;

    #[test]
    fn simple_types_consist_of_well_known_names() {
        for text in ["String", "i64", "Option<bool>", "Vec<Vec<i8>>", "Option<Vec<String>>"] {
            assert_eq!(simple(&syn::parse_str(text).unwrap()).as_deref(), Some(text));
        }
        for text in [
            "u64",
            "Vec<u8>",
            "Option<Vec<Vec<u8>>>",
            "UserData",
            "std::string::String",
            "::String",
            "Vec<Option<i64>>",
            "Option<DateTime>",
        ] {
            assert!(simple(&syn::parse_str(text).unwrap()).is_none(), "{text}");
        }
    }
}
