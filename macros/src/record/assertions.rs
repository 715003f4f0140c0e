//! Assertions about types, which only the compiler knows.
//!
//! They are the only hard requirements on the types of fields, and point at the user's types. Everything else in an
//! expansion compiles without them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Field, Record};
use crate::{
    runtime_path::runtime_at,
    source::{joined, source, tokens},
    spans::{call_up_to, generic_up_to, ident_at},
};

impl Record<'_> {
    /// Returns the fields without a reported mistake in their type.
    fn checked(&self) -> impl Iterator<Item = &Field<'_>> {
        self.fields.iter().filter(|field| !field.is_type_reported)
    }

    /// Asserts that each field has an Avro form and the traits of a value.
    pub(crate) fn type_assertions(&self) -> TokenStream {
        let each = self.checked().map(|field| {
            let span = field.ty.span();
            let rt = runtime_at(span);
            let ty = field.alias_at_type();
            if field.alias.is_simple() {
                // assert_simple::<i64>();
                return quote_spanned!(span=> #rt::assert_simple::<#ty>(););
            }
            // assert_avro_type::<Unrefused<__Type0, { <Wire<__Type0>>::IS_REFUSED }>>();
            // <Wire<__Type0>>::assert_value();
            let is_refused = quote_spanned!(span=> { <#rt::Wire<#ty>>::IS_REFUSED });
            let unrefused = generic_up_to(&field.ty, &quote!(#rt::Unrefused), &quote!(#ty, #is_refused));
            quote_spanned! {span=>
                #rt::assert_avro_type::<#unrefused>();
                <#rt::Wire<#ty>>::assert_value();
            }
        });
        // The compiler checks a function that nothing calls, but generates no code for it.
        quote! {
            fn __types() {
                #(#each)*
            }
        }
    }

    /// Calls `function`, which walks over the schema, for each field. Its plural does so for several fields.
    pub(crate) fn schema_assertions(&self, function: &str) -> TokenStream {
        let (simple, others): (Vec<_>, Vec<_>) = self.checked().partition(|field| field.alias.is_simple());
        let simple = (!simple.is_empty()).then(|| {
            let plural = format!("{function}s");
            let indices = joined(simple.iter().map(|field| field.index), ", ");
            tokens(&source!([plural, indices] const _: () = __RT::#plural(&__RECORD, &[#indices]);))
        });
        let others = others.into_iter().map(|field| {
            let (index, span) = (field.index, field.ty.span());
            let rt = runtime_at(span);
            let function = ident_at(function, span);
            let call =
                call_up_to(&field.ty, &quote!(#rt::#function), quote_spanned!(span=> &__RECORD, #index));
            quote_spanned!(span=> const _: () = #call;)
        });
        // const _: () = assert_fields(&__RECORD, &[0, 2]);
        // const _: () = assert_field(&__RECORD, 1);
        //
        // The compiler evaluates an item up to its first error, so each field that is likely to have one needs its own.
        quote! {
            #simple
            #(#others)*
        }
    }
}
