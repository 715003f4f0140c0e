//! The builder: it has one type parameter for each field, which records whether the field is set.

use proc_macro2::TokenStream;
use quote::{ToTokens, TokenStreamExt, format_ident, quote};
use syn::{ItemStruct, Type, ext::IdentExt};

use super::{Field, Record};
use crate::{
    record_kind::RecordKind,
    source::{groups, joined, literal, source},
    syntax::ungrouped_type,
};

impl Record<'_> {
    /// Returns the builder's struct, the traits of its required fields, and the function that makes it. That function
    /// shares one `impl` with `others`, because each `impl` costs compile time.
    pub(crate) fn builder(&self, others: &str) -> String {
        let fields = &self.fields;
        let ItemStruct { ident, vis, .. } = self.item;
        let (name, vis, states) = (self.builder_name(), vis.to_token_stream(), self.states());
        let values = listed(fields, |Field { alias, .. }| format!("__Option<{alias}>"));
        let (unset, nothing) = ("__Unset,".repeat(fields.len()), "__None,".repeat(fields.len()));
        let docs = literal(&format!("Builds a [`{}`] field by field.", ident.unraw()));
        let required = fields.iter().filter(|field| field.default.is_none() && !is_option(&field.ty));
        let required: String = required.map(|field| self.required_trait(field)).collect();
        // pub struct __UserDataBuilder<__id, __is_active> {
        //     values: (Option<i64>, Option<bool>),
        //     states: PhantomData<(__id, __is_active)>,
        // }
        // impl UserData { pub fn builder() -> __UserDataBuilder<Unset, Unset> { … } }
        //
        // The values are one tuple, not a generic field each: setters move it as a whole, so that the generated code
        // does not grow with the square of the number of fields.
        source! {
            [required, docs, vis, name, states, values, ident, unset, nothing, others]
            #required

            #[doc = #docs]
            #[must_use = "a builder does nothing until `build()` is called"]
            #vis struct #name<#states> {
                values: (#values),
                states: __PhantomData<(#states)>,
            }

            impl #ident {
                #[doc = "Returns a builder, which has one method for each field and `build()`."]
                #[inline]
                #vis fn builder() -> #name<#unset> {
                    #name { values: (#nothing), states: __PhantomData }
                }
                #others
            }
        }
    }

    /// Returns the builder's methods. Messages point at the names of setters.
    pub(crate) fn builder_methods(&self) -> TokenStream {
        let name = format_ident!("{}", self.builder_name());
        // A field called `build` was refused.
        let fields: Vec<_> = self.fields.iter().filter(|field| field.name != "build").collect();
        let states = self.states();
        let mut code = format!("{{ {states} }} {{ {} }}", self.build());
        code.extend(fields.iter().map(|field| self.setter(field)));
        let mut parts = groups(&code);
        let (parameters, build) = (parts.next(), parts.next());
        let mut methods = TokenStream::new();
        for field in fields {
            methods.extend(parts.next());
            methods.append(field.ident.clone());
            methods.extend(parts.next());
        }
        methods.extend(build);
        // impl<__id, __is_active> __UserDataBuilder<__id, __is_active> { setters… build… }
        quote! {
            impl<#parameters> #name<#parameters> {
                #methods
            }
        }
    }

    /// Returns the type parameters of the builder.
    fn states(&self) -> String {
        listed(&self.fields, state)
    }

    /// Returns the code before a setter's name and after it, each in braces.
    fn setter(&self, field: &Field<'_>) -> String {
        let name = self.builder_name();
        let Field { index, alias, vis, .. } = field;
        let vis = vis.to_token_stream();
        let docs = if field.docs.exist { field.docs.source() } else { literal("Sets the field.") };
        let docs = if field.docs.may_have_examples() {
            format!("#[cfg_attr(not(doctest), doc = {docs})]")
        } else {
            format!("#[doc = {docs}]")
        };
        let state = state(field);
        let set =
            listed(
                &self.fields,
                |other| {
                    if other.index == *index { "__Set".to_owned() } else { self::state(other) }
                },
            );
        let (argument, value) = if takes_into(&field.ty) {
            (format!("impl __IntoField<{alias}>"), "__IntoField::into_field(__value)")
        } else {
            (alias.to_string(), "__value")
        };
        // pub fn id(mut self, value: i64) -> __UserDataBuilder<Set, __is_active>
        // where
        //     __id: NotSet,
        // {
        //     self.values.0 = Some(value);
        //     __UserDataBuilder { values: self.values, states: PhantomData }
        // }
        source! {
            [docs, vis, argument, name, set, state, index, value]
            {
                #docs
                #vis fn
            }
            {
                (mut self, __value: #argument) -> #name<#set>
                where
                    #state: __NotSet,
                {
                    self.values.#index = __Some(#value);
                    #name { values: self.values, states: __PhantomData }
                }
            }
        }
    }

    fn build(&self) -> String {
        let ItemStruct { ident, vis, .. } = self.item;
        let vis = vis.to_token_stream();
        let bounds = self.fields.iter().filter(|field| field.default.is_none()).map(|field| {
            let (state, alias) = (state(field), &field.alias);
            if is_option(&field.ty) {
                return format!("{state}: __Required<{alias}>");
            }
            let is_set = is_set(field);
            if is_never_left_out(field) {
                format!("{state}: __Proves<dyn {is_set}, Proof: {is_set}>")
            } else {
                format!("{state}: {is_set}")
            }
        });
        let bounds = joined(bounds, ", ");
        let values = self.fields.iter().map(|field| {
            let Field { text, index, default, .. } = field;
            match default {
                Some(_) => {
                    let default = field.default_function();
                    source!([text, index, default] #text: __values.#index.unwrap_or_else(#default))
                }
                None => {
                    let state = state(field);
                    if is_never_left_out(field) {
                        return source!([text, index] #text: __value_of(__values.#index));
                    }
                    source!([text, index, state] #text: <#state as __Required<_>>::value(__values.#index))
                }
            }
        });
        let fields = format!("{} {{ {} }}", self.holder, joined(values, ", "));
        let built = match self.kind {
            RecordKind::Payload => {
                source!([fields] __From::from(#fields))
            }
            RecordKind::Event => fields,
        };
        // pub fn build(self) -> UserData
        // where
        //     __id: Proves<dyn id_is_set, Proof: id_is_set>,
        // {
        //     let values = self.values;
        //     UserData { … UserDataFields { id: value_of(values.0), … } }
        // }
        source! {
            [vis, ident, bounds, built]
            #[doc = "Returns the value, with defaults for the fields that were not set."]
            #vis fn build(self) -> #ident
            where
                #bounds
            {
                let __values = self.values;
                #built
            }
        }
    }

    /// Returns the function `to_builder()`. In its builder every field is set, and a setter can replace it.
    pub(crate) fn to_builder(&self) -> String {
        let (name, vis) = (self.builder_name(), self.item.vis.to_token_stream());
        let kept = "__Kept,".repeat(self.fields.len());
        let values = listed(&self.fields, |Field { text, .. }| format!("__Some(__fields.{text})"));
        // pub fn to_builder(&self) -> __UserDataBuilder<Kept, Kept> {
        //     let fields = self.fields.clone();
        //     __UserDataBuilder { values: (Some(fields.id), …), states: PhantomData }
        // }
        source! {
            [vis, name, kept, values]
            #[doc = "Returns a builder that starts with these values; the values that you do not replace stay the same (`attr.evolve`)."]
            #[inline]
            #vis fn to_builder(&self) -> #name<#kept> {
                let __fields = __Clone::clone(&**self);
                #name { values: (#values), states: __PhantomData }
            }
        }
    }

    /// Returns the trait whose message names the missing field.
    fn required_trait(&self, field: &Field<'_>) -> String {
        let Field { text, name, alias, .. } = field;
        let (vis, is_set) = (self.item.vis.to_token_stream(), is_set(field));
        let message = literal(&format!(
            "required field `{name}` of `{}` is not set\nhelp: call `.{text}(…)` before `.build()`",
            self.item.ident.unraw()
        ));
        let label = literal(&format!("`{name}` is not set here"));
        // #[diagnostic::on_unimplemented(message = "required field `id` of `UserData` is not set …")]
        // pub trait id_is_set {}
        if is_never_left_out(field) {
            // `Proves` chooses a type that implements the trait, so that it needs no implementation.
            return source! {
                [message, label, vis, is_set]
                #[diagnostic::on_unimplemented(message = #message, label = #label)]
                #vis trait #is_set {}
            };
        }
        // If the type may be an `Option` under another name, `build` gets the value from `Required`.
        //
        // impl<S: Required<__Type0>> id_is_set for S {}
        source! {
            [message, label, vis, is_set, alias]
            #[diagnostic::on_unimplemented(message = #message, label = #label)]
            #vis trait #is_set: __Required<#alias> {}

            #[diagnostic::do_not_recommend]
            impl<__S: __Required<#alias>> #is_set for __S {}
        }
    }

    fn builder_name(&self) -> String {
        format!("__{}Builder", self.item.ident.unraw())
    }
}

/// Joins the results of `each` for all fields, with a comma after each.
fn listed(fields: &[Field<'_>], each: impl Fn(&Field<'_>) -> String) -> String {
    fields.iter().map(|field| each(field) + ",").collect()
}

/// Returns the type parameter that says whether the field is set.
fn state(field: &Field<'_>) -> String {
    format!("__{}", field.name)
}

fn is_set(field: &Field<'_>) -> String {
    format!("{}_is_set", field.name)
}

/// Returns whether the type cannot be an `Option` under another name.
fn is_never_left_out(field: &Field<'_>) -> bool {
    field.alias.is_simple() && !is_option(&field.ty)
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
    match ungrouped_type(ty) {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}
