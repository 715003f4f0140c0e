//! The enum and its implementations.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ItemEnum;

use super::{super::with_scope, Choice, variant::Variant};
use crate::{
    diagnostics::quoted,
    runtime_path::RuntimePath,
    source::{joined, literal, source},
};

pub(super) fn expand(mut choice: Choice<'_>, path: &RuntimePath) -> TokenStream {
    let traits = ["PartialOrd", "Ord"].map(|name| choice.attributes.take_derive(name));
    let item = item(&choice);
    let implementations =
        [text(&choice), equality(&choice), plain(&choice), order(&choice, traits), wire(&choice)];
    // pub enum Mode { Audit, Other(String) }
    // const _: () = { implementations };
    with_scope(path, &item, &TokenStream::new(), &implementations.concat())
}

fn item(choice: &Choice<'_>) -> TokenStream {
    let ItemEnum { vis, ident, .. } = choice.item;
    let attributes = &choice.attributes;
    let (others, lints, derive, facts) =
        (&attributes.others, &attributes.lints, attributes.derive(), facts(choice));
    let variants = choice.variants.iter().map(|variant| {
        let (attributes, name, fields) = (&variant.attributes, &variant.item.ident, &variant.item.fields);
        quote!(#(#attributes)* #name #fields)
    });
    // #[doc = "…"]
    // #[doc = "# On the wire …"]
    // #[derive(Default)]
    // pub enum Mode { Audit, Other(String) }
    quote! {
        #(#others)*
        #[doc = #facts]
        #(#lints)*
        #derive
        #vis enum #ident { #(#variants),* }
    }
}

/// Returns the texts for the enum's page in the documentation.
fn facts(choice: &Choice<'_>) -> String {
    let named = choice.variants.iter().filter(|variant| variant.other.is_none());
    let texts: Vec<&str> = named.map(|variant| &*variant.text).collect();
    let other = choice.variants.iter().find(|variant| variant.other.is_some());
    let other = other.map(|other| format!("; any other string is `{}`", other.name)).unwrap_or_default();
    format!("\n# On the wire\n\nA string: {}{other}.\n", quoted(&texts))
}

impl Variant<'_> {
    fn pattern(&self) -> String {
        let name = &self.item.ident;
        if self.is_catch_all() {
            format!("Self::{name}(__text)")
        } else if self.holds_data() {
            // It was refused.
            format!("Self::{name} {{ .. }}")
        } else {
            format!("Self::{name}")
        }
    }

    /// Returns `plain` with the pattern of a plain variant, `other` with the catch-all's, and what stands in for
    /// them in a refused variant.
    fn arm(&self, plain: &str, other: &str) -> String {
        let value = if self.is_catch_all() {
            other
        } else if self.holds_data() {
            "::core::unreachable!()"
        } else {
            plain
        };
        format!("{} => {value}, ", self.pattern())
    }

    fn is_catch_all(&self) -> bool {
        self.other.is_some() && self.holds_string()
    }
}

impl Choice<'_> {
    fn arms(&self, arm: impl Fn(&Variant<'_>) -> String) -> String {
        joined(self.variants.iter().map(arm), "")
    }

    /// Returns the arms of a `match` on a string. `other` makes the string inside the catch-all.
    fn arms_of_texts(&self, other: &str) -> String {
        let named = self.variants.iter().filter(|variant| variant.other.is_none());
        let arms = named.map(|variant| {
            let name = &variant.item.ident;
            let value = if variant.holds_data() {
                "::core::unreachable!()".to_owned()
            } else {
                format!("Self::{name}")
            };
            format!("{} => {value}, ", literal(&variant.text))
        });
        let arms = joined(arms, "");
        let other = match self.variants.iter().find(|variant| variant.is_catch_all()) {
            Some(variant) => format!("Self::{}({other})", variant.item.ident),
            None => "::core::unreachable!()".to_owned(),
        };
        format!("{arms}_ => {other}")
    }
}

/// Returns the conversions from and to strings.
fn text(choice: &Choice<'_>) -> String {
    let (ident, vis) = (&choice.item.ident, choice.item.vis.to_token_stream());
    let texts = choice.arms(|variant| variant.arm(&literal(&variant.text), "__text.as_str()"));
    let from_str = choice.arms_of_texts("__String::from(__text)");
    let from_string = choice.arms_of_texts("__text");
    // impl Mode { pub fn as_str(&self) -> &str { match self { Self::Audit => "audit", Self::Other(text) => text.as_str() } } }
    // impl From<&str> for Mode { … }
    source! {
        [ident, vis, texts, from_str, from_string]
        impl #ident {
            #[doc = "Returns the text on the wire."]
            #[must_use]
            #[inline]
            #vis fn as_str(&self) -> &__str {
                match self { #texts }
            }
        }

        #[automatically_derived]
        impl __From<&__str> for #ident {
            fn from(__text: &__str) -> Self {
                match __text { #from_str }
            }
        }

        #[automatically_derived]
        impl __From<__String> for #ident {
            fn from(__text: __String) -> Self {
                match __text.as_str() { #from_string }
            }
        }

        #[automatically_derived]
        impl __FromStr for #ident {
            type Err = __Infallible;

            fn from_str(__text: &__str) -> __Result<Self, __Infallible> {
                __Ok(<Self as __From<&__str>>::from(__text))
            }
        }

        #[automatically_derived]
        impl __Display for #ident {
            fn fmt(&self, __f: &mut __Formatter<'_>) -> __FmtResult {
                __f.pad(Self::as_str(self))
            }
        }

        #[automatically_derived]
        impl __AsRef<__str> for #ident {
            #[inline]
            fn as_ref(&self) -> &__str {
                Self::as_str(self)
            }
        }
    }
}

