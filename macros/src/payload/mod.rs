//! `#[payload]`: parse, check, expand.

mod check;
mod expand;
mod fallback;
mod parse;

use proc_macro2::TokenStream;
use syn::Type;

use self::parse::Arguments;
use crate::{
    diagnostics::{report, without_reports},
    record,
};

/// The expansion, or the user's item with the reasons why there is none.
pub(crate) fn payload(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    // What does not parse was reported by the compiler before it called the macro.
    let Ok(item) = syn::parse2(item.clone()) else {
        return item.clone();
    };
    report(|problems| {
        let arguments = Arguments::parse(arguments, problems);
        let Some(payload) = parse::parse(&arguments, &item, problems) else {
            return fallback::expand(&item, &arguments.path, &[]);
        };
        check::check(&payload, problems);
        let above = &payload.attributes.above;
        if !record::can_expand(&payload.fields) || !above.is_empty() {
            return fallback::expand(&item, &arguments.path, above);
        }
        let is_recursive = |ty: &Type| record::find_namesake(ty, &payload.item.ident).is_some();
        let (ownable, are_refused) = record::with_ownable_types(payload.item, false, is_recursive);
        if !are_refused.contains(&true) {
            return expand::expand(&payload);
        }
        let payload = without_reports(|problems| parse::parse(&arguments, &ownable, problems));
        payload.map_or_else(TokenStream::new, |mut payload| {
            record::mark_refused(&mut payload.fields, &are_refused);
            expand::expand(&payload)
        })
    })
}
