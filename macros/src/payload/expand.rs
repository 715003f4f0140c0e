//! A payload, its twin that holds the fields, and their implementations.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Ident, ItemStruct, ext::IdentExt};

use crate::{
    diagnostics::quoted,
    record::{Field, Record, builder::is_option, debug_impl},
    runtime_path::RuntimePath,
    source::{literal, source, tokens},
};

pub(crate) fn expand(record: &Record<'_>, path: &RuntimePath) -> TokenStream {
    let (item, twin) = (record.item, &record.holder);
    let read = source!([twin] __deserialize_record::<#twin, _>(__deserializer).map(__From::from));
    let implementations = [
        record.fields_impl(&[]),
        record.plain_impls(),
        access(&item.ident, twin),
        plain(&item.ident),
        avro_type(&item.ident, twin),
        twin_as_field(&item.ident, twin),
        record.serde_impls("&**self", &read),
        record.builder(&(into_fields(item, twin) + &record.to_builder())),
    ];
    // pub struct UserData { … }
    // pub struct UserDataFields { … }
    // const _: () = { static __RECORD: Record = …; implementations };
    record.expansion(
        path,
        &structs(record, path),
        &[
            record.aliases(),
            record.defaults(),
            record.wire_assertions("assert_field"),
            record.flow_control(),
            tokens(&implementations.concat()),
            record.builder_methods(),
        ],
    )
}

fn structs(record: &Record<'_>, path: &RuntimePath) -> TokenStream {
    let rt = path.private();
    let Record { item, holder: twin, attributes, .. } = record;
    let ItemStruct { ident, vis, .. } = item;
    let (derives, lints, others) = (attributes.derive(), &attributes.lints, &attributes.others);
    let docs = format!("The fields of [`{}`], which gives read access to them.", ident.unraw());
    let twin_struct = record.holder_struct(&quote!(#[doc = #docs] #(#lints)*));
    let facts = facts(record);
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
        #[allow(missing_docs, clippy::derive_partial_eq_without_eq, clippy::pub_underscore_fields)]
        #(#lints)*
        #derives
        #vis struct #ident {
            // Public, so that the compiler names the field if a user writes a literal; its content is private. The compiler
            // does not name fields that are hidden, so only rustdoc hides it.
            #[cfg_attr(doc, doc(hidden))]
            pub __build_with_builder: #rt::Frozen<#twin>,
        }

        #twin_struct
    }
}

/// Returns the facts about the fields for the struct's page in the documentation. The fields are on the twin's page.
fn facts(record: &Record<'_>) -> String {
    let mut text = format!("\n# Fields\n\nThe fields of [`{}`].\n", record.holder.unraw());
    let mut list = |label: &str, is_one: &dyn Fn(&Field<'_>) -> bool| {
        let names: Vec<_> =
            record.fields.iter().filter(|field| is_one(field)).map(|field| field.name.as_str()).collect();
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
    let name = literal(&ident.unraw().to_string());
    let debug = debug_impl(ident, &source!([name] __Fields::debug_fields(&**self, __f, #name)));
    source! {
        [ident, debug]
        #[automatically_derived]
        impl __Clone for #ident {
            #[inline]
            fn clone(&self) -> Self {
                __From::from(__Clone::clone(&**self))
            }
        }

        #[automatically_derived]
        impl __PartialEq for #ident {
            #[inline]
            fn eq(&self, __other: &Self) -> __bool {
                **self == **__other
            }
        }

        #debug
    }
}

fn avro_type(ident: &Ident, twin: &Ident) -> String {
    // impl AvroForm for UserData {}
    // impl AvroType for UserData {
    //     type Repr = Self;
    //     const SCHEMA: Schema = Schema::Record(RecordRef::new(&__RECORD));
    //     …
    // }
    source! {
        [ident, twin]
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __AvroForm for #ident {}

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
                __Fields::encode_fields::<()>(&**self, __out);
            }

            #[inline]
            fn decode_avro(
                __input: &mut __Decoder<'_>,
            ) -> __Decoded<Self> {
                <#twin as __Fields>::decode_fields::<()>(__input).map(__From::from)
            }
        }
    }
}

/// Returns the impl with the message for the twin as a field.
fn twin_as_field(ident: &Ident, twin: &Ident) -> String {
    let (name, help) = (literal(&twin.unraw().to_string()), literal(&format!("use `{}`", ident.unraw())));
    // impl Refused for UserDataFields { const REFUSAL: Refusal = Refusal::fields("UserDataFields", "use `UserData`"); }
    source! {
        [twin, name, help]
        impl __RT::Refused for #twin {
            const REFUSAL: __RT::Refusal = __RT::Refusal::fields(#name, #help);
        }
    }
}