/// Compares strings, so that a catch-all that holds another variant's text equals that variant.
fn equality(choice: &Choice<'_>) -> String {
    let ident = &choice.item.ident;
    source! {
        [ident]
        #[automatically_derived]
        impl __PartialEq for #ident {
            #[inline]
            fn eq(&self, __other: &Self) -> __bool {
                Self::as_str(self) == Self::as_str(__other)
            }
        }

        #[automatically_derived]
        impl __Eq for #ident {}

        #[automatically_derived]
        impl __PartialEq<__str> for #ident {
            #[inline]
            fn eq(&self, __other: &__str) -> __bool {
                Self::as_str(self) == __other
            }
        }

        #[automatically_derived]
        impl __PartialEq<&__str> for #ident {
            #[inline]
            fn eq(&self, __other: &&__str) -> __bool {
                Self::as_str(self) == *__other
            }
        }

        #[automatically_derived]
        impl __Hash for #ident {
            fn hash<__H: __Hasher>(&self, __state: &mut __H) {
                __Hash::hash(Self::as_str(self), __state);
            }
        }
    }
}

fn plain(choice: &Choice<'_>) -> String {
    let ident = &choice.item.ident;
    let clone = choice.arms(|variant| {
        let name = &variant.item.ident;
        variant.arm(&format!("Self::{name}"), &format!("Self::{name}(__Clone::clone(__text))"))
    });
    let debug = if choice.pii {
        format!("__debug_redacted(__f, {})", literal(&choice.name()))
    } else {
        let arms = choice.arms(|variant| {
            let name = literal(&variant.name);
            let other = format!("__f.debug_tuple({name}).field(__text).finish()");
            variant.arm(&format!("__f.write_str({name})"), &other)
        });
        format!("match self {{ {arms} }}")
    };
    source! {
        [ident, clone, debug]
        #[automatically_derived]
        impl __Clone for #ident {
            fn clone(&self) -> Self {
                match self { #clone }
            }
        }

        #[automatically_derived]
        impl __Debug for #ident {
            fn fmt(&self, __f: &mut __Formatter<'_>) -> __FmtResult {
                #debug
            }
        }
    }
}

/// Implements the derived ones of `PartialOrd` and `Ord`: in the order of the variants, as a derive does, but a catch-all
/// that holds another variant's text sorts like that variant.
fn order(choice: &Choice<'_>, [is_partial, is_total]: [bool; 2]) -> String {
    let ident = &choice.item.ident;
    let is_named = |(_, variant): &(usize, &Variant<'_>)| variant.other.is_none();
    let variants = || choice.variants.iter().enumerate();
    let ranks = variants().filter(is_named);
    let ranks = joined(ranks.map(|(rank, variant)| format!("{} => {rank}, ", literal(&variant.text))), "");
    let last = variants().find(|(_, variant)| variant.other.is_some()).map_or(0, |(rank, _)| rank);
    let rank = (is_partial || is_total).then(|| {
        source! {
            [ident, ranks, last]
            fn __rank(__value: &#ident) -> (__usize, &__str) {
                let __text = #ident::as_str(__value);
                (match __text { #ranks _ => #last }, __text)
            }
        }
    });
    let partial = is_partial.then(|| {
        source! {
            [ident]
            #[automatically_derived]
            impl __PartialOrd for #ident {
                fn partial_cmp(&self, __other: &Self) -> __Option<__Ordering> {
                    __Some(__Ord::cmp(&__rank(self), &__rank(__other)))
                }
            }
        }
    });
    let total = is_total.then(|| {
        source! {
            [ident]
            #[automatically_derived]
            impl __Ord for #ident {
                fn cmp(&self, __other: &Self) -> __Ordering {
                    __Ord::cmp(&__rank(self), &__rank(__other))
                }
            }
        }
    });
    [rank, partial, total].into_iter().flatten().collect()
}

fn wire(choice: &Choice<'_>) -> String {
    let ident = &choice.item.ident;
    let schema = if choice.pii { "PersonalString" } else { "String" };
    // impl AvroType for Mode { type Repr = String; … }
    // impl Serialize for Mode { … }
    // impl<'de> Deserialize<'de> for Mode { … }
    source! {
        [ident, schema]
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __AvroForm for #ident {}

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __AvroType for #ident {
            type Repr = __String;
            const SCHEMA: __Schema = __Schema::#schema;

            fn to_repr(&self) -> __String {
                __String::from(Self::as_str(self))
            }

            fn from_repr(__repr: __String) -> __Result<Self, __BoxError> {
                __Ok(<Self as __From<__String>>::from(__repr))
            }

            #[inline]
            fn encode_avro(&self, __out: &mut __Output) {
                __encode_text(Self::as_str(self), __out);
            }

            #[inline]
            fn decode_avro(__input: &mut __Decoder<'_>) -> __Decoded<Self> {
                __decode_text(__input, "a string", |__text| __Ok(<Self as __From<&__str>>::from(__text)))
            }
        }

        #[automatically_derived]
        impl __Serialize for #ident {
            fn serialize<__S: __Serializer>(&self, __serializer: __S) -> __Written<__S> {
                __serializer.serialize_str(Self::as_str(self))
            }
        }

        #[automatically_derived]
        impl<'de> __Deserialize<'de> for #ident {
            fn deserialize<__D: __Deserializer<'de>>(__deserializer: __D) -> __Read<'de, Self, __D> {
                __deserialize_text(__deserializer)
            }
        }
    }
}
