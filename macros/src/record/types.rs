//! Searches and changes types.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Ident, Path, PathArguments, PathSegment, Type, parse_quote};

use crate::record_kind::RecordKind;

/// Finds the name of the struct `ident`, or `Self`, in the type of one of its fields.
pub(super) fn find_mention<'a>(ty: &'a Type, ident: &Ident) -> Option<&'a Path> {
    find_path(ty, &|path| is_mention(path, ident))
}

/// Finds a path in `ty` by which the record `ident` contains itself. In a payload it may also lead to another struct of
/// that name in the same crate: a schema would have two records of the name.
pub(super) fn find_recursion<'a>(ty: &'a Type, ident: &Ident, kind: RecordKind) -> Option<&'a Path> {
    match kind {
        RecordKind::Payload => find_path(ty, &|path| is_namesake(path, ident)),
        RecordKind::Event => find_mention(ty, ident),
    }
}

fn find_path<'a>(ty: &'a Type, is_meant: &dyn Fn(&Path) -> bool) -> Option<&'a Path> {
    find(ty, &|part| match part {
        Type::Path(path) if path.qself.is_none() && is_meant(&path.path) => Some(&path.path),
        _ => None,
    })
}

fn is_mention(path: &Path, ident: &Ident) -> bool {
    match path.get_ident() {
        Some(only) => only == ident || only == "Self",
        None => path.segments.len() == 2 && path.segments[0].ident == "self" && is_last(path, ident),
    }
}

fn is_namesake(path: &Path, ident: &Ident) -> bool {
    let first = path.segments.first();
    let is_local =
        first.is_some_and(|first| ["crate", "self", "super"].iter().any(|word| first.ident == word));
    is_mention(path, ident) || (is_local && is_last(path, ident))
}

fn is_last(path: &Path, ident: &Ident) -> bool {
    path.segments.last().is_some_and(|last| last.ident == *ident && last.arguments.is_empty())
}

/// Boxes the struct `ident` in the type of one of its fields; otherwise the struct would be infinitely large.
pub(super) fn box_mention(ty: &mut Type, ident: &Ident) {
    match ty {
        Type::Group(group) => box_mention(&mut group.elem, ident),
        Type::Paren(paren) => box_mention(&mut paren.elem, ident),
        Type::Array(array) => box_mention(&mut array.elem, ident),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|part| box_mention(part, ident)),
        Type::Path(path) if is_namesake(&path.path, ident) => *ty = parse_quote!(::std::boxed::Box<#ty>),
        Type::Path(path) => {
            let last = path.path.segments.last_mut().filter(|last| last.ident == "Option");
            for argument in last.into_iter().flat_map(arguments_within) {
                if let GenericArgument::Type(part) = argument {
                    box_mention(part, ident);
                }
            }
        }
        _ => {}
    }
}

pub(super) fn arguments_within(segment: &mut PathSegment) -> impl Iterator<Item = &mut GenericArgument> {
    let arguments = match &mut segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&mut arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten()
}

/// Returns whether `ty` contains `_` or `impl …`, which the compiler refuses in a struct.
pub(crate) fn has_placeholder(ty: &Type) -> bool {
    let is_placeholder = |part: &Type| matches!(part, Type::Infer(_) | Type::ImplTrait(_));
    find(ty, &|part| is_placeholder(part).then_some(())).is_some()
}

/// Returns the first result of `pick` for `ty` and the types in it.
pub(super) fn find<'a, T>(ty: &'a Type, pick: &dyn Fn(&'a Type) -> Option<T>) -> Option<T> {
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
        Type::Path(path) => {
            path.path.segments.iter().flat_map(type_arguments).find_map(|part| find(part, pick))
        }
        _ => None,
    }
}

/// Returns the arguments between `<` and `>`.
pub(super) fn angle_arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten()
}

/// Returns the types between `<` and `>`.
pub(super) fn type_arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    angle_arguments(segment).filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Replaces `Self` with the struct's name, because an expansion repeats the type in places where `Self` means
/// something else.
pub(super) fn name_self(ty: &mut Type, name: &Ident) {
    // Most types need no second pass through the parser.
    if find(ty, &|part| may_say_self(part).then_some(())).is_some()
        && let Ok(named) = syn::parse2(without_self(ty.to_token_stream(), name))
    {
        *ty = named;
    }
}

/// Returns whether the type mentions `Self`, or has a part that `find` does not search.
fn may_say_self(part: &Type) -> bool {
    match part {
        Type::Path(path) => {
            let is_searched = |argument: &GenericArgument| {
                matches!(argument, GenericArgument::Type(_) | GenericArgument::Lifetime(_))
            };
            let mut segments = path.path.segments.iter();
            path.qself.is_some()
                || segments
                    .any(|segment| segment.ident == "Self" || !angle_arguments(segment).all(is_searched))
        }
        Type::Group(_) | Type::Paren(_) | Type::Slice(_) | Type::Reference(_) | Type::Tuple(_) => false,
        _ => true,
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

#[cfg(test)]
mod tests {
    use quote::{ToTokens, format_ident};

    use super::name_self;

    #[test]
    fn self_is_replaced_wherever_it_is() {
        for text in [
            "Self",
            "Option < Box < Self > >",
            "[u8 ; Self :: SIZE]",
            "Sized < { Self :: SIZE } >",
            "< Self as T > :: A",
            "fn (Self)",
        ] {
            let mut ty = syn::parse_str(text).unwrap();
            name_self(&mut ty, &format_ident!("Course"));
            let expected: syn::Type = syn::parse_str(&text.replace("Self", "Course")).unwrap();
            assert_eq!(ty.to_token_stream().to_string(), expected.to_token_stream().to_string());
        }
    }
}
