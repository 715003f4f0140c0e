//! Structs with named fields: the parts that payloads and events share, one output per file. This folder may use the
//! shared files, but neither `payload` nor `event`.

pub(crate) mod builder;
pub(crate) mod plain;

mod above;
mod alias;
mod assertions;
mod attributes;
mod check;
mod docs;
mod fields;
mod flow_control;
mod parse;
mod parts;
mod refused;
mod schema;
mod types;

pub(crate) use attributes::{Attributes, without_attributes};
pub(crate) use check::check_field;
pub(crate) use docs::Docs;
pub(crate) use parse::{check_shape, parse_fields};
pub(crate) use types::{find_mention, find_namesake};

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Ident, Type, Visibility, spanned::Spanned};

use self::{
    alias::Alias,
    refused::{TypeRefusal, stand_in},
    types::has_placeholder,
};
use crate::waivers::Waivers;

/// A field of a payload or a data key of an event.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    /// The identifier as source text: with `r#`.
    pub(crate) text: String,
    /// The position among the fields.
    pub(crate) index: usize,
    /// The name on the wire: without `r#`.
    pub(crate) name: String,
    pub(crate) vis: &'a Visibility,
    /// The user's type with the struct's name in place of `Self`, or the type that replaces a refused one.
    pub(crate) ty: Type,
    /// The name of the type in expansions.
    pub(crate) alias: Alias,
    /// Why the field cannot have the user's type.
    refusal: Option<TypeRefusal>,
    /// Whether a mistake in the type was reported, so that the compiler need not check it.
    pub(crate) is_type_reported: bool,
    pub(crate) docs: Docs,
    pub(crate) attributes: Vec<&'a Attribute>,
    pub(crate) pii: bool,
    /// The value that the builder uses if the field is left out.
    pub(crate) default: Option<DefaultValue>,
    pub(crate) waivers: Waivers,
}

/// `default` or `default = expression`.
pub(crate) struct DefaultValue {
    /// The expression; `None` for `Default::default()`.
    expression: Option<TokenStream>,
    /// The span of the word `default`.
    span: Span,
}

/// Returns whether the fields can be expanded; otherwise only the bare struct is emitted, and the compiler reports
/// what is wrong with it.
pub(crate) fn can_expand(fields: &[Field<'_>]) -> bool {
    have_distinct_names(fields) && fields.iter().all(|field| !has_placeholder(&field.ty))
}

fn have_distinct_names(fields: &[Field<'_>]) -> bool {
    let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
}

/// Replaces each refused or recursive type in the struct `ident` with one that the compiler accepts, so that it
/// does not report the same mistake again.
pub(crate) fn replace_refused_types(
    fields: &mut [Field<'_>],
    ident: &Ident,
    is_recursive: impl Fn(&Type) -> bool,
) {
    for field in fields {
        if field.refusal.is_some() || is_recursive(&field.ty) {
            stand_in(&mut field.ty, ident);
            field.alias = Alias::new(field.index);
            field.is_type_reported = true;
        }
    }
}

/// Returns the empty generics of the struct that holds the fields. Without them the compiler suggests a type parameter
/// for an unknown type in the struct, but not in the alias of that type, and so reports the same type twice.
pub(crate) fn no_generics() -> TokenStream {
    quote!(<>)
}

impl Field<'_> {
    /// Returns the alias, with the span of the user's type.
    pub(crate) fn alias_at_type(&self) -> Ident {
        self.alias.at(self.ty.span())
    }

    /// Returns the name of the function that returns the default. That function gives the expression a scope without
    /// the names of generated code.
    pub(crate) fn default_function(&self) -> Ident {
        format_ident!("__default_{}", self.index)
    }
}

/// The struct that holds the fields.
pub(crate) struct Target<'a> {
    /// The path of the runtime's private module.
    pub(crate) rt: &'a TokenStream,
    /// An event, or the twin of a payload.
    pub(crate) ident: &'a Ident,
    pub(crate) fields: &'a [Field<'a>],
}

impl Target<'_> {
    /// Imports the names that the rest of the expansion uses: fewer tokens per record mean less compile time.
    pub(crate) fn names(&self) -> TokenStream {
        let rt = self.rt;
        // use __RT::names::*;
        quote! {
            #[allow(unused_imports)]
            use #rt::names::*;
        }
    }

    pub(crate) fn aliases(&self) -> TokenStream {
        let named = self.fields.iter().filter(|field| field.alias.is_declared());
        let aliases = named.map(|Field { alias, ty, .. }| {
            // type __Type0 = UserData;
            quote!(type #alias = #ty;)
        });
        quote!(#(#aliases)*)
    }

    /// Returns the functions that return the defaults.
    pub(crate) fn defaults(&self) -> TokenStream {
        let functions = self.fields.iter().filter_map(|field| {
            let default = field.default.as_ref()?;
            let (name, ty) = (field.default_function(), field.alias_at_type());
            let value = match &default.expression {
                Some(expression) => quote!(#expression),
                // A missing `Default` is reported at the word `default`.
                None => quote_spanned!(default.span=> __default_value()),
            };
            // fn __default_2() -> String { String::from("audit") }
            Some(quote!(fn #name() -> #ty { #value }))
        });
        quote!(#(#functions)*)
    }
}
