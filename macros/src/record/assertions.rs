//! Assertions about types, which only the compiler knows.
//!
//! They are the only hard requirements on the types of fields, and point at the user's types. Everything else in an
//! expansion compiles without them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Field, Target};
use crate::{
    runtime_path::RuntimePath,
    spans::{call_up_to, generic_up_to},
};

impl Target<'_> {
    /// The fields without a reported mistake in their type.
    fn checked(&self) -> impl Iterator<Item = &Field<'_>> {
        self.fields.iter().filter(|field| !field.is_type_reported)
    }

    /// Asserts that each field has an Avro form and the traits of a value.
    pub(crate) fn type_assertions(&self, path: &RuntimePath) -> TokenStream {
        let each = self.checked().map(|field| {
            let span = field.ty.span();
            let rt = path.at(span);
            let ty = field.alias_at_type();
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

    /// Calls `function`, which walks over the schema, for each field.
    pub(crate) fn schema_assertions(&self, path: &RuntimePath, function: &str) -> TokenStream {
        let each = self.checked().map(|field| {
            let (index, span) = (field.index, field.ty.span());
            let rt = path.at(span);
            let function = syn::Ident::new(function, span.resolved_at(proc_macro2::Span::call_site()));
            let call =
                call_up_to(&field.ty, &quote!(#rt::#function), quote_spanned!(span=> &__RECORD, #index));
            // const _: () = assert_field(&__RECORD, 0);
            quote_spanned!(span=> const _: () = #call;)
        });
        quote!(#(#each)*)
    }
}
