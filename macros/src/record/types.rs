//! What can be seen of a type without knowing it.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    GenericArgument, Ident, Item, Lifetime, PathArguments, Type, TypeReference, parse_quote_spanned,
    spanned::Spanned,
};

/// Where `ty` says `Self` or the name of the struct that it is in.
pub(crate) fn find_mention<'a>(ty: &'a Type, ident: &Ident) -> Option<&'a Ident> {
    find(ty, &|part| match part {
        Type::Path(path) => path.path.get_ident().filter(|only| *only == ident || *only == "Self"),
        _ => None,
    })
}

/// Where `ty` borrows: at all, or for a lifetime that it does not name.
pub(crate) fn find_borrow(ty: &Type, may_be_static: bool) -> Option<&TypeReference> {
    find(ty, &|part| match part {
        Type::Reference(reference) if !may_be_static || reference.lifetime.is_none() => Some(reference),
        _ => None,
    })
}

/// Where `ty`, outside of any pointer, has no size or no value: the compiler would say it of each place that an
/// expansion mentions it at.
pub(crate) fn find_no_value(ty: &Type) -> Option<(&Type, &'static str)> {
    match ty {
        Type::Group(group) => find_no_value(&group.elem),
        Type::Paren(paren) => find_no_value(&paren.elem),
        Type::TraitObject(_) => Some((ty, "could be anything")),
        Type::Slice(_) => Some((ty, "has no size")),
        Type::Never(_) => Some((ty, "has no values")),
        Type::Path(path) if path.path.is_ident("str") => Some((ty, "has no size")),
        _ => None,
    }
}

/// Whether a part of `ty` is to be inferred: `_` or `impl …`, which the compiler refuses in a struct.
pub(crate) fn has_placeholder(ty: &Type) -> bool {
    let is_placeholder = |part: &Type| matches!(part, Type::Infer(_) | Type::ImplTrait(_));
    find(ty, &|part| is_placeholder(part).then_some(part)).is_some()
}

/// The first part of `ty`, itself included, that `pick` takes.
fn find<'a, T: ?Sized>(ty: &'a Type, pick: &dyn Fn(&'a Type) -> Option<&'a T>) -> Option<&'a T> {
    if let Some(picked) = pick(ty) {
        return Some(picked);
    }
    match ty {
        Type::Group(group) => find(&group.elem, pick),
        Type::Paren(paren) => find(&paren.elem, pick),
        Type::Array(array) => find(&array.elem, pick),
        Type::Slice(slice) => find(&slice.elem, pick),
        Type::Reference(reference) => find(&reference.elem, pick),
        Type::Ptr(pointer) => find(&pointer.elem, pick),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(|part| find(part, pick)),
        Type::Path(path) => path.path.segments.iter().find_map(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => {
                arguments.args.iter().find_map(|argument| match argument {
                    GenericArgument::Type(part) => find(part, pick),
                    _ => None,
                })
            }
            _ => None,
        }),
        _ => None,
    }
}

/// Makes of `ty` a type that a field of a struct without parameters can have: what has no size or no value is
/// `()`, and what is borrowed is `'static`.
pub(crate) fn make_ownable(ty: &mut Type) {
    if find_no_value(ty).is_some() {
        *ty = parse_quote_spanned!(ty.span()=> ());
    }
    make_static(ty);
}

fn make_static(ty: &mut Type) {
    match ty {
        Type::Group(group) => make_static(&mut group.elem),
        Type::Paren(paren) => make_static(&mut paren.elem),
        Type::Array(array) => make_static(&mut array.elem),
        Type::Slice(slice) => make_static(&mut slice.elem),
        Type::Ptr(pointer) => make_static(&mut pointer.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(make_static),
        Type::Reference(reference) => {
            reference.lifetime = Some(Lifetime::new("'static", reference.and_token.span));
            make_static(&mut reference.elem);
        }
        Type::Path(path) => {
            let arguments = path.path.segments.iter_mut().map(|segment| &mut segment.arguments);
            let arguments = arguments.filter_map(|arguments| match arguments {
                PathArguments::AngleBracketed(arguments) => Some(&mut arguments.args),
                _ => None,
            });
            for argument in arguments.flatten() {
                if let GenericArgument::Type(part) = argument {
                    make_static(part);
                }
            }
        }
        _ => {}
    }
}

/// Writes the struct's name in place of `Self` in its fields: an expansion says their types in other
/// places, where `Self` is something else.
pub(crate) fn name_self(item: &mut Item) {
    let Item::Struct(item) = item else { return };
    for field in &mut item.fields {
        if let Ok(ty) = syn::parse2(without_self(field.ty.to_token_stream(), &item.ident)) {
            field.ty = ty;
        }
    }
}

fn without_self(tokens: TokenStream, name: &Ident) -> TokenStream {
    let named = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => {
            let mut name = name.clone();
            name.set_span(ident.span());
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), without_self(group.stream(), name));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    });
    named.collect()
}
