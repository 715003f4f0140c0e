//! The implementations that other payloads need from a payload that was refused for its shape.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Generics, Ident, Item, Path, Visibility, ext::IdentExt, parse_quote};

use crate::{
    diagnostics::Problems, record, record_kind::RecordKind, runtime_path::RuntimePath,
    surroundings::Surroundings, syntax::derived,
};

/// Returns the item without the macro's attributes, with an Avro form that is never used: the program does not
/// compile, and a field of this type must not be reported as well. Neither must uses of the builder and the twin.
///
/// `above` lists the traits that are derived already.
pub(crate) fn expand(
    item: &Item,
    path: &RuntimePath,
    above: &[String],
    problems: &mut Problems,
) -> TokenStream {
    let bare = record::without_attributes(item, RecordKind::Payload);
    let Some((ident, vis, generics, attributes)) = named(item) else {
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
    // The derives of serde's traits below the attribute are removed.
    let serde = above.iter().all(|name| name != "Serialize").then(|| {
        quote! {
            impl #parameters __RT::serde::Serialize for #ident #arguments #bounds {
                fn serialize<__S: __RT::serde::Serializer>(
                    &self,
                    _: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    ::core::unreachable!()
                }
            }
        }
    });
    let (reported, refused) = problems.refused_type(ident).unzip();
    let twin = format_ident!("{}Fields", ident);
    let is_free = !Surroundings::of_attribute().has_type(&twin.unraw().to_string());
    let twin = refused.as_ref().filter(|_| is_free).map(|refused| {
        quote! {
            #[allow(dead_code, missing_docs)]
            #vis type #twin = #refused;
        }
    });
    let methods = refused.as_ref().map(|refused| methods(ident, generics, refused));
    let implementations = path.items(quote! {
        const _: () = {
            #import
            #(#missing)*
            #serde

            #methods

            impl #parameters __RT::AvroForm for #ident #arguments #owned {}

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
    // mod __refused_CourseMode { … }
    // pub type CourseModeFields = __refused_CourseMode::Refused;
    // const _: () = { impl Clone, PartialEq, Debug, Serialize and AvroType for CourseMode { … } };
    quote!(#bare #reported #twin #implementations)
}

/// Returns the methods of payloads, with the type `refused`.
fn methods(ident: &Ident, generics: &Generics, refused: &TokenStream) -> TokenStream {
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let method = |name: &str, argument: TokenStream| {
        let name = format_ident!("{name}");
        quote! {
            pub fn #name(#argument) -> #refused {
                ::core::unreachable!()
            }
        }
    };
    let builder = method("builder", TokenStream::new());
    let [to_builder, into_fields] =
        [method("to_builder", quote!(&self)), method("into_fields", quote!(self))];
    quote! {
        #[allow(dead_code, missing_docs)]
        impl #parameters #ident #arguments #bounds {
            #builder
            #to_builder
            #into_fields
        }
    }
}

/// Returns the name, the visibility, the generics and the attributes of a type.
fn named(item: &Item) -> Option<(&Ident, &Visibility, &Generics, &[Attribute])> {
    Some(match item {
        Item::Struct(item) => (&item.ident, &item.vis, &item.generics, &item.attrs),
        Item::Enum(item) => (&item.ident, &item.vis, &item.generics, &item.attrs),
        Item::Union(item) => (&item.ident, &item.vis, &item.generics, &item.attrs),
        _ => return None,
    })
}
