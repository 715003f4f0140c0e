//! Assertions about types, which only the compiler knows.
//!
//! They point at the user's types. Apart from them, only the static of the schema requires something of a field's type, and
//! only of simple types. Everything else in an expansion compiles for any type.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{Field, Record};
use crate::{
    runtime_path::runtime_at,
    spans::{call_up_to, generic_up_to, ident_at, type_span},
};

impl Record<'_> {
    /// Returns the fields whose types need a check: neither those with a reported mistake, nor those with simple
    /// types, which the static asserts.
    fn checked(&self) -> impl Iterator<Item = &Field<'_>> {
        self.fields.iter().filter(|field| !field.is_type_reported && !field.alias.is_simple())
    }

    /// Asserts that each field has an Avro form and the traits of a value, and checks its schema with `function`.
    pub(crate) fn wire_assertions(&self, function: &str) -> TokenStream {
        let each = self.checked().map(|field| {
            let span = type_span(&field.ty);
            let rt = runtime_at(span);
            let ty = field.alias_at_type();
            let unless = |fact| {
                let fact = quote_spanned!(span=> #ty, { <#rt::Wire<#ty>>::#fact });
                generic_up_to(&field.ty, &quote!(#rt::Unless), &fact)
            };
            let (avro_type, value) =
                (unless(ident_at("IS_REFUSED", span)), unless(ident_at("HAS_NO_FORM", span)));
            let schema = schema_assertion(field, function);
            // const _: () = {
            //     assert_avro_type::<Unless<__Type0, { <Wire<__Type0>>::IS_REFUSED }>>();
            //     assert_value::<Unless<__Type0, { <Wire<__Type0>>::HAS_NO_FORM }>>();
            //     assert_field(&__RECORD, 0);
            // };
            quote_spanned! {span=>
                const _: () = {
                    #rt::assert_avro_type::<#avro_type>();
                    #rt::assert_value::<#value>();
                    #schema;
                };
            }
        });
        // The compiler evaluates an item up to its first error, so each field needs its own.
        quote!(#(#each)*)
    }

    /// Checks the schema of each field with `function`.
    pub(crate) fn schema_assertions(&self, function: &str) -> TokenStream {
        let each = self.checked().map(|field| {
            let schema = schema_assertion(field, function);
            // const _: () = assert_shared(&__RECORD, 0);
            quote_spanned!(type_span(&field.ty)=> const _: () = #schema;)
        });
        quote!(#(#each)*)
    }
}

fn schema_assertion(field: &Field<'_>, function: &str) -> TokenStream {
    let (index, span) = (field.index, type_span(&field.ty));
    let rt = runtime_at(span);
    let function = ident_at(function, span);
    call_up_to(&field.ty, &quote!(#rt::#function), quote_spanned!(span=> &__RECORD, #index))
}
