//! `Clone`, `PartialEq`, `Debug`, and serde's traits.

use syn::{Ident, ext::IdentExt};

use super::{Field, Record};
use crate::{
    record_kind::RecordKind,
    source::{joined, literal, source},
};

impl Record<'_> {
    pub(crate) fn plain_impls(&self) -> String {
        let ident = &self.holder;
        let debug = self.attributes.lack("Debug").then(|| {
            let name = literal(&ident.unraw().to_string());
            let print = match self.kind {
                RecordKind::Payload => source!([name] __Fields::debug_fields(self, __f, #name)),
                RecordKind::Event => self.print(&name),
            };
            debug_impl(ident, &print)
        });
        // impl Clone for UserDataFields {
        //     fn clone(&self) -> Self { Self { id: <Plain<__Type0>>::clone_value(&self.id), … } }
        // }
        // impl PartialEq for UserDataFields {
        //     fn eq(&self, __other: &Self) -> bool { <Plain<__Type0>>::values_eq(&self.id, &other.id) && … }
        // }
        let clone = self.attributes.lack("Clone").then(|| {
            let cloned = |Field { alias, text, .. }: &Field<'_>| {
                source!([alias, text] <__Plain<#alias>>::clone_value(&self.#text))
            };
            let value = self.value(cloned, |values| values, |part| part);
            source! {
                [ident, value]
                #[automatically_derived]
                impl __Clone for #ident {
                    #[inline]
                    fn clone(&self) -> Self {
                        #value
                    }
                }
            }
        });
        let partial_eq = self.attributes.lack("PartialEq").then(|| {
            let parts = self.parts(|part| {
                let equal = part.iter().map(|Field { alias, text, .. }| {
                    source!([alias, text] <__Plain<#alias>>::values_eq(&self.#text, &__other.#text))
                });
                joined(equal, " && ")
            });
            let equal = joined(parts, " && ");
            source! {
                [ident, equal]
                #[automatically_derived]
                impl __PartialEq for #ident {
                    #[inline]
                    fn eq(&self, __other: &Self) -> __bool {
                        #equal
                    }
                }
            }
        });
        [clone, partial_eq, debug].into_iter().flatten().collect()
    }

    /// Implements serde's traits for the payload or event. `fields` is an expression for the struct with the fields, and
    /// `read` an expression that deserializes the payload or event.
    pub(crate) fn serde_impls(&self, fields: &str, read: &str) -> String {
        let ident = &self.item.ident;
        // impl Serialize for UserData { … }
        let serialize = self.attributes.lack("Serialize").then(|| {
            source! {
                [ident, fields]
                #[automatically_derived]
                impl __Serialize for #ident {
                    fn serialize<__S: __Serializer>(
                        &self,
                        __serializer: __S,
                    ) -> __Written<__S> {
                        __serialize_record(#fields, __serializer)
                    }
                }
            }
        });
        // impl<'de> Deserialize<'de> for UserData { … }
        let deserialize = self.attributes.lack("Deserialize").then(|| {
            source! {
                [ident, read]
                #[automatically_derived]
                impl<'de> __Deserialize<'de> for #ident {
                    fn deserialize<__D: __Deserializer<'de>>(
                        __deserializer: __D,
                    ) -> __Read<'de, Self, __D> {
                        #read
                    }
                }
            }
        });
        serialize.into_iter().chain(deserialize).collect()
    }
}

/// Implements `Debug` for `of` with the expression `print`.
pub(crate) fn debug_impl(of: &Ident, print: &str) -> String {
    // impl Debug for UserData {
    //     fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result { Fields::debug_fields(&**self, f, "UserData") }
    // }
    source! {
        [of, print]
        #[automatically_derived]
        impl __Debug for #of {
            #[inline]
            fn fmt(&self, __f: &mut __Formatter<'_>) -> __FmtResult {
                #print
            }
        }
    }
}
