//! `#[payload(text)]`: a struct around one value, whose `Display` and `FromStr` make the string on the wire.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Fields, GenericArgument, ItemStruct, PathArguments, Type, ext::IdentExt, spanned::Spanned};

use super::{arguments::PayloadArguments, with_scope};
use crate::{
    diagnostics::Problems,
    record::{self, Attributes, Docs, Owner},
    record_kind::RecordKind,
    rules,
    runtime_path::runtime_at,
    source::{literal, source},
    spans::ident_at,
    syntax::{is_named, type_name, ungrouped_type},
};

/// Returns the expansion, or the traits that are derived above the attribute if there is none.
pub(super) fn expand(
    item: &ItemStruct,
    arguments: &mut PayloadArguments,
    problems: &mut Problems,
) -> Result<TokenStream, Vec<String>> {
    let Some(field) = check_shape(item, problems) else {
        return Err(Vec::new());
    };
    let attributes = Attributes::parse(&item.attrs, Owner::Text, &mut arguments.waivers, problems);
    record::check_documented(RecordKind::Payload, &item.ident, &Docs::of(&item.attrs), problems);
    for attribute in field.attrs.iter().filter(|one| is_named(one, "payload")) {
        let what = "`#[payload(…)]` does not belong on the value of a `#[payload(text)]` struct";
        let help = "write the arguments above the struct, as in `#[payload(text, pii)]`";
        problems.mistake(attribute, what, help);
    }
    if check_value(item, field, problems) || !attributes.derived_above.is_empty() {
        return Err(attributes.derived_above);
    }
    let (ty, span) = (&field.ty, field.ty.span());
    let (rt, value) = (runtime_at(span), ident_at("__Value", span));
    // type __Value = Decimal;
    // fn __types() { assert_text::<__Value>(); }
    let assertion = quote_spanned!(span=> #rt::assert_text::<#value>(););
    let checks = quote! {
        type __Value = #ty;
        fn __types() { #assertion }
    };
    let implementations = plain(item, arguments.pii) + &strings(item) + &wire(item, arguments.pii);
    Ok(with_scope(&arguments.path, &structure(item, field, &attributes), &checks, &implementations))
}

/// Returns whether the struct has the shape of a `#[payload(text)]` struct, and no other.
pub(super) fn has_shape(item: &ItemStruct) -> bool {
    matches!(&item.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1)
}

fn check_shape<'a>(item: &'a ItemStruct, problems: &mut Problems) -> Option<&'a syn::Field> {
    let mut refuse = |at: &dyn ToTokens, what: &str, help: &str| {
        problems.refuse(&rules::TEXT_SHAPE, &at.to_token_stream(), what, help);
        None
    };
    if !item.generics.params.is_empty() {
        return refuse(
            &item.generics,
            "a `#[payload(text)]` struct cannot be generic",
            "write the type of the value",
        );
    }
    if let Some(clause) = &item.generics.where_clause {
        let what = "a `#[payload(text)]` struct cannot be generic";
        return refuse(clause, what, "remove the `where` clause");
    }
    let what = "a `#[payload(text)]` struct must have one field without a name";
    let name = item.ident.unraw();
    match &item.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first(),
        Fields::Named(fields) if fields.named.len() == 1 => {
            let ty = type_name(&fields.named[0].ty);
            refuse(fields, what, &format!("write `struct {name}(pub {ty});`"))
        }
        Fields::Named(fields) => {
            let help = "remove `text`; a payload with named fields is a record on the wire";
            refuse(fields, what, help)
        }
        Fields::Unnamed(fields) => {
            let help = "wrap one value that implements `Display` and `FromStr`, or name the fields and remove `text`";
            refuse(fields, what, help)
        }
        Fields::Unit => refuse(
            &item.ident,
            what,
            &format!("write the type of the value, as in `struct {name}(pub Decimal);`"),
        ),
    }
}

/// Refuses a value that is optional or borrowed, and returns whether it did.
fn check_value(item: &ItemStruct, field: &syn::Field, problems: &mut Problems) -> bool {
    let name = item.ident.unraw();
    let (what, help) = match ungrouped_type(&field.ty) {
        Type::Path(path) => {
            let last = path.path.segments.last().filter(|last| last.ident == "Option");
            let Some(PathArguments::AngleBracketed(arguments)) = last.map(|last| &last.arguments) else {
                return false;
            };
            let Some(GenericArgument::Type(inner)) = arguments.args.first() else { return false };
            let inner = type_name(inner);
            let help = format!("write `struct {name}(pub {inner});`, and make fields an `Option<{name}>`");
            ("cannot wrap an `Option`", help)
        }
        Type::Reference(reference) => {
            let is_str = type_name(&reference.elem) == "str";
            let help = if is_str { "write `String`" } else { "use an owned type" };
            ("cannot borrow its value", help.to_owned())
        }
        _ => return false,
    };
    let what = format!("a `#[payload(text)]` struct {what}");
    problems.refuse(&rules::TEXT_SHAPE, &field.ty, what, help);
    true
}

