//! `Clone`, `PartialEq` and `Debug`.

use syn::{Ident, ext::IdentExt};

use super::{Field, Target};
use crate::source::{joined, literal, source};

impl Target<'_> {
    /// Implements these traits, except those in `above`, which are derived already.
    pub(crate) fn plain_impls(&self, above: &[String]) -> String {
        let is_missing = |name: &str| !above.iter().any(|above| above == name);
        let ident = self.ident;
        let debug = is_missing("Debug").then(|| debug_impl(ident, "self"));
        // impl Clone for UserDataFields {
        //     fn clone(&self) -> Self { Self { id: <Plain<__Type0>>::clone_value(&self.id), … } }
        // }
        // impl PartialEq for UserDataFields {
        //     fn eq(&self, __other: &Self) -> bool { <Plain<__Type0>>::values_eq(&self.id, &other.id) && … }
        // }
        let clone = is_missing("Clone").then(|| {
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
        let partial_eq = is_missing("PartialEq").then(|| {
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
}

/// Implements `Debug` for `of`; `fields` is an expression for the struct with the fields.
pub(crate) fn debug_impl(of: &Ident, fields: &str) -> String {
    let name = literal(&of.unraw().to_string());
    // impl Debug for UserData {
    //     fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result { Fields::debug_fields(self, f, "UserData") }
    // }
    source! {
        [of, fields, name]
        #[automatically_derived]
        impl __Debug for #of {
            #[inline]
            fn fmt(&self, __f: &mut __Formatter<'_>) -> __FmtResult {
                __Fields::debug_fields(#fields, __f, #name)
            }
        }
    }
}
