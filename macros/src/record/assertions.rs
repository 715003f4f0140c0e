//! What the compiler checks of the types that a macro cannot see.
//!
//! These are the only hard requirements on the types of fields. They stand at the user's types, and
//! everything else in an expansion gets along without them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Field, Target};
use crate::{
    runtime_path::RuntimePath,
    spans::{call_up_to, generic_up_to},
};

impl Target<'_> {
    /// The fields, whose types were not refused yet.
    fn checked(&self) -> impl Iterator<Item = &Field<'_>> {
        self.fields.iter().filter(|field| !field.is_refused)
    }

    /// Each field has an Avro form, and is what a value in a payload has to be.
    pub(crate) fn type_assertions(&self, path: &RuntimePath) -> TokenStream {
        let each = self.checked().map(|field| {
            let span = field.ty.span();
            let rt = path.at(span);
            let ty = field.alias_at_type();
            // assert_avro_type::<Unrefused<__Type0, { <Wire<__Type0>>::IS_REFUSED }>>();
            // <Wire<__Type0>>::assert_value();
            let is_refused = quote_spanned!(span=> { <#rt::Wire<#ty>>::IS_REFUSED });
            let unrefused = generic_up_to(field.ty, &quote!(#rt::Unrefused), &quote!(#ty, #is_refused));
            quote_spanned! {span=>
                #rt::assert_avro_type::<#unrefused>();
                <#rt::Wire<#ty>>::assert_value();
            }
        });
        // A function that nothing calls is checked, and no code is made of it.
        quote! {
            fn __types() {
                #(#each)*
            }
        }
    }

    /// What only a walk over the schemas can tell: `function` is called for each field, at its type.
    pub(crate) fn schema_assertions(&self, path: &RuntimePath, function: &str) -> TokenStream {
        let each = self.checked().map(|field| {
            let (index, span) = (field.index, field.ty.span());
            let rt = path.at(span);
            let function = syn::Ident::new(function, span.resolved_at(proc_macro2::Span::call_site()));
            let call =
                call_up_to(field.ty, &quote!(#rt::#function), quote_spanned!(span=> &__RECORD, #index));
            // const _: () = assert_field(&__RECORD, 0);
            quote_spanned!(span=> const _: () = #call;)
        });
        quote!(#(#each)*)
    }
}
