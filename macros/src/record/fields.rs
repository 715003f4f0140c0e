//! The implementation of `Fields`: encoding, decoding and `Debug`.

use super::{Field, Record};
use crate::{
    record_kind::RecordKind,
    source::{joined, literal, source},
};

impl Record<'_> {
    /// Implements `Fields`. The code needs `__RECORD` in scope. `earlier_ends` lists the numbers of fields that earlier
    /// minor versions have.
    pub(crate) fn fields_impl(&self, earlier_ends: &[usize]) -> String {
        let ident = &self.holder;
        let encode = self.statements(
            |Field { alias, text, .. }| source!([alias, text] <__Wire<#alias>>::encode(&self.#text, __out);),
        );
        let value = self.value(
            |field| decoded(field, earlier_ends),
            |values| format!("__Ok({values})"),
            |part| part + "?",
        );
        let debug = match self.kind {
            RecordKind::Payload => self.debug_fields(),
            RecordKind::Event => String::new(),
        };
        // impl Fields for UserDataFields {
        //     const RECORD: &'static Record = &__RECORD;
        //     fn encode_fields(&self, out: &mut Vec<u8>) {
        //         <Wire<__Type0>>::encode(&self.id, out);
        //         …
        //     }
        //     fn decode_fields(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        //         Ok(Self { id: <Wire<__Type0>>::decode(input, "id")?, … })
        //     }
        //     fn debug_fields(&self, f: &mut Formatter<'_>, name: &str) -> fmt::Result {
        //         debug_record(f, name, &__RECORD, &[<Plain<__Type0>>::debug_value(&self.id), …])
        //     }
        // }
        source! {
            [ident, encode, value, debug]
            #[automatically_derived]
            impl __Fields for #ident {
                const RECORD: &'static __Record = &__RECORD;

                #[inline]
                fn encode_fields<__P>(&self, __out: &mut __Output) {
                    #encode
                }

                #[inline]
                fn decode_fields<__P>(
                    __input: &mut __Decoder<'_>,
                ) -> __Decoded<Self> {
                    __Ok(#value)
                }

                #debug
            }
        }
    }

    /// Returns the function that prints the fields of the payload and of its twin.
    fn debug_fields(&self) -> String {
        let print = self.print("__name");
        source! {
            [print]
            #[inline]
            fn debug_fields(
                &self,
                __f: &mut __Formatter<'_>,
                __name: &__str,
            ) -> __FmtResult {
                #print
            }
        }
    }

    /// Returns the expression that prints the fields of a struct with this name.
    pub(super) fn print(&self, name: &str) -> String {
        let values = self.fields.iter().map(
            |Field { alias, text, .. }| source!([alias, text] <__Plain<#alias>>::debug_value(&self.#text)),
        );
        let values = joined(values, ", ");
        source!([name, values] __debug_record(__f, #name, &__RECORD, &[#values]))
    }
}

/// Returns the code that reads a field. From the first of `earlier_ends` on, fields may be absent.
fn decoded(field: &Field<'_>, earlier_ends: &[usize]) -> String {
    let Field { index, name, default, alias, .. } = field;
    let name = literal(name);
    let read = if earlier_ends.iter().all(|end| end > index) {
        source!([alias, name] <__Wire<#alias>>::decode(__input, #name))
    } else {
        let can_end = earlier_ends.contains(index);
        let absent = match default {
            Some(_) => {
                let default = field.default_function();
                source!([default] || __Some(#default()))
            }
            None => source!([alias] <__Wire<#alias>>::absent),
        };
        source! {
            [alias, name, can_end, absent]
            <__Wire<#alias>>::decode_later(__input, #name, #can_end, #absent)
        }
    };
    read + "?"
}
