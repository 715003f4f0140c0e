//! The implementation of `Fields`: encoding, decoding and `Debug`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Field, Target};

impl Target<'_> {
    /// Needs `__RECORD` in scope. `earlier_ends` lists the numbers of fields that earlier minor versions have.
    pub(crate) fn fields_impl(&self, earlier_ends: &[usize]) -> TokenStream {
        let Self { rt, ident, fields } = self;
        let idents = fields.iter().map(|field| field.ident);
        let types = fields.iter().map(Field::alias);
        let encode = self.statements(|field| {
            let (ty, ident) = (field.alias(), field.ident);
            quote!(<__Wire<#ty>>::encode(&self.#ident, __out);)
        });
        let value = self.value(
            |field| decoded(field, earlier_ends),
            |values| quote!(__Ok(#values)),
            |part| unwrapped(&part),
        );
        // impl Fields for UserDataFields {
        //     const RECORD: &'static Record = &__RECORD;
        //     fn encode_fields(&self, out: &mut Vec<u8>) {
        //         <Wire<__Type0>>::encode(&self.id, out);
        //         …
        //     }
        //     fn decode_fields(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        //         Ok(Self { id: match <Wire<__Type0>>::decode(input, "id") { … }, … })
        //     }
        //     fn debug_fields(&self, f: &mut Formatter<'_>, name: &str) -> fmt::Result {
        //         debug_record(f, name, &__RECORD, &[<Plain<__Type0>>::debug_value(&self.id), …])
        //     }
        // }
        quote! {
            #[automatically_derived]
            impl #rt::Fields for #ident {
                const RECORD: &'static #rt::Record = &__RECORD;

                #[inline]
                fn encode_fields<__P>(&self, __out: &mut #rt::Output) {
                    #encode
                }

                #[inline]
                fn decode_fields<__P>(
                    __input: &mut #rt::Decoder<'_>,
                ) -> #rt::Decoded<Self> {
                    __Ok(#value)
                }

                #[inline]
                fn debug_fields(
                    &self,
                    __f: &mut ::core::fmt::Formatter<'_>,
                    __name: &::core::primitive::str,
                ) -> ::core::fmt::Result {
                    #rt::debug_record(
                        __f,
                        __name,
                        &__RECORD,
                        &[#(<__Plain<#types>>::debug_value(&self.#idents)),*],
                    )
                }
            }
        }
    }
}

/// Reads a field, which may be absent from the first possible end on.
fn decoded(field: &Field<'_>, earlier_ends: &[usize]) -> TokenStream {
    let Field { index, name, default, .. } = field;
    let ty = field.alias();
    let read = if earlier_ends.iter().all(|end| end > index) {
        quote!(<__Wire<#ty>>::decode(__input, #name))
    } else {
        let can_end = earlier_ends.contains(index);
        let absent = match default {
            Some(_) => {
                let default = field.default_function();
                quote!(|| __Some(#default()))
            }
            None => quote!(<__Wire<#ty>>::absent),
        };
        quote!(<__Wire<#ty>>::decode_later(__input, #name, #can_end, #absent))
    };
    unwrapped(&read)
}

/// `?`, without the conversion of the error that the compiler would have to work out for each field.
fn unwrapped(result: &TokenStream) -> TokenStream {
    // match <Wire<__Type1>>::decode_later(__input, "left", true, || Some(__default_1())) {
    //     Ok(value) => value,
    //     Err(error) => return Err(error),
    // }
    quote! {
        match #result {
            __Ok(__value) => __value,
            __Err(__error) => return __Err(__error),
        }
    }
}
