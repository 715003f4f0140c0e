//! Generated code as text.
//!
//! By default Cargo builds macros without optimization, and `quote!` takes thousands of instructions for each token. The
//! compiler reads text much faster. Code that contains no token of the user is therefore text. The tokens that messages
//! point at go through `quote!`.

use std::fmt::Display;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

/// Returns the code as text, with the value of the variable `name` in place of `#name` if the list has that name.
macro_rules! source {
    ([$($name:ident),*] $($code:tt)*) => {
        $crate::source::fill(
            ::core::stringify!($($code)*),
            &[$((::core::stringify!($name), &$name as &dyn ::core::fmt::Display)),*],
        )
    };
}
pub(crate) use source;

pub(crate) fn fill(template: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut parts = template.split('#');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_'));
        let (name, rest) = part.split_at(end.unwrap_or(part.len()));
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => text.extend([&value.to_string(), rest]),
            // The `#` begins an attribute.
            None => text.extend(["#", part]),
        }
    }
    text
}

pub(crate) fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// Returns the items with `separator` between them.
pub(crate) fn joined(items: impl IntoIterator<Item = impl Display>, separator: &str) -> String {
    let mut text = String::new();
    for item in items {
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push_str(&item.to_string());
    }
    text
}

/// Returns the tokens of the code. They have the span of the attribute.
pub(crate) fn tokens(code: &str) -> TokenStream {
    // `proc_macro2` would parse the code itself before it passes the code to the compiler.
    let tokens = if proc_macro::is_available() {
        code.parse::<proc_macro::TokenStream>().map(TokenStream::from).map_err(|error| error.to_string())
    } else {
        code.parse::<TokenStream>().map_err(|error| error.to_string())
    };
    tokens.unwrap_or_else(|error| quote!(::core::compile_error!(#error);))
}

/// Returns the tokens inside each pair of braces of the code.
pub(crate) fn groups(code: &str) -> impl Iterator<Item = TokenStream> {
    tokens(code).into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_in_the_list_stand_for_their_values() {
        let name = "r#type";
        let text = source!([name] #[inline] fn f(a: #name) -> #names { #name });
        assert_eq!(text.split_whitespace().collect::<String>(), "#[inline]fnf(a:r#type)->#names{r#type}");
    }
}
