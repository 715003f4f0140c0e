//! The static with the record's schema.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Type, ext::IdentExt};

use super::{Field, Target};

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

/// The source location of `ident`: `line!()` and its like return the location of their own tokens.
pub(crate) fn location(rt: &TokenStream, ident: &Ident) -> TokenStream {
    let line = quote_spanned!(ident.span()=> ::core::line!());
    let column = quote_spanned!(ident.span()=> ::core::column!());
    let file = quote_spanned!(ident.span()=> ::core::file!());
    quote! {
        #rt::Location { module_path: ::core::module_path!(), file: #file, line: #line, column: #column }
    }
}

/// Formats the type as a person would write it, without the spaces that tokens print between them.
pub(crate) fn type_name(ty: &Type) -> String {
    let spaced = ty.to_token_stream().to_string();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut text = String::new();
    for word in words {
        let joined = |one: char| one.is_alphanumeric() || one == '_';
        if (text.ends_with(joined) && word.starts_with(joined)) || text.ends_with(',') || text.ends_with(';')
        {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::type_name;

    #[test]
    fn types_are_formatted_as_people_write_them() {
        for text in ["String", "Option<Vec<i64>>", "BTreeMap<String, bytes::Bytes>", "::a::B", "[u8; 4]"] {
            let ty = syn::parse_str(text).unwrap();
            assert_eq!(type_name(&ty), text);
        }
    }
}
