//! `#[payload]`: parse, check, expand.

mod check;
mod expand;
mod fallback;
mod parse;

use proc_macro2::TokenStream;

use self::parse::Arguments;
use crate::{diagnostics::report, record};

/// The expansion, or the user's item with the reasons why there is none.
pub(crate) fn payload(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    // What does not parse was reported by the compiler before it called the macro.
    let Ok(item) = syn::parse2(item.clone()) else {
        return item.clone();
    };
    report(|problems| {
        let arguments = Arguments::parse(arguments, problems);
        let Some(payload) = parse::parse(&arguments, &item, problems) else {
            return fallback::expand(&item, &arguments.path);
        };
        check::check(&payload, problems);
        let can_expand = |field| record::can_expand(field, false) && !payload.is_within(field);
        if payload.fields.iter().all(can_expand) && record::have_own_names(&payload.fields) {
            expand::expand(&payload)
        } else {
            fallback::expand(&item, &arguments.path)
        }
    })
}
