//! The static with the record's schema.

use proc_macro2::TokenStream;
use quote::{TokenStreamExt, quote};
use syn::ext::IdentExt;

use super::{Field, Record};
use crate::{
    source::{groups, literal, source},
    spans::location,
};

impl Record<'_> {
    pub(super) fn record_static(&self) -> TokenStream {
        let code: String = self.fields.iter().map(field_schema).collect();
        let mut parts = groups(&code);
        let mut fields = TokenStream::new();
        for field in &self.fields {
            fields.extend(parts.next());
            if field.alias.is_simple() {
                // The compiler reports another type of that name here.
                fields.append(field.alias_at_type());
                fields.extend(parts.next());
            }
        }
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

/// Returns the code of a field in braces, or, for a simple type, the code before the type and after it.
fn field_schema(field: &Field<'_>) -> String {
    let Field { pii, default, alias, .. } = field;
    let (name, docs) = (literal(&field.name), field.docs.source());
    let type_name = literal(&alias.type_name(&field.ty));
    let pii = if *pii { ".personal()" } else { "" };
    let default = default.as_ref().map(|_| {
        let default = field.default_function();
        source!([alias, default] .with_default(|__out| <__Wire<#alias>>::encode(&#default(), __out)))
    });
    let default = default.unwrap_or_default();
    let facts = if alias.is_simple() {
        "__simple::< } { >()".to_owned()
    } else {
        source! {
            [alias]
            __TypeFacts::new(<__Wire<#alias>>::SCHEMA, <__Wire<#alias>>::REFUSAL, <__Shared<#alias>>::IS_SHARED)
        }
    };
    // simple::<i64>().of("id", "i64", "Number of the user."),
    // simple::<String>().of("email", "String", "Address of the user.").personal().with_default(…),
    source! {
        [facts, name, type_name, docs, pii, default]
        { #facts.of(#name, #type_name, #docs) #pii #default, }
    }
}
