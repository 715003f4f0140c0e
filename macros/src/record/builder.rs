//! The builder: it has one type parameter for each field, which records whether the field is set.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Index, Type, Visibility, ext::IdentExt};

use super::{Field, Target};

/// What the builder builds.
pub(crate) struct Built<'a> {
    /// The payload or event.
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    /// Makes the payload or event from an expression for the struct with the fields.
    pub(crate) finish: &'a dyn Fn(TokenStream) -> TokenStream,
}

impl Target<'_> {
    pub(crate) fn builder(&self, built: &Built<'_>) -> TokenStream {
        let Self { rt, fields, .. } = self;
        let Built { ident, vis, .. } = built;
        let name = format_ident!("__{}Builder", ident);
        let types = fields.iter().map(Field::alias);
        let states: Vec<_> = fields.iter().map(|field| format_ident!("__{}", field.name)).collect();
        // A field called `build` was refused.
        let setters = fields.iter().filter(|field| field.name != "build");
        let setters = setters.map(|field| self.setter(&name, &states, field));
        let last = self.build(built, &states);
        let unset = fields.iter().map(|_| quote!(#rt::Unset));
        let nothing = fields.iter().map(|_| quote!(__None));
        let docs = format!("Builds a [`{}`] field by field.", ident.unraw());
        let required = fields.iter().filter(|field| field.default.is_none() && !is_option(&field.ty));
        let required = required.map(|field| self.required(built, field));
        // pub struct __UserDataBuilder<__id, __is_active> {
        //     values: (Option<__Type0>, Option<__Type1>),
        //     states: PhantomData<(__id, __is_active)>,
        // }
        // impl UserData { pub fn builder() -> __UserDataBuilder<Unset, Unset> { … } }
        // impl<__id, __is_active> __UserDataBuilder<__id, __is_active> { setters… build… }
        //
        // The values are one tuple, not a generic field each: setters move it as a whole, so that the generated code
        // does not grow with the square of the number of fields.
        quote! {
            #(#required)*

            #[doc = #docs]
            #[must_use = "a builder does nothing until `build()` is called"]
            #vis struct #name<#(#states),*> {
                values: (#(__Option<#types>,)*),
                states: __PhantomData<(#(#states,)*)>,
            }

            impl #ident {
                #[doc = "Returns a builder, which has one method for each field and `build()`."]
                #[inline]
                #vis fn builder() -> #name<#(#unset),*> {
                    #name { values: (#(#nothing,)*), states: __PhantomData }
                }
            }

            impl<#(#states),*> #name<#(#states),*> {
                #(#setters)*
                #last
            }
        }
    }

    /// The trait whose message names the missing field.
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

    fn setter(&self, name: &Ident, states: &[Ident], field: &Field<'_>) -> TokenStream {
        let rt = self.rt;
        let Field { ident, index, vis, docs, .. } = field;
        let ty = field.alias();
        let place = Index::from(*index);
        let state = &states[*index];
        let set = states
            .iter()
            .enumerate()
            .map(|(place, state)| if place == *index { quote!(#rt::Set) } else { quote!(#state) });
        let (argument, value) = if takes_into(&field.ty) {
            (quote!(impl #rt::IntoField<#ty>), quote!(#rt::IntoField::into_field(__value)))
        } else {
            (quote!(#ty), quote!(__value))
        };
        let docs = if docs.exist { quote!(#docs) } else { quote!("Sets the field.") };
        // pub fn id(mut self, value: __Type0) -> __UserDataBuilder<Set, __is_active>
        // where
        //     __id: NotSet,
        // {
        //     self.values.0 = Some(value);
        //     __UserDataBuilder { values: self.values, states: PhantomData }
        // }
        quote! {
            #[doc = #docs]
            #[inline]
            #vis fn #ident(mut self, __value: #argument) -> #name<#(#set),*>
            where
                #state: #rt::NotSet,
            {
                self.values.#place = __Some(#value);
                #name { values: self.values, states: __PhantomData }
            }
        }
    }

    fn build(&self, built: &Built<'_>, states: &[Ident]) -> TokenStream {
        let rt = self.rt;
        let Built { ident: payload, vis, finish } = built;
        let bounds = self.fields.iter().zip(states).filter(|(field, _)| field.default.is_none());
        let bounds = bounds.map(|(field, state)| {
            if is_option(&field.ty) {
                let ty = field.alias();
                quote!(#state: #rt::Required<#ty>)
            } else {
                let is_set = is_set(field);
                quote!(#state: #is_set)
            }
        });
        let values = self.fields.iter().zip(states).map(|(field, state)| {
            let Field { ident, index, default, .. } = field;
            let place = Index::from(*index);
            match default {
                Some(_) => {
                    let default = field.default_function();
                    quote!(#ident: __values.#place.unwrap_or_else(#default))
                }
                None => quote!(#ident: <#state as #rt::Required<_>>::value(__values.#place)),
            }
        });
        let fields = self.ident;
        let finished = finish(quote!(#fields { #(#values),* }));
        // pub fn build(self) -> UserData
        // where
        //     __id: id_is_set,
        // {
        //     let values = self.values;
        //     UserData { … UserDataFields { id: <__id as Required<_>>::value(values.0), … } }
        // }
        quote! {
            #[doc = "Returns the value, with defaults for the fields that were not set."]
            #[inline]
            #vis fn build(self) -> #payload
            where
                #(#bounds),*
            {
                let __values = self.values;
                #finished
            }
        }
    }

    /// `to_builder()`: every field is set, and can be replaced.
    pub(crate) fn to_builder(&self, built: &Built<'_>) -> TokenStream {
        let Self { rt, fields, .. } = self;
        let Built { ident, vis, .. } = built;
        let name = format_ident!("__{}Builder", ident);
        let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
        let kept = fields.iter().map(|_| quote!(#rt::Kept));
        // impl UserData {
        //     pub fn to_builder(&self) -> __UserDataBuilder<Kept, Kept> {
        //         let fields = self.fields.clone();
        //         __UserDataBuilder { values: (Some(fields.id), …), states: PhantomData }
        //     }
        // }
        quote! {
            impl #ident {
                #[doc = "Returns a builder that starts with these values; the values that are not replaced stay (`attr.evolve`)."]
                #[inline]
                #vis fn to_builder(&self) -> #name<#(#kept),*> {
                    let __fields = ::core::clone::Clone::clone(#rt::Frozen::get(&self.__build_with_builder));
                    #name { values: (#(__Some(__fields.#idents),)*), states: __PhantomData }
                }
            }
        }
    }
}

fn is_set(field: &Field<'_>) -> Ident {
    format_ident!("{}_is_set", field.name)
}

/// Returns whether the setter takes other types than the field's. The name of the type decides, which is enough
/// for a convenience: every `T` implements `IntoField<T>`, but the bound leaves the compiler less to infer from.
fn takes_into(ty: &Type) -> bool {
    is_called(ty, "String") || is_option(ty)
}

/// Returns whether the type is called `Option`. Aliases are not recognized.
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
