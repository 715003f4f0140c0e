//! A payload, its twin that holds the fields, and their implementations.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, ItemStruct, ext::IdentExt};

use super::parse::Payload;
use crate::{
    diagnostics::quoted,
    record::{
        self, Field, Target,
        builder::{Built, is_option},
        plain::debug_impl,
    },
    source::{source, tokens},
};

pub(crate) fn expand(payload: &Payload<'_>) -> TokenStream {
    let rt = &payload.path.at(Span::call_site());
    let import = payload.path.import();
    let Payload { item, fields, path, .. } = payload;
    let twin = &format_ident!("{}Fields", item.ident);
    let target = Target { rt, ident: twin, fields };
    let finish = |fields: String| {
        let ident = &item.ident;
        source!([ident, fields] #ident { __build_with_builder: __Frozen::new(#fields) })
    };
    let names = target.names();
    let built = Built { ident: &item.ident, vis: &item.vis, finish: &finish };

    let structs = structs(payload, twin);
    let record = target.record_static(&item.ident);
    let checks = [
        target.aliases(),
        target.defaults(),
        target.type_assertions(path),
        target.schema_assertions(path, "assert_field"),
        target.flow_control(path),
    ];
    let implementations = [
        target.fields_impl(&[]),
        target.plain_impls(&[]),
        access(&item.ident, twin),
        plain(&item.ident),
        avro_type(&item.ident),
        serde(&item.ident, twin),
        target.builder(&built, &(into_fields(item, twin) + &target.to_builder(&built))),
    ];
    let implementations = tokens(&implementations.concat());
    let methods = target.builder_methods(&built);
    // pub struct UserData { … }
    // pub struct UserDataFields { … }
    // const _: () = { static __RECORD: Record = …; implementations };
    path.items(quote! {
        #structs

        #[allow(dead_code, deprecated, missing_debug_implementations, non_camel_case_types, non_snake_case, unnameable_types, clippy::all, clippy::pedantic)]
        const _: () = {
            #import
            #names
            #record
            #(#checks)*
            #implementations
            #methods
        };
    })
}

fn structs(payload: &Payload<'_>, twin: &Ident) -> TokenStream {
    let rt = payload.path.private();
    let Payload { item, attributes, fields, .. } = payload;
    let ItemStruct { ident, vis, .. } = item;
    let (derives, lints, others) = (&attributes.derives, &attributes.lints, &attributes.others);
    let derives = (!derives.is_empty()).then(|| quote!(#[derive(#(#derives),*)]));
    let docs = format!("The fields of [`{}`], which gives read access to them.", ident.unraw());
    let fields = fields
        .iter()
        .map(|Field { ident, vis, ty, attributes, .. }| quote!(#(#attributes)* #vis #ident: #ty));
    let facts = facts(payload, twin);
    let no_generics = record::no_generics();
    // #[doc = "…"]
    // #[doc = "# Fields …"]
    // #[derive(Eq)]
    // pub struct UserData { pub __build_with_builder: Frozen<UserDataFields> }
    // /// The fields of [`UserData`], …
    // #[derive(Eq)]
    // pub struct UserDataFields { pub id: i64, pub is_active: bool }
    quote! {
        #(#others)*
        #[doc = #facts]
        #(#lints)*
        #derives
        #vis struct #ident {
            // Public, so that the compiler names the field if a user writes a literal; its content is private.
            #[doc(hidden)]
            pub __build_with_builder: #rt::Frozen<#twin>,
        }

        #[doc = #docs]
        #(#lints)*
        #derives
        #vis struct #twin #no_generics {
            #(#fields),*
        }
    }
}

/// Returns the facts about the fields for the struct's page in the documentation. The fields are on the twin's page.
fn facts(payload: &Payload<'_>, twin: &Ident) -> String {
    let mut text = format!("\n# Fields\n\nThe fields of [`{}`].\n", twin.unraw());
    let mut list = |label: &str, is_one: &dyn Fn(&Field<'_>) -> bool| {
        let names: Vec<_> =
            payload.fields.iter().filter(|field| is_one(field)).map(|field| field.name.as_str()).collect();
        if !names.is_empty() {
            text.push_str(&["* ", label, ": ", &quoted(&names), "\n"].concat());
        }
    };
    list("May be left out", &|field| field.default.is_some() || is_option(&field.ty));
    list("Personal data", &|field| field.pii);
    text
}

/// Returns the impls that read the fields and convert from and to the twin.
fn access(ident: &Ident, twin: &Ident) -> String {
    // impl Deref for UserData { type Target = UserDataFields; … }
    // impl From<UserDataFields> for UserData { … }
    source! {
        [ident, twin]
        #[automatically_derived]
        impl __Deref for #ident {
            type Target = #twin;

            #[inline]
            fn deref(&self) -> &#twin {
                __Frozen::get(&self.__build_with_builder)
            }
        }

        #[automatically_derived]
        impl __From<#twin> for #ident {
            #[inline]
            fn from(__fields: #twin) -> Self {
                Self { __build_with_builder: __Frozen::new(__fields) }
            }
        }
    }
}

