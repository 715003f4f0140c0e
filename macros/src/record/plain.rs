//! `Clone`, `PartialEq` and `Debug`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ext::IdentExt};

use super::{Field, Target};

impl Target<'_> {
    /// Leaves out the traits in `above`, which are derived already.
    pub(crate) fn plain_impls(&self, above: &[String]) -> TokenStream {
        let is_missing = |name: &str| !above.iter().any(|above| above == name);
        let Self { rt, ident, .. } = self;
        let debug = is_missing("Debug").then(|| debug_impl(rt, ident, &quote!(self)));
        // impl Clone for UserDataFields {
        //     fn clone(&self) -> Self { Self { id: <Plain<__Type0>>::clone_value(&self.id), … } }
        // }
        // impl PartialEq for UserDataFields {
        //     fn eq(&self, __other: &Self) -> bool { <Plain<__Type0>>::values_eq(&self.id, &other.id) && … }
        // }
        let clone = is_missing("Clone").then(|| {
            let cloned = |field: &Field<'_>| {
                let (ty, ident) = (field.alias(), field.ident);
                quote!(<__Plain<#ty>>::clone_value(&self.#ident))
            };
            let value = self.value(cloned, |values| values, |part| part);
            quote! {
                #[automatically_derived]
                impl ::core::clone::Clone for #ident {
                    #[inline]
                    fn clone(&self) -> Self {
                        #value
                    }
                }
            }
        });
        let partial_eq = is_missing("PartialEq").then(|| {
            let parts = self.parts(|part| {
                let equal = part.iter().map(|field| {
                    let (ty, ident) = (field.alias(), field.ident);
                    quote!(<__Plain<#ty>>::values_eq(&self.#ident, &__other.#ident))
                });
                quote!(#(#equal)&&*)
            });
            quote! {
                #[automatically_derived]
                impl ::core::cmp::PartialEq for #ident {
                    #[inline]
                    fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                        #(#parts)&&*
                    }
                }
            }
        });
        quote!(#clone #partial_eq #debug)
    }
}

/// Implements `Debug` for `of`; `fields` is an expression for the struct with the fields.
pub(crate) fn debug_impl(rt: &TokenStream, of: &Ident, fields: &TokenStream) -> TokenStream {
    let name = of.unraw().to_string();
    // impl Debug for UserData {
    //     fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result { Fields::debug_fields(self, f, "UserData") }
    // }
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Debug for #of {
            #[inline]
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #rt::Fields::debug_fields(#fields, __f, #name)
            }
        }
    }
}
