//! `Clone`, `PartialEq` and `Debug`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ext::IdentExt};

use super::{Field, Target};

impl Target<'_> {
    pub(crate) fn plain_impls(&self) -> TokenStream {
        let Self { rt, ident, fields } = self;
        let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
        let types: Vec<_> = fields.iter().map(Field::alias).collect();
        let debug = debug_impl(rt, ident, &quote!(self));
        // impl Clone for UserDataFields {
        //     fn clone(&self) -> Self { Self { id: <Plain<__Type0>>::clone_value(&self.id), … } }
        // }
        // impl PartialEq for UserDataFields {
        //     fn eq(&self, __other: &Self) -> bool { <Plain<__Type0>>::values_eq(&self.id, &other.id) && … }
        // }
        quote! {
            #[automatically_derived]
            impl ::core::clone::Clone for #ident {
                #[inline]
                fn clone(&self) -> Self {
                    Self { #(#idents: <#rt::Plain<#types>>::clone_value(&self.#idents)),* }
                }
            }

            #[automatically_derived]
            impl ::core::cmp::PartialEq for #ident {
                #[inline]
                fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                    #(<#rt::Plain<#types>>::values_eq(&self.#idents, &__other.#idents))&&*
                }
            }

            #debug
        }
    }
}

/// `of` is the type that gets the implementation, `fields` the expression for the struct with the fields.
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
