//! Generated code as text.
//!
//! By default Cargo builds macros without optimization, and `quote!` takes thousands of instructions for each token. The
//! compiler reads text much faster. Code that contains no token of the user is therefore text. The tokens that messages
//! point at go through `quote!`.

use std::fmt::{self, Display, Write};

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

/// Returns the code as text, with the value of the variable `name` in place of `#name` if the list has that name.
macro_rules! source {
    ([$($name:ident),*] $($code:tt)*) => {{
        static PARTS: ::std::sync::OnceLock<$crate::source::Parts> = ::std::sync::OnceLock::new();
        let parts = PARTS.get_or_init(|| {
            $crate::source::split(::core::stringify!($($code)*), &[$(::core::stringify!($name)),*])
        });
        $crate::source::fill(parts, &[$(&$name as &dyn ::core::fmt::Display),*])
    }};
}
pub(crate) use source;

/// The indices of a template's values, each with the text after it. No value comes before the first text.
pub(crate) type Parts = Vec<(Option<usize>, &'static str)>;

pub(crate) fn split(template: &'static str, names: &[&str]) -> Parts {
    let mut pieces = template.split('#');
    let mut parts = vec![(None, pieces.next().unwrap_or_default())];
    for piece in pieces {
        let end = piece.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        match names.iter().position(|known| *known == name) {
            Some(value) => parts.push((Some(value), rest)),
            // The `#` begins an attribute.
            None => parts.extend([(None, "#"), (None, piece)]),
        }
    }
    parts
}

pub(crate) fn fill(parts: &Parts, values: &[&dyn Display]) -> String {
    let filled = fmt::from_fn(|f| {
        for (value, text) in parts {
            if let Some(value) = value {
                values[*value].fmt(f)?;
            }
            f.write_str(text)?;
        }
        Ok(())
    });
    // The standard library does the work, and is always optimized.
    format!("{filled}")
}

pub(crate) fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// Returns the items with `separator` between them.
pub(crate) fn joined(items: impl IntoIterator<Item = impl Display>, separator: &str) -> String {
    let mut text = String::new();
    for item in items {
        let separator = if text.is_empty() { "" } else { separator };
        // A `String` accepts all text.
        let _ = write!(text, "{separator}{item}");
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
