//! `#[receiver]`: parse, check, expand.

mod expand;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Problems;

/// The user's function, with its registration or the reasons why there is none.
pub(crate) fn receiver(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut problems = Problems::new();
    let registration =
        parse::parse(arguments, item.clone(), &mut problems).map(|receiver| expand::expand(&receiver));
    // The types of parameters are those of the data keys, whatever clippy thinks of
    // them, and a receiver may return a `Result` before it has anything to fail at.
    let lints = registration.is_some().then(|| {
        quote! {
            #[allow(
                clippy::implicit_hasher,
                clippy::ref_option,
                clippy::trivially_copy_pass_by_ref,
                clippy::unnecessary_wraps
            )]
        }
    });
    let errors = problems.into_tokens();
    quote!(#lints #item #registration #errors)
}
