//! The stand-in for a record of a package that does not depend on the runtime.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, Item};

use crate::diagnostics::Problems;

/// Returns types with the names of the record and its twin, and a static called `constant`. Nothing that uses them is
/// reported.
pub(crate) fn without_runtime(item: &Item, constant: Option<&Ident>, problems: &mut Problems) -> TokenStream {
    let (ident, vis) = match item {
        Item::Struct(item) => (&item.ident, &item.vis),
        Item::Enum(item) => (&item.ident, &item.vis),
        _ => return item.to_token_stream(),
    };
    let Some((reported, refused)) = problems.refused_type(ident) else { return item.to_token_stream() };
    let twin = format_ident!("{}Fields", ident);
    let signal = constant.map(|constant| {
        quote! {
            #[allow(dead_code, missing_docs)]
            #vis static #constant: #refused = ::core::unreachable!();
        }
    });
    // mod __refused_Course { … }
    // pub type Course = __refused_Course::Refused;
    quote! {
        #reported
        #[allow(dead_code, missing_docs)]
        #vis type #ident = #refused;
        #[allow(dead_code, missing_docs)]
        #vis type #twin = #refused;
        #signal
    }
}
