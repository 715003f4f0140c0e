//! `#[event]`: parse, check, expand.

mod check;
mod expand;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

use crate::{diagnostics::Problems, record};

/// The expansion, or the user's item with the reasons why there is none.
pub(crate) fn event(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let item: Item = match syn::parse2(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#item #error);
        }
    };
    let mut problems = Problems::new();
    let parsed = parse::parse(arguments, &item, &mut problems);
    let expansion = match parsed {
        Some(event) => {
            check::check(&event, &mut problems);
            expand::expand(&event)
        }
        None => record::without_attributes(item, "event"),
    };
    let errors = problems.into_tokens();
    quote!(#expansion #errors)
}
