//! The implementations that other payloads need from a payload that was refused for its shape.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Generics, Ident, Item, Path, parse_quote};

use crate::{record, record_kind::RecordKind, runtime_path::RuntimePath, syntax::derived};

/// Returns the item without the macro's attributes, with an Avro form that is never used: the program does not
/// compile, and a field of this type must not be reported as well.
///
/// `above` lists the traits that are derived already.
pub(crate) fn expand(item: &Item, path: &RuntimePath, above: &[String]) -> TokenStream {
    let bare = record::without_attributes(item, RecordKind::Payload);
    let Some((ident, generics, attributes)) = named(item) else {
        return bare;
    };
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let mut owned = generics.clone();
    owned.make_where_clause().predicates.push(parse_quote!(Self: 'static));
    let owned = &owned.where_clause;
    let import = path.import();
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let paths: Vec<Path> = derives.filter_map(|derive| derived(derive).ok()).flatten().collect();
    let is_derived = |name: &str| {
        let is_last = |path: &Path| path.segments.last().is_some_and(|last| last.ident == name);
        paths.iter().any(is_last) || above.iter().any(|derived| derived == name)
    };
    let traits = [
        ("Clone", quote!(::core::clone::Clone), quote!(fn clone(&self) -> Self)),
        (
            "PartialEq",
            quote!(::core::cmp::PartialEq),
            quote!(fn eq(&self, _: &Self) -> ::core::primitive::bool),
        ),
        (
            "Debug",
            quote!(::core::fmt::Debug),
            quote!(fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result),
        ),
    ];
    let missing = traits.iter().filter(|(name, ..)| !is_derived(name)).map(|(_, path, method)| {
        quote! {
            impl #parameters #path for #ident #arguments #bounds {
                #method {
                    ::core::unreachable!()
                }
            }
        }
    });
    let implementations = path.items(quote! {
        const _: () = {
            #import
            #(#missing)*

            impl #parameters __RT::AvroType for #ident #arguments #owned {
                type Repr = ::core::primitive::bool;
                const SCHEMA: __RT::Schema = __RT::Schema::Unknown;

                fn to_repr(&self) -> ::core::primitive::bool {
                    ::core::unreachable!()
                }

                fn from_repr(_: ::core::primitive::bool) -> ::core::result::Result<Self, __RT::BoxError> {
                    ::core::unreachable!()
                }
            }
        };
    });
    // pub enum CourseMode { … }
    // const _: () = { impl Clone, PartialEq, Debug and AvroType for CourseMode { … } };
    quote!(#bare #implementations)
}

/// Returns the name, the generics and the attributes of a type.
fn named(item: &Item) -> Option<(&Ident, &Generics, &[Attribute])> {
    Some(match item {
        Item::Struct(item) => (&item.ident, &item.generics, &item.attrs),
        Item::Enum(item) => (&item.ident, &item.generics, &item.attrs),
        Item::Union(item) => (&item.ident, &item.generics, &item.attrs),
        _ => return None,
    })
}
