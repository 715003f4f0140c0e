//! The implementation of `Fields`: bytes and JSON.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Field, Target};

impl Target<'_> {
    /// Needs `__RECORD` beside it; an event of an earlier minor version can end after so many fields as
    /// `earlier_ends` says.
    pub(crate) fn fields_impl(&self, earlier_ends: &[usize]) -> TokenStream {
        let Self { rt, ident, fields } = self;
        let names = fields.iter().map(|field| &field.name);
        let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
        let slots: Vec<_> = (0..fields.len()).map(|index| format_ident!("__field_{index}")).collect();
        let index = 0..fields.len();
        let types: Vec<_> = fields.iter().map(|field| field.ty).collect();
        let wire_names: Vec<_> = fields.iter().map(|field| &field.name).collect();
        let decoded = fields.iter().enumerate().map(|(index, field)| decoded(rt, field, index, earlier_ends));
        let values = fields.iter().zip(&slots).map(|(field, slot)| from_slot(rt, field, slot));
        // impl Fields for UserDataFields {
        //     const RECORD: &'static Record = &__RECORD;
        //     const NAMES: &'static [&'static str] = &["id", …];
        //     fn encode_fields(&self, out: &mut Vec<u8>) {
        //         <Wire<i64>>::encode(&self.id, out);
        //         …
        //     }
        //     fn decode_fields(__input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        //         Ok(Self { id: __input.field("id", <Wire<i64>>::decode)?, … })
        //     }
        //     fn write_entries(&self, to: &mut dyn WriteEntries) -> Result<(), NotWritten> {
        //         <Wire<i64>>::write_entry(&self.id, "id", to)?;
        //         …
        //         Ok(())
        //     }
        //     fn read_entries(entries: &mut dyn ReadEntries<'_>) -> Result<Self, ReadError> {
        //         let mut field_0 = None;
        //         …
        //         while let Some(index) = ReadEntries::next(entries, Self::NAMES)? {
        //             match index {
        //                 0 => <Wire<i64>>::read_entry(&mut field_0, "id", entries)?,
        //                 …
        //                 _ => {}
        //             }
        //         }
        //         Ok(Self { id: <Wire<i64>>::required(field_0, "id")?, … })
        //     }
        // }
        quote! {
            #[automatically_derived]
            impl #rt::Fields for #ident {
                const RECORD: &'static #rt::Record = &__RECORD;
                const NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];

                #[inline]
                fn encode_fields(&self, __out: &mut #rt::std::vec::Vec<::core::primitive::u8>) {
                    #(<#rt::Wire<#types>>::encode(&self.#idents, __out);)*
                }

                #[inline]
                fn decode_fields(
                    __input: &mut #rt::Decoder<'_>,
                ) -> ::core::result::Result<Self, #rt::DecodeError> {
                    ::core::result::Result::Ok(Self {
                        #(#decoded),*
                    })
                }

                fn write_entries(
                    &self,
                    __to: &mut dyn #rt::WriteEntries,
                ) -> ::core::result::Result<(), #rt::NotWritten> {
                    #(<#rt::Wire<#types>>::write_entry(&self.#idents, #wire_names, __to)?;)*
                    ::core::result::Result::Ok(())
                }

                fn read_entries(
                    __entries: &mut dyn #rt::ReadEntries<'_>,
                ) -> ::core::result::Result<Self, #rt::ReadError> {
                    #(let mut #slots: ::core::option::Option<#types> = ::core::option::Option::None;)*
                    while let ::core::option::Option::Some(__index) =
                        #rt::ReadEntries::next(__entries, <Self as #rt::Fields>::NAMES)?
                    {
                        match __index {
                            #(#index => <#rt::Wire<#types>>::read_entry(&mut #slots, #wire_names, __entries)?,)*
                            _ => {}
                        }
                    }
                    ::core::result::Result::Ok(Self { #(#values),* })
                }
            }
        }
    }
}

/// A field as it is read; from the first possible end on, one that may not be there.
fn decoded(rt: &TokenStream, field: &Field<'_>, index: usize, earlier_ends: &[usize]) -> TokenStream {
    let Field { ident, name, ty, default, .. } = field;
    if earlier_ends.iter().all(|end| *end > index) {
        return quote!(#ident: __input.field(#name, <#rt::Wire<#ty>>::decode)?);
    }
    let can_end = earlier_ends.contains(&index);
    let absent = match default {
        Some(default) => {
            let default = default.function();
            quote!(|| ::core::option::Option::Some(#default()))
        }
        None => quote!(<#rt::Wire<#ty>>::absent),
    };
    // left: __input.later_field("left", true, <Wire<i64>>::decode, || Some(__default_1()))?
    quote!(#ident: __input.later_field(#name, #can_end, <#rt::Wire<#ty>>::decode, #absent)?)
}

fn from_slot(rt: &TokenStream, field: &Field<'_>, slot: &syn::Ident) -> TokenStream {
    let Field { ident, name, ty, default, .. } = field;
    match default {
        Some(default) => {
            let default = default.function();
            quote!(#ident: #slot.unwrap_or_else(#default))
        }
        None => quote!(#ident: <#rt::Wire<#ty>>::required(#slot, #name)?),
    }
}
