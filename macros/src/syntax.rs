//! Reads the user's syntax.

use proc_macro2::{Group, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Expr, Ident, Meta, Path, Token, Type, Visibility,
    parse::{Parse, ParseStream, Parser},
    parse_quote,
    punctuated::Punctuated,
};

/// Parses the item of the attribute `#[name]`.
///
/// # Errors
///
/// If the item does not parse: returns it with a message that the compiler shows only if it reports nothing else. Most
/// such items have a syntax error, which the compiler reported before it called the macro. The others have a syntax that
/// only the compiler knows.
pub(crate) fn parse_item<T: Parse>(name: &str, item: &TokenStream) -> Result<T, TokenStream> {
    syn::parse2(item.clone())
        .or_else(|error| syn::parse2(with_raw_names(item.clone())).map_err(|_| error))
        .map_err(|error| with_late_message(name, item.clone(), &error))
}

/// Writes the names that are keywords only since the edition 2018 as raw identifiers: `async: bool` as `r#async: bool`.
fn with_raw_names(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut raw = TokenStream::new();
    while let Some(token) = tokens.next() {
        let is_before_colon = matches!(
            tokens.peek(),
            Some(TokenTree::Punct(next)) if next.as_char() == ':' && next.spacing() == Spacing::Alone
        );
        raw.extend([match token {
            TokenTree::Ident(name)
                if is_before_colon && ["async", "await", "dyn", "try"].iter().any(|word| name == word) =>
            {
                Ident::new_raw(&name.to_string(), name.span()).into()
            }
            TokenTree::Group(group) => in_group(&group, with_raw_names(group.stream())).into(),
            other => other,
        }]);
    }
    raw
}

/// Adds a lint to the item, because the compiler does not check lints of a program with errors.
fn with_late_message(name: &str, item: TokenStream, error: &syn::Error) -> TokenStream {
    let function = format_ident!("{name}_cannot_parse_this_item");
    let message = format!(
        "`#[{name}]` has no effect here, because it cannot parse the item, although the compiler can: {error}\nhelp: write the item in another way, or update `openedx-events`"
    );
    // const _: () = { #[must_use = "…"] const fn payload_cannot_parse_this_item() -> bool { true } …(); };
    let lint = quote! {
        #[deny(unused_must_use)]
        const _: () = {
            #[must_use = #message]
            const fn #function() -> ::core::primitive::bool {
                true
            }
            #function();
        };
    };
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    match tokens.pop() {
        // The body of a function: next to the function, the lint might be inside an `impl`.
        Some(TokenTree::Group(body)) if name == "receiver" => {
            let statements = body.stream();
            tokens.push(in_group(&body, quote!(#lint #statements)).into());
            tokens.into_iter().collect()
        }
        last => {
            tokens.extend(last);
            quote!(#(#tokens)* #lint)
        }
    }
}

fn in_group(like: &Group, tokens: TokenStream) -> Group {
    let mut group = Group::new(like.delimiter(), tokens);
    group.set_span(like.span());
    group
}

/// Returns whether the attribute is `#[name]`, or a path to it such as `#[openedx_events::name]`.
pub(crate) fn is_named(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == name)
}

/// Returns the attributes after the condition of a `cfg_attr`.
pub(crate) fn conditional(attribute: &Attribute) -> Option<Vec<Meta>> {
    let Meta::List(list) = &attribute.meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    Some(metas.into_iter().skip(1).collect())
}

/// Returns whether the attribute can remove what it is on from a build. Other conditional attributes, such as those with
/// lints, do not.
pub(crate) fn is_condition(attribute: &Attribute) -> bool {
    let is_cfg = |path: &Path| ["cfg", "cfg_attr"].iter().any(|name| path.is_ident(name));
    attribute.path().is_ident("cfg")
        || (attribute.path().is_ident("cfg_attr")
            && conditional(attribute).is_none_or(|inner| inner.iter().any(|meta| is_cfg(meta.path()))))
}

/// Returns whether the attribute that is expanded is `#[event = "…"]`, which the compiler refuses itself, and passes to the
/// macro like `#[event("…")]`.
pub(crate) fn is_key_value(arguments: &TokenStream) -> bool {
    let first = arguments.clone().into_iter().next();
    if !matches!(first, Some(TokenTree::Literal(_))) {
        return false;
    }
    let attribute = Span::call_site().source_text().unwrap_or_default();
    attribute.split(['"', '(']).next().is_some_and(|before| before.contains('='))
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
    use super::{parse_item, type_name};

    #[test]
    fn names_that_were_no_keywords_in_2015_are_names() {
        let item = "struct Job { async: bool, r#try: ::r#dyn::B, dyn: [u8; { 1 }] }".parse().unwrap();
        let item: syn::ItemStruct = parse_item("payload", &item).unwrap();
        let names: Vec<String> =
            item.fields.iter().map(|one| one.ident.as_ref().unwrap().to_string()).collect();
        assert_eq!(names, ["r#async", "r#try", "r#dyn"]);
    }

    #[test]
    fn an_item_that_does_not_parse_is_never_ignored_in_silence() {
        for (name, item) in [("payload", "struct A { a b }"), ("receiver", "fn f(a b) { 1 }")] {
            let parsed = parse_item::<syn::Item>(name, &item.parse().unwrap());
            let text = parsed.err().unwrap().to_string();
            assert!(text.contains(&format!("{name}_cannot_parse_this_item ()")), "{text}");
            assert!(text.contains("a b"), "{text}");
        }
    }

    #[test]
    fn types_are_formatted_as_people_write_them() {
        for text in ["String", "Option<Vec<i64>>", "BTreeMap<String, bytes::Bytes>", "::a::B", "[u8; 4]"] {
            let ty = syn::parse_str(text).unwrap();
            assert_eq!(type_name(&ty), text);
        }
    }
}
