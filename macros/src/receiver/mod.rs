//! `#[receiver]`: parses the function and its arguments, checks the signature, and expands the receiver. This folder
//! may use the shared files, but neither `event` nor `payload`.

mod arguments;
mod batch;
mod batch_argument;
mod check;
mod element;
mod expand;
mod function;
mod only;
mod parameters;
mod parse;
mod refused;
mod signal_forms;

use proc_macro2::TokenStream;

use crate::diagnostics::report;

/// Returns the user's function with its registration, or with the reasons why there is none.
pub(crate) fn receiver(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    report(|problems| match parse::parse(arguments, item, problems) {
        Ok(receiver) => expand::expand(&receiver),
        Err(refused) => expand::expand_refused(&refused),
    })
}
