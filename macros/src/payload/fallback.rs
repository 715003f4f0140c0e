//! The implementations that other payloads need from a payload that was refused for its shape.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, Generics, Ident, Item, Path, Token, parse_quote, punctuated::Punctuated};

use crate::{record, record_kind::RecordKind, runtime_path::RuntimePath};

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
    let (rt, import) = (path.at(Span::call_site()), path.import());
    let derived = derived(attributes);
    let is_missing = |name: &str| !derived.iter().chain(above).any(|derived| derived == name);
    let clone = is_missing("Clone").then(|| {
        quote! {
            impl #parameters ::core::clone::Clone for #ident #arguments #bounds {
                fn clone(&self) -> Self {
                    ::core::unreachable!()
                }
            }
        }
    });
    let partial_eq = is_missing("PartialEq").then(|| {
        quote! {
            impl #parameters ::core::cmp::PartialEq for #ident #arguments #bounds {
                fn eq(&self, _: &Self) -> ::core::primitive::bool {
                    ::core::unreachable!()
                }
            }
        }
    });
    let debug = is_missing("Debug").then(|| {
        quote! {
            impl #parameters ::core::fmt::Debug for #ident #arguments #bounds {
                fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::unreachable!()
                }
            }
        }
    });
    let implementations = path.items(quote! {
        const _: () = {
            #import
            #clone
            #partial_eq
            #debug

            impl #parameters #rt::AvroType for #ident #arguments #owned {
                type Repr = ::core::primitive::bool;
                const SCHEMA: #rt::Schema = #rt::Schema::Unknown;

                fn to_repr(&self) -> ::core::primitive::bool {
                    ::core::unreachable!()
                }

                fn from_repr(_: ::core::primitive::bool) -> ::core::result::Result<Self, #rt::BoxError> {
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

fn derived(attributes: &[Attribute]) -> Vec<String> {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let paths = derives
        .filter_map(|derive| derive.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok());
    let last = paths.flatten().filter_map(|path| path.segments.last().map(|last| last.ident.to_string()));
    last.collect()
}
