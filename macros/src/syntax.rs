//! Reads the user's syntax.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Expr, Meta, Path, Token, Type, Visibility,
    parse::{ParseStream, Parser},
    parse_quote,
    punctuated::Punctuated,
};

/// Returns whether the attribute is `#[name]`, or a path to it such as `#[openedx_events::name]`.
pub(crate) fn is_named(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == name)
}

/// Parses `#[derive(…)]`.
pub(crate) fn derived(derive: &Attribute) -> syn::Result<Punctuated<Path, Token![,]>> {
    derive.parse_args_with(Punctuated::parse_terminated)
}

/// Turns `#[expect(…)]` into `#[allow(…)]`, and returns other attributes unchanged.
pub(crate) fn allow_expected(attribute: &Attribute) -> Attribute {
    let mut attribute = attribute.clone();
    if let Meta::List(list) = &mut attribute.meta
        && list.path.is_ident("expect")
    {
        list.path = parse_quote!(allow);
    }
    attribute
}

/// Returns the keyword that says what kind of item it is.
pub(crate) fn first_word(item: TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let word = input.parse::<TokenTree>()?;
        input.parse::<TokenStream>()?;
        Ok(word.into())
    };
    parser.parse2(item).unwrap_or_default()
}

/// Returns the expression without the invisible groups that `macro_rules!` puts around it.
pub(crate) fn ungrouped(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => ungrouped(&group.expr),
        other => other,
    }
}

/// Returns the type without parentheses and invisible groups.
pub(crate) fn ungrouped_type(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped_type(&group.elem),
        Type::Paren(paren) => ungrouped_type(&paren.elem),
        other => other,
    }
}

/// Formats the type as a person would write it, without the spaces that tokens print between them.
pub(crate) fn type_name(ty: &Type) -> String {
    let spaced = ty.to_token_stream().to_string();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut text = String::new();
    for word in words {
        let joined = |one: char| one.is_alphanumeric() || one == '_';
        if (text.ends_with(joined) && word.starts_with(joined)) || text.ends_with(',') || text.ends_with(';')
        {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::type_name;

    #[test]
    fn types_are_formatted_as_people_write_them() {
        for text in ["String", "Option<Vec<i64>>", "BTreeMap<String, bytes::Bytes>", "::a::B", "[u8; 4]"] {
            let ty = syn::parse_str(text).unwrap();
            assert_eq!(type_name(&ty), text);
        }
    }
}
