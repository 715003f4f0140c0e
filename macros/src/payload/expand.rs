//! A payload, its twin that holds the fields, and their implementations.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, ItemStruct, ext::IdentExt};

use super::parse::Payload;
use crate::{
    diagnostics::quoted,
    record::{
        self, Field, Target,
        builder::{Built, is_option},
        plain::debug_impl,
    },
};

pub(crate) fn expand(payload: &Payload<'_>) -> TokenStream {
    let rt = &payload.path.at(Span::call_site());
    let import = payload.path.import();
    let Payload { item, fields, path, .. } = payload;
    let twin = &format_ident!("{}Fields", item.ident);
    let target = Target { rt, ident: twin, fields };
    let finish = |fields: TokenStream| {
        let ident = &item.ident;
        quote!(#ident { __build_with_builder: #rt::Frozen::new(#fields) })
    };
    let names = target.names();
    let built = Built { ident: &item.ident, vis: &item.vis, finish: &finish };

    let structs = structs(payload, twin);
    let record = target.record_static(&item.ident);
    let implementations = [
        target.aliases(),
        target.defaults(),
        target.type_assertions(path),
        target.schema_assertions(path, "assert_field"),
        target.flow_control(path),
        target.fields_impl(&[]),
        target.plain_impls(&[]),
        access(item, twin, rt),
        plain(&item.ident, rt),
        avro_type(&item.ident, rt),
        serde(&item.ident, twin, rt),
        target.builder(&built),
        target.to_builder(&built),
    ];
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
            #(#implementations)*
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

/// The facts about the fields for the struct's page in the documentation; the fields are on the twin's page.
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

/// Read access to the fields, and conversions from and to the twin.
fn access(item: &ItemStruct, twin: &Ident, rt: &TokenStream) -> TokenStream {
    let ItemStruct { ident, vis, .. } = item;
    // impl Deref for UserData { type Target = UserDataFields; … }
    // impl From<UserDataFields> for UserData { … }
    // impl UserData { pub fn into_fields(self) -> UserDataFields { … } }
    quote! {
        #[automatically_derived]
        impl ::core::ops::Deref for #ident {
            type Target = #twin;

            #[inline]
            fn deref(&self) -> &#twin {
                #rt::Frozen::get(&self.__build_with_builder)
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#twin> for #ident {
            #[inline]
            fn from(__fields: #twin) -> Self {
                Self { __build_with_builder: #rt::Frozen::new(__fields) }
            }
        }

        impl #ident {
            #[doc = "Returns the fields, to destructure them or to build another value from them."]
            #[must_use]
            #[inline]
            #vis fn into_fields(self) -> #twin {
                #rt::Frozen::into_inner(self.__build_with_builder)
            }
        }
    }
}

fn plain(ident: &Ident, rt: &TokenStream) -> TokenStream {
    let debug = debug_impl(rt, ident, &quote!(#rt::Frozen::get(&self.__build_with_builder)));
    quote! {
        #[automatically_derived]
        impl ::core::clone::Clone for #ident {
            #[inline]
            fn clone(&self) -> Self {
                Self {
                    __build_with_builder: #rt::Frozen::new(
                        ::core::clone::Clone::clone(#rt::Frozen::get(&self.__build_with_builder)),
                    ),
                }
            }
        }

        #[automatically_derived]
        impl ::core::cmp::PartialEq for #ident {
            #[inline]
            fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                #rt::Frozen::get(&self.__build_with_builder) == #rt::Frozen::get(&__other.__build_with_builder)
            }
        }

        #debug
    }
}

fn avro_type(ident: &Ident, rt: &TokenStream) -> TokenStream {
    // impl AvroType for UserData {
    //     type Repr = Self;
    //     const SCHEMA: Schema = Schema::Record(RecordRef::new(&__RECORD));
    //     …
    // }
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #rt::AvroType for #ident {
            type Repr = Self;
            const SCHEMA: #rt::Schema = #rt::Schema::Record(#rt::RecordRef::new(&__RECORD));

            #[inline]
            fn to_repr(&self) -> Self {
                ::core::clone::Clone::clone(self)
            }

            #[inline]
            fn from_repr(__repr: Self) -> ::core::result::Result<Self, #rt::BoxError> {
                __Ok(__repr)
            }

            #[inline]
            fn encode_avro(&self, __out: &mut #rt::Output) {
                #rt::Fields::encode_fields::<()>(#rt::Frozen::get(&self.__build_with_builder), __out);
            }

            #[inline]
            fn decode_avro(
                __input: &mut #rt::Decoder<'_>,
            ) -> #rt::Decoded<Self> {
                match #rt::Fields::decode_fields::<()>(__input) {
                    __Ok(__fields) => __Ok(Self {
                        __build_with_builder: #rt::Frozen::new(__fields),
                    }),
                    __Err(__error) => __Err(__error),
                }
            }
        }
    }
}

fn serde(ident: &Ident, twin: &Ident, rt: &TokenStream) -> TokenStream {
    // impl Serialize for UserData { … }
    // impl<'de> Deserialize<'de> for UserData { … }
    quote! {
        #[automatically_derived]
        impl #rt::serde::Serialize for #ident {
            fn serialize<__S: #rt::serde::Serializer>(
                &self,
                __serializer: __S,
            ) -> #rt::Written<__S> {
                #rt::serialize_record(#rt::Frozen::get(&self.__build_with_builder), __serializer)
            }
        }

        #[automatically_derived]
        impl<'de> #rt::serde::Deserialize<'de> for #ident {
            fn deserialize<__D: #rt::serde::Deserializer<'de>>(
                __deserializer: __D,
            ) -> #rt::Read<'de, Self, __D> {
                #rt::deserialize_record::<#twin, _>(__deserializer).map(::core::convert::From::from)
            }
        }
    }
}
