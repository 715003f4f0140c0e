//! `Clone`, `PartialEq` and `Debug`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Field, Target};

impl Target<'_> {
    pub(crate) fn plain_impls(&self) -> TokenStream {
        let Self { rt, ident, fields } = self;
        let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
        let types: Vec<_> = fields.iter().map(|field| field.ty).collect();
        let debug = self.debug_impl(ident, &quote!(self));
        // impl Clone for UserDataFields {
        //     fn clone(&self) -> Self { Self { id: <Plain<i64>>::clone_value(&self.id), … } }
        // }
        // impl PartialEq for UserDataFields {
        //     fn eq(&self, __other: &Self) -> bool { <Plain<i64>>::values_eq(&self.id, &other.id) && … }
        // }
        quote! {
            #[automatically_derived]
            impl ::core::clone::Clone for #ident {
                fn clone(&self) -> Self {
                    Self { #(#idents: <#rt::Plain<#types>>::clone_value(&self.#idents)),* }
                }
            }

            #[automatically_derived]
            impl ::core::cmp::PartialEq for #ident {
                fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                    #(<#rt::Plain<#types>>::values_eq(&self.#idents, &__other.#idents))&&*
                }
            }

            #debug
        }
    }

    /// `of` is the type that gets the implementation, `value` the expression with the fields.
    pub(crate) fn debug_impl(&self, of: &syn::Ident, value: &TokenStream) -> TokenStream {
        let rt = self.rt;
        let fields = self.fields.iter().map(|field| {
            let Field { ident, name, ty, pii, .. } = field;
            if *pii {
                quote!((#name, &#rt::Redacted))
            } else {
                quote!((#name, <#rt::Plain<#ty>>::debug_value(&#value.#ident)))
            }
        });
        let name = syn::ext::IdentExt::unraw(of).to_string();
        // impl Debug for UserData {
        //     fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        //         debug_record(f, "UserData", &[("id", <Plain<i64>>::debug_value(&self.id)), ("pii", &Redacted)])
        //     }
        // }
        quote! {
            #[automatically_derived]
            impl ::core::fmt::Debug for #of {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #rt::debug_record(__f, #name, &[#(#fields),*])
                }
            }
        }
    }
}