fn structure(item: &ItemStruct, field: &syn::Field, attributes: &Attributes<'_>) -> TokenStream {
    let ItemStruct { vis, ident, .. } = item;
    let (others, lints, derive) = (&attributes.others, &attributes.lints, attributes.derive());
    let kept = field.attrs.iter().filter(|one| !is_named(one, "payload"));
    let (inner_vis, ty) = (&field.vis, &field.ty);
    // The generics are empty, as in `Record::holder_struct`.
    //
    // #[doc = "…"]
    // #[derive(Copy)]
    // pub struct Money<>(pub Decimal);
    quote! {
        #(#others)*
        #(#lints)*
        #derive
        #vis struct #ident <> (#(#kept)* #inner_vis #ty);
    }
}

fn plain(item: &ItemStruct, pii: bool) -> String {
    let ident = &item.ident;
    let name = literal(&ident.unraw().to_string());
    let debug = if pii {
        format!("__debug_redacted(__f, {name})")
    } else {
        format!("__f.debug_tuple({name}).field(<__TextForm<__Value>>::debug_value(&self.0)).finish()")
    };
    source! {
        [ident, debug]
        #[automatically_derived]
        impl __Clone for #ident {
            #[inline]
            fn clone(&self) -> Self {
                Self(<__TextForm<__Value>>::clone_value(&self.0))
            }
        }

        #[automatically_derived]
        impl __PartialEq for #ident {
            #[inline]
            fn eq(&self, __other: &Self) -> __bool {
                <__TextForm<__Value>>::values_eq(&self.0, &__other.0)
            }
        }

        #[automatically_derived]
        impl __Debug for #ident {
            fn fmt(&self, __f: &mut __Formatter<'_>) -> __FmtResult {
                #debug
            }
        }
    }
}

fn strings(item: &ItemStruct) -> String {
    let ident = &item.ident;
    // impl Display for Money { … }
    // impl FromStr for Money { … }
    source! {
        [ident]
        #[automatically_derived]
        impl __Display for #ident {
            fn fmt(&self, __f: &mut __Formatter<'_>) -> __FmtResult {
                <__TextForm<__Value>>::display(&self.0, __f)
            }
        }

        #[automatically_derived]
        impl __FromStr for #ident {
            type Err = __BoxError;

            fn from_str(__text: &__str) -> __Result<Self, __BoxError> {
                <__TextForm<__Value>>::parse(__text).map(Self)
            }
        }
    }
}

fn wire(item: &ItemStruct, pii: bool) -> String {
    let ident = &item.ident;
    let name = ident.unraw();
    let expected = literal(&format!("a valid `{name}`"));
    let (schema, parse) = if pii {
        // The error of `FromStr` may repeat the value.
        ("PersonalString", "__from_personal_text")
    } else {
        ("String", "__FromStr::from_str")
    };
    // impl AvroType for Money { type Repr = String; … }
    // impl Serialize for Money { … }
    // impl<'de> Deserialize<'de> for Money { … }
    source! {
        [ident, schema, parse, expected]
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __AvroForm for #ident {}

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __AvroType for #ident {
            type Repr = __String;
            const SCHEMA: __Schema = __Schema::#schema;

            fn to_repr(&self) -> __String {
                __ToString::to_string(self)
            }

            fn from_repr(__repr: __String) -> __Result<Self, __BoxError> {
                #parse(&__repr)
            }

            fn encode_avro(&self, __out: &mut __Output) {
                __encode_text(&__ToString::to_string(self), __out);
            }

            fn decode_avro(__input: &mut __Decoder<'_>) -> __Decoded<Self> {
                __decode_text(__input, #expected, #parse)
            }
        }

        #[automatically_derived]
        impl __Serialize for #ident {
            fn serialize<__S: __Serializer>(&self, __serializer: __S) -> __Written<__S> {
                __serializer.collect_str(self)
            }
        }

        #[automatically_derived]
        impl<'de> __Deserialize<'de> for #ident {
            fn deserialize<__D: __Deserializer<'de>>(__deserializer: __D) -> __Read<'de, Self, __D> {
                __deserialize_text(__deserializer)
            }
        }
    }
}
