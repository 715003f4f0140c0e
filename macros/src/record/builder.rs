//! The builder: one type parameter a field, which says whether the field is set.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Type, Visibility, ext::IdentExt};

use super::{Field, Target};

/// What the builder is of.
pub(crate) struct Built<'a> {
    /// The payload or event.
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    /// The payload or event, made of an expression for the struct with the fields.
    pub(crate) finish: &'a dyn Fn(TokenStream) -> TokenStream,
}

impl Target<'_> {
    pub(crate) fn builder(&self, built: &Built<'_>) -> TokenStream {
        let Self { rt, fields, .. } = self;
        let Built { ident, vis, .. } = built;
        let name = format_ident!("__{}Builder", ident);
        let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
        let states: Vec<_> = fields.iter().map(|field| format_ident!("__{}", field.name)).collect();
        // A field called `build` was refused.
        let setters = (0..fields.len()).filter(|index| fields[*index].name != "build");
        let setters = setters.map(|index| self.setter(&name, &states, index));
        let last = self.build(built, &states);
        let unset = fields.iter().map(|_| quote!(#rt::Unset));
        let docs = format!("Builds a [`{}`] field by field.", ident.unraw());
        let required = fields.iter().filter(|field| field.default.is_none());
        let required = required.map(|field| self.required(built, field));
        // pub struct __UserDataBuilder<__id, __is_active> { id: __id, is_active: __is_active }
        // impl UserData { pub fn builder() -> __UserDataBuilder<Unset, Unset> { … } }
        // impl<__id, __is_active> __UserDataBuilder<__id, __is_active> { setters… build… }
        quote! {
            #(#required)*

            #[doc = #docs]
            #[must_use = "a builder does nothing until `build()` is called"]
            #vis struct #name<#(#states),*> {
                #(#idents: #states),*
            }

            impl #ident {
                #[doc = "Starts a builder: one method a field, then `build()`."]
                #[inline]
                #vis fn builder() -> #name<#(#unset),*> {
                    #name { #(#idents: #rt::Unset),* }
                }
            }

            impl<#(#states),*> #name<#(#states),*> {
                #(#setters)*
                #last
            }
        }
    }

    /// The trait that says which field is missing.
    fn required(&self, built: &Built<'_>, field: &Field<'_>) -> TokenStream {
        let rt = self.rt;
        let Field { ident, name, .. } = field;
        let ty = field.alias();
        let Built { ident: payload, vis, .. } = built;
        let is_set = is_set(field);
        let message = format!(
            "required field `{name}` of `{}` is not set\nhelp: call `.{ident}(…)` before `.build()`",
            payload.unraw()
        );
        let label = format!("`{name}` is not set here");
        // #[diagnostic::on_unimplemented(message = "required field `id` of `UserData` is not set …")]
        // pub trait id_is_set: Required<__Type0> {}
        // impl<S: Required<__Type0>> id_is_set for S {}
        quote! {
            #[diagnostic::on_unimplemented(message = #message, label = #label)]
            #vis trait #is_set: #rt::Required<#ty> {}

            #[diagnostic::do_not_recommend]
            impl<__S: #rt::Required<#ty>> #is_set for __S {}
        }
    }

    fn setter(&self, name: &Ident, states: &[Ident], index: usize) -> TokenStream {
        let rt = self.rt;
        let field = &self.fields[index];
        let Field { ident, vis, docs, .. } = field;
        let ty = field.alias();
        let state = &states[index];
        let set = states
            .iter()
            .enumerate()
            .map(|(position, state)| if position == index { quote!(#rt::Set<#ty>) } else { quote!(#state) });
        let others = self.fields.iter().enumerate().filter(|(position, _)| *position != index);
        let others = others.map(|(_, Field { ident, .. })| quote!(#ident: self.#ident));
        let (argument, value) = if takes_into(field.ty) {
            (quote!(impl #rt::IntoField<#ty>), quote!(#rt::IntoField::into_field(__value)))
        } else {
            (quote!(#ty), quote!(__value))
        };
        let docs = if docs.exist { quote!(#docs) } else { quote!("Sets the field.") };
        // pub fn id(self, value: i64) -> __UserDataBuilder<Set<i64>, __is_active>
        // where
        //     __id: NotSet,
        // {
        //     __UserDataBuilder { id: Set(value), is_active: self.is_active }
        // }
        quote! {
            #[doc = #docs]
            #[inline]
            #vis fn #ident(self, __value: #argument) -> #name<#(#set),*>
            where
                #state: #rt::NotSet,
            {
                #name { #ident: #rt::Set(#value), #(#others),* }
            }
        }
    }

    fn build(&self, built: &Built<'_>, states: &[Ident]) -> TokenStream {
        let rt = self.rt;
        let Built { ident: payload, vis, finish } = built;
        let bounds = self.fields.iter().zip(states).map(|(field, state)| match field.default {
            Some(_) => {
                let ty = field.alias();
                quote!(#state: #rt::Optional<#ty>)
            }
            None => {
                let is_set = is_set(field);
                quote!(#state: #is_set)
            }
        });
        let values = self.fields.iter().map(|field| {
            let Field { ident, default, .. } = field;
            match default {
                Some(_) => {
                    let default = field.default_function();
                    quote!(#ident: #rt::Optional::value_or(self.#ident, #default))
                }
                None => quote!(#ident: #rt::Required::value(self.#ident)),
            }
        });
        let fields = self.ident;
        let finished = finish(quote!(#fields { #(#values),* }));
        // pub fn build(self) -> UserData
        // where
        //     __id: id_is_set,
        // {
        //     UserData::from(UserDataFields { id: self.id.value(), … })
        // }
        quote! {
            #[doc = "The value with the fields that were set, and defaults for the others."]
            #[inline]
            #vis fn build(self) -> #payload
            where
                #(#bounds),*
            {
                #finished
            }
        }
    }

    /// `to_builder()`: every field is set, and may be replaced.
    pub(crate) fn to_builder(&self, built: &Built<'_>) -> TokenStream {
        let Self { rt, fields, .. } = self;
        let Built { ident, vis, .. } = built;
        let name = format_ident!("__{}Builder", ident);
        let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
        let types: Vec<_> = fields.iter().map(Field::alias).collect();
        // impl UserData {
        //     pub fn to_builder(&self) -> __UserDataBuilder<Kept<i64>, Kept<bool>> { … }
        // }
        quote! {
            impl #ident {
                #[doc = "A builder that starts with these values: what is not replaced stays (`attr.evolve`)."]
                #[inline]
                #vis fn to_builder(&self) -> #name<#(#rt::Kept<#types>),*> {
                    #name { #(#idents: #rt::Kept(<#rt::Plain<#types>>::clone_value(&self.#idents))),* }
                }
            }
        }
    }
}

fn is_set(field: &Field<'_>) -> Ident {
    format_ident!("{}_is_set", field.name)
}

/// Whether the setter takes more than the type itself. This goes by the name of the type, and decides
/// nothing but comfort: `IntoField<T>` is there for every `T`, but leaves the compiler less to infer from.
fn takes_into(ty: &Type) -> bool {
    is_called(ty, "String") || is_option(ty)
}

/// Whether the type is called `Option`, for what need not be right of every alias.
pub(crate) fn is_option(ty: &Type) -> bool {
    is_called(ty, "Option")
}

fn is_called(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        Type::Group(group) => is_called(&group.elem, name),
        _ => false,
    }
}
