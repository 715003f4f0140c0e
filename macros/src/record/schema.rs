//! The static with the record's schema.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Type, ext::IdentExt};

use super::{Field, Target};

impl Target<'_> {
    /// `name` is the struct's as the user knows it.
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
    let type_name = type_name(field.ty);
    let ty = field.alias();
    let default = match default {
        None => quote!(::core::option::Option::None),
        Some(_) => {
            let default = field.default_function();
            quote!(::core::option::Option::Some(|__out| <#rt::Wire<#ty>>::encode(&#default(), __out)))
        }
    };
    // Field::new("id", "i64", "Number of the user.", false, <Wire<__Type0>>::SCHEMA, …)
    quote! {
        #rt::Field::new(
            #name,
            #type_name,
            #docs,
            #pii,
            <#rt::Wire<#ty>>::SCHEMA,
            <#rt::Wire<#ty>>::REFUSAL,
            <#rt::Shared<#ty>>::IS_SHARED,
            #default,
        )
    }
}

/// Where `ident` stands: the compiler's macros say where their own tokens are.
pub(crate) fn location(rt: &TokenStream, ident: &Ident) -> TokenStream {
    let line = quote_spanned!(ident.span()=> ::core::line!());
    let column = quote_spanned!(ident.span()=> ::core::column!());
    let file = quote_spanned!(ident.span()=> ::core::file!());
    quote! {
        #rt::Location { module_path: ::core::module_path!(), file: #file, line: #line, column: #column }
    }
}

/// The type as a person writes it: tokens print with spaces between them.
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
    fn types_are_written_as_people_do() {
        for text in ["String", "Option<Vec<i64>>", "BTreeMap<String, bytes::Bytes>", "::a::B", "[u8; 4]"] {
            let ty = syn::parse_str(text).unwrap();
            assert_eq!(type_name(&ty), text);
        }
    }
}
