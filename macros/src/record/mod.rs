//! Structs with named fields: the parts that payloads and events share, one output per file. This folder may use the
//! shared files, but neither `payload` nor `event`.

pub(crate) mod builder;

mod alias;
mod assertions;
mod attributes;
mod check;
mod docs;
mod fields;
mod flow_control;
mod parse;
mod parts;
mod plain;
mod refused;
mod schema;
mod types;
mod without_runtime;

pub(crate) use attributes::{Attributes, Owner, without_attributes};
pub(crate) use check::{check_documented, check_rival};
pub(crate) use docs::Docs;
pub(crate) use parse::{check_shape, find_conditional};
pub(crate) use plain::debug_impl;
pub(crate) use without_runtime::without_runtime;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, Ident, ItemStruct, Path, Type, Visibility};

use self::{
    alias::Alias,
    refused::{TypeRefusal, stand_in},
    types::has_placeholder,
};
use crate::{record_kind::RecordKind, runtime_path::RuntimePath, spans::type_span, waivers::Waivers};

/// The struct of a payload or an event.
pub(crate) struct Record<'a> {
    pub(crate) kind: RecordKind,
    pub(crate) item: &'a ItemStruct,
    /// The struct that holds the fields: an event itself, or the twin of a payload.
    pub(crate) holder: Ident,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) docs: Docs,
    pub(crate) fields: Vec<Field<'a>>,
}

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
    /// The path in the type by which the record contains itself.
    recursion: Option<Path>,
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

impl Field<'_> {
    /// Returns the alias, with the span of the user's type.
    pub(crate) fn alias_at_type(&self) -> Ident {
        self.alias.at(type_span(&self.ty))
    }

    /// Returns the name of the function that returns the default. That function gives the expression a scope without
    /// the names of generated code.
    pub(crate) fn default_function(&self) -> Ident {
        format_ident!("__default_{}", self.index)
    }
}

/// The declaration in the struct.
impl ToTokens for Field<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Field { ident, vis, ty, attributes, .. } = self;
        tokens.extend(quote!(#(#attributes)* #vis #ident: #ty));
    }
}

impl Record<'_> {
    /// Returns whether the fields can be expanded; otherwise only the bare struct is emitted, and the compiler reports
    /// what is wrong with it.
    pub(crate) fn can_expand(&self) -> bool {
        let mut names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1])
            && self.fields.iter().all(|field| !has_placeholder(&field.ty))
    }

    /// Replaces each refused or recursive type with one that the compiler accepts, so that it does not report the same
    /// mistake again.
    pub(crate) fn replace_refused_types(&mut self) {
        for field in &mut self.fields {
            if field.refusal.is_some() || field.recursion.is_some() {
                stand_in(&mut field.ty, &self.item.ident);
                field.alias = Alias::new(field.index);
                field.is_type_reported = true;
            }
        }
    }

    /// Returns the expansion: the `named` items, followed by the implementations in a scope of their own.
    pub(crate) fn expansion(
        &self,
        path: &RuntimePath,
        named: &TokenStream,
        implementations: &[TokenStream],
    ) -> TokenStream {
        let (private, record) = (path.private(), self.record_static());
        // Short names: fewer tokens per record mean less compile time.
        path.items(quote! {
            #named

            #[allow(dead_code, deprecated, missing_debug_implementations, non_camel_case_types, non_snake_case, unnameable_types, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
            const _: () = {
                #[allow(unused_imports)]
                use #private::names::*;
                #record
                #(#implementations)*
            };
        })
    }

    /// The struct that holds the fields, with `attributes`.
    ///
    /// It has empty generics. Without them the compiler suggests a type parameter for an unknown type in the struct, but
    /// not in the alias of that type, and so reports the same type twice.
    pub(crate) fn holder_struct(&self, attributes: &TokenStream) -> TokenStream {
        let Self { item, holder, fields, .. } = self;
        let (vis, derives) = (&item.vis, self.attributes.derive());
        quote! {
            #[allow(clippy::derive_partial_eq_without_eq)]
            #attributes
            #derives
            #vis struct #holder <> { #(#fields),* }
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
