//! Why an event cannot be a field of another one, or of a payload.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ext::IdentExt};

pub(super) fn expand(rt: &TokenStream, ident: &Ident) -> TokenStream {
    let name = ident.unraw().to_string();
    // impl Refused for CourseEnrollmentCreated { const REFUSAL: Refusal = Refusal::event("Course…"); }
    quote! {
        #[automatically_derived]
        impl #rt::Refused for #ident {
            const REFUSAL: #rt::Refusal = #rt::Refusal::event(#name);
        }
    }
}
