//! The static with the record's schema.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::{Field, Record};
use crate::{
    source::{joined, literal, source, tokens},
    spans::location,
};

impl Record<'_> {
    pub(super) fn record_static(&self) -> TokenStream {
        let fields = tokens(&joined(self.fields.iter().map(field_schema), ", "));
        let location = location(&self.item.ident);
        let name = self.item.ident.unraw().to_string();
        // static __RECORD: Record = Record { name: "UserData", fields: &[…], location: … };
        quote! {
            static __RECORD: __Record = __Record {
                name: #name,
                fields: &[#fields],
                location: #location,
            };
        }
    }
}

fn field_schema(field: &Field<'_>) -> String {
    let Field { pii, default, alias, .. } = field;
    let (name, docs) = (literal(&field.name), field.docs.source());
    let type_name = literal(&alias.type_name(&field.ty));
    let facts = if alias.is_simple() {
        source!([alias] <__Wire<#alias>>::SIMPLE)
    } else {
        source! {
            [alias]
            __TypeFacts::new(<__Wire<#alias>>::SCHEMA, <__Wire<#alias>>::REFUSAL, <__Shared<#alias>>::IS_SHARED)
        }
    };
    let default = match default {
        None => "__None".to_owned(),
        Some(_) => {
            let default = field.default_function();
            source!([alias, default] __Some(|__out| <__Wire<#alias>>::encode(&#default(), __out)))
        }
    };
    // Field::new("id", "i64", "Number of the user.", false, <Wire<i64>>::SIMPLE, None)
    source! {
        [name, type_name, docs, pii, facts, default]
        __Field::new(#name, #type_name, #docs, #pii, #facts, #default)
    }
}
