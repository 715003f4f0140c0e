//! A struct with named fields: what payloads and events have in common.

pub(crate) mod assertions;
pub(crate) mod builder;
pub(crate) mod fields;
pub(crate) mod plain;
pub(crate) mod schema;

mod above;
mod attributes;
mod docs;
mod flow_control;
mod parse;
mod refused;
mod types;

pub(crate) use attributes::{Attributes, allow_expected, first_word, is_named, without_attributes};
pub(crate) use docs::Docs;
pub(crate) use flow_control::check_flow_control;
pub(crate) use parse::{check_owned, check_shape, parse_fields};
use types::has_placeholder;
pub(crate) use types::{find_mention, find_namesake, name_self};

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Ident, Item, ItemStruct, Type, Visibility, spanned::Spanned};

use crate::waivers::Waivers;

/// A field of a payload or a data key of an event.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    /// Its place among the fields.
    pub(crate) index: usize,
    /// Its name on the wire: without `r#`.
    pub(crate) name: String,
    pub(crate) vis: &'a Visibility,
    pub(crate) ty: &'a Type,
    pub(crate) docs: Docs,
    /// The attributes that are not ours.
    pub(crate) attributes: Vec<&'a Attribute>,
    /// Personal data.
    pub(crate) pii: bool,
    /// What a builder takes when the field is left out.
    pub(crate) default: Option<Default>,
    pub(crate) waivers: Waivers,
    /// Whether the type was refused already, and another stands in for it that the compiler has nothing to say of.
    pub(crate) is_refused: bool,
}

/// Whether there is anything to expand to: a struct with other fields is only emitted.
pub(crate) fn can_expand(fields: &[Field<'_>]) -> bool {
    have_own_names(fields) && fields.iter().all(|field| !has_placeholder(field.ty))
}

/// The item with types in place of the refused ones that expand without another mistake; which fields have them.
pub(crate) fn with_ownable_types(
    item: &ItemStruct,
    is_local: bool,
    is_recursive: impl Fn(&Type) -> bool,
) -> (Item, Vec<bool>) {
    let mut item = item.clone();
    let ident = &item.ident;
    let are_refused = item.fields.iter_mut().map(|field| {
        let is_refused = is_recursive(&field.ty) || refused::refusal(&field.ty, is_local).is_some();
        if is_refused {
            refused::stand_in(&mut field.ty, ident);
        }
        is_refused
    });
    let are_refused = are_refused.collect();
    let mut item = Item::Struct(item);
    name_self(&mut item);
    (item, are_refused)
}

/// What stands behind the name of the struct with the fields. Where the user's tokens ended there, the compiler would
/// suggest a type parameter for a type that it does not know; it says nothing of the kind beside the alias of that
/// type, and so would report the two apart.
pub(crate) fn no_generics() -> TokenStream {
    quote!(<>)
}

/// Marks the fields whose types stand in for refused ones.
pub(crate) fn mark_refused(fields: &mut [Field<'_>], are_refused: &[bool]) {
    for (field, is_refused) in fields.iter_mut().zip(are_refused) {
        field.is_refused |= *is_refused;
    }
}

/// Whether each field has a name of its own; where one is there twice, the compiler says so.
fn have_own_names(fields: &[Field<'_>]) -> bool {
    let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
}

/// `default` or `default = expression`.
pub(crate) struct Default {
    /// The expression; `None` for `Default::default()`.
    expression: Option<TokenStream>,
    /// Where it says `default`.
    span: Span,
}

impl Field<'_> {
    /// What expansions call the type. They say the user's own words as seldom as they can: what the compiler finds
    /// wrong with these, it says at each place.
    pub(crate) fn alias(&self) -> Ident {
        format_ident!("__Type{}", self.index)
    }

    /// The same, shown as what the user wrote.
    pub(crate) fn alias_at_type(&self) -> Ident {
        Ident::new(&self.alias().to_string(), self.ty.span().resolved_at(Span::call_site()))
    }

    /// The function that makes the default: the expression has a scope of its own, where it cannot meet the
    /// names of generated code.
    pub(crate) fn default_function(&self) -> Ident {
        format_ident!("__default_{}", self.index)
    }
}

/// The struct that holds the fields, as the expansion calls it.
pub(crate) struct Target<'a> {
    /// The path of the runtime's private module.
    pub(crate) rt: &'a TokenStream,
    /// The struct with the fields: an event, or the twin of a payload.
    pub(crate) ident: &'a Ident,
    pub(crate) fields: &'a [Field<'a>],
}

impl Target<'_> {
    /// What the rest of the expansion says most often, in one word each: what the compiler reads for an event is what
    /// users wait for.
    pub(crate) fn names(&self) -> TokenStream {
        let rt = self.rt;
        // The last ones are what types without an Avro form, or without the traits of a value, get instead.
        quote! {
            #[allow(unused_imports)]
            use #rt::{
                Err as __Err, None as __None, Ok as __Ok, Option as __Option, PhantomData as __PhantomData,
                Plain as __Plain, Some as __Some, Wire as __Wire,
                default_value as __default_value, NoWire as _, NotPlain as _, NotShared as _, WireFallback as _,
            };
        }
    }

    /// The types of the fields, under the names that the rest of the expansion has for them.
    pub(crate) fn aliases(&self) -> TokenStream {
        let aliases = self.fields.iter().map(|field| {
            let (alias, ty) = (field.alias(), field.ty);
            // type __Type0 = i64;
            quote!(type #alias = #ty;)
        });
        quote!(#(#aliases)*)
    }

    /// The functions that make defaults.
    pub(crate) fn defaults(&self) -> TokenStream {
        let functions = self.fields.iter().filter_map(|field| {
            let default = field.default.as_ref()?;
            let (name, ty) = (field.default_function(), field.alias_at_type());
            let value = match &default.expression {
                Some(expression) => quote!(#expression),
                // What the type lacks is said where the user asks for it.
                None => quote_spanned!(default.span=> __default_value()),
            };
            // fn __default_2() -> String { String::from("audit") }
            Some(quote!(fn #name() -> #ty { #value }))
        });
        quote!(#(#functions)*)
    }
}