fn into_fields(item: &ItemStruct, twin: &Ident) -> String {
    let vis = item.vis.to_token_stream();
    // pub fn into_fields(self) -> UserDataFields { … }
    source! {
        [vis, twin]
        #[doc = "Returns the fields, to destructure them or to build another value from them."]
        #[must_use]
        #[inline]
        #vis fn into_fields(self) -> #twin {
            __Frozen::into_inner(self.__build_with_builder)
        }
    }
}

fn plain(ident: &Ident) -> String {
    let debug = debug_impl(ident, "__Frozen::get(&self.__build_with_builder)");
    source! {
        [ident, debug]
        #[automatically_derived]
        impl __Clone for #ident {
            #[inline]
            fn clone(&self) -> Self {
                Self {
                    __build_with_builder: __Frozen::new(
                        __Clone::clone(__Frozen::get(&self.__build_with_builder)),
                    ),
                }
            }
        }

        #[automatically_derived]
        impl __PartialEq for #ident {
            #[inline]
            fn eq(&self, __other: &Self) -> __bool {
                __Frozen::get(&self.__build_with_builder) == __Frozen::get(&__other.__build_with_builder)
            }
        }

        #debug
    }
}

fn avro_type(ident: &Ident) -> String {
    // impl AvroType for UserData {
    //     type Repr = Self;
    //     const SCHEMA: Schema = Schema::Record(RecordRef::new(&__RECORD));
    //     …
    // }
    source! {
        [ident]
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __AvroType for #ident {
            type Repr = Self;
            const SCHEMA: __Schema = __Schema::Record(__RecordRef::new(&__RECORD));

            #[inline]
            fn to_repr(&self) -> Self {
                __Clone::clone(self)
            }

            #[inline]
            fn from_repr(__repr: Self) -> __Result<Self, __BoxError> {
                __Ok(__repr)
            }

            #[inline]
            fn encode_avro(&self, __out: &mut __Output) {
                __Fields::encode_fields::<()>(__Frozen::get(&self.__build_with_builder), __out);
            }

            #[inline]
            fn decode_avro(
                __input: &mut __Decoder<'_>,
            ) -> __Decoded<Self> {
                match __Fields::decode_fields::<()>(__input) {
                    __Ok(__fields) => __Ok(Self {
                        __build_with_builder: __Frozen::new(__fields),
                    }),
                    __Err(__error) => __Err(__error),
                }
            }
        }
    }
}

fn serde(ident: &Ident, twin: &Ident) -> String {
    // impl Serialize for UserData { … }
    // impl<'de> Deserialize<'de> for UserData { … }
    source! {
        [ident, twin]
        #[automatically_derived]
        impl __Serialize for #ident {
            fn serialize<__S: __Serializer>(
                &self,
                __serializer: __S,
            ) -> __Written<__S> {
                __serialize_record(__Frozen::get(&self.__build_with_builder), __serializer)
            }
        }

        #[automatically_derived]
        impl<'de> __Deserialize<'de> for #ident {
            fn deserialize<__D: __Deserializer<'de>>(
                __deserializer: __D,
            ) -> __Read<'de, Self, __D> {
                __deserialize_record::<#twin, _>(__deserializer).map(__From::from)
            }
        }
    }
}
