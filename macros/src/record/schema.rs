//! The static with the record's schema.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, ext::IdentExt};

use super::{Field, Target};
use crate::{spans::location, syntax::type_name};

impl Target<'_> {
    /// `name` is the name of the user's struct.
    pub(crate) fn record_static(&self, name: &Ident) -> TokenStream {
        let rt = self.rt;
        let fields = self.fields.iter().map(|field| field_schema(rt, field));
        let location = location(rt, name);
        let name = name.unraw().to_string();
        // static __RECORD: Record = Record { name: "UserData", fields: &[…], location: … };
        quote! {
            static __RECORD: #rt::Record = #rt::Record {
                name: #name,
                fields: &[#(#fields),*],
                location: #location,
            };
        }
    }
}

fn field_schema(rt: &TokenStream, field: &Field<'_>) -> TokenStream {
    let Field { name, pii, docs, default, .. } = field;
    let type_name = type_name(&field.ty);
    let ty = field.alias();
    let default = match default {
        None => quote!(__None),
        Some(_) => {
            let default = field.default_function();
            quote!(__Some(|__out| <__Wire<#ty>>::encode(&#default(), __out)))
        }
    };
    // Field::new("id", "i64", "Number of the user.", false, <Wire<__Type0>>::SCHEMA, …)
    quote! {
        #rt::Field::new(
            #name,
            #type_name,
            #docs,
            #pii,
            <__Wire<#ty>>::SCHEMA,
            <__Wire<#ty>>::REFUSAL,
            <#rt::Shared<#ty>>::IS_SHARED,
            #default,
        )
    }
}
