//! `#[receiver]`: parse, check, expand.

mod expand;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Problems;

/// The user's function, with its registration or the reasons why there is none.
pub(crate) fn receiver(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut problems = Problems::new();
    let registration =
        parse::parse(arguments, item.clone(), &mut problems).map(|receiver| expand::expand(&receiver));
    let errors = problems.into_tokens();
    quote!(#item #registration #errors)
}
