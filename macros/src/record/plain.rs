//! `Clone`, `PartialEq` and `Debug`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ext::IdentExt};

use super::{Field, Target};

impl Target<'_> {
    /// Leaves out the traits in `above`, which are derived already.
    pub(crate) fn plain_impls(&self, above: &[String]) -> TokenStream {
        let is_missing = |name: &str| !above.iter().any(|above| above == name);
        let Self { rt, ident, fields } = self;
        let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
        let types: Vec<_> = fields.iter().map(Field::alias).collect();
        let debug = is_missing("Debug").then(|| debug_impl(rt, ident, &quote!(self)));
        // impl Clone for UserDataFields {
        //     fn clone(&self) -> Self { Self { id: <Plain<__Type0>>::clone_value(&self.id), … } }
        // }
        // impl PartialEq for UserDataFields {
        //     fn eq(&self, __other: &Self) -> bool { <Plain<__Type0>>::values_eq(&self.id, &other.id) && … }
        // }
        let clone = is_missing("Clone").then(|| {
            quote! {
                #[automatically_derived]
                impl ::core::clone::Clone for #ident {
                    #[inline]
                    fn clone(&self) -> Self {
                        Self { #(#idents: <__Plain<#types>>::clone_value(&self.#idents)),* }
                    }
                }
            }
        });
        let partial_eq = is_missing("PartialEq").then(|| {
            quote! {
                #[automatically_derived]
                impl ::core::cmp::PartialEq for #ident {
                    #[inline]
                    fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                        #(<__Plain<#types>>::values_eq(&self.#idents, &__other.#idents))&&*
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
