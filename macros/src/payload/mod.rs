//! `#[payload]`: parses the struct and its arguments, checks the rules about payloads, and expands the payload. This
//! folder may use `record` and the shared files, but neither `event` nor `receiver`.

mod check;
mod expand;
mod fallback;
mod parse;

use proc_macro2::TokenStream;
use syn::Type;

use self::parse::PayloadArguments;
use crate::{diagnostics::report, record};

/// Returns the expansion, or the user's item with the reasons why there is none.
pub(crate) fn payload(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    // The compiler reported an item that does not parse before it called the macro.
    let Ok(item) = syn::parse2(item.clone()) else {
        return item.clone();
    };
    report(|problems| {
        let arguments = PayloadArguments::parse(arguments, problems);
        let Some(mut payload) = parse::parse(&arguments, &item, problems) else {
            return fallback::expand(&item, &arguments.path, &[]);
        };
        check::check(&payload, problems);
        let above = &payload.attributes.above;
        if !record::can_expand(&payload.fields) || !above.is_empty() {
            return fallback::expand(&item, &arguments.path, above);
        }
        let ident = &payload.item.ident;
        let is_recursive = |ty: &Type| record::find_namesake(ty, ident).is_some();
        record::replace_refused_types(&mut payload.fields, ident, is_recursive);
        expand::expand(&payload)
    })
}
