//! Types that are refused by their syntax, because the compiler would report them at each mention in an expansion.

use std::ops::RangeInclusive;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, Ident, Lifetime, PathSegment, Type, parse_quote_spanned, spanned::Spanned};

use super::types::{angle_arguments, arguments_within, box_mention, find, type_arguments};
use crate::syntax::type_name;

/// Why a field cannot have a type.
pub(crate) struct TypeRefusal {
    /// The wrong part of the type.
    pub(crate) at: TokenStream,
    /// The rest of the message, after the field's name.
    pub(crate) what: String,
    pub(crate) help: String,
    /// The reason, if it is not the rule's own.
    pub(crate) why: Option<&'static str>,
}

impl TypeRefusal {
    fn new(at: &impl ToTokens, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at: at.to_token_stream(), what: what.into(), help: help.into(), why: None }
    }
}

pub(crate) const OWN_THE_DATA: &str = "use an owned type: `String` for `&str`, `Vec<_>` for a slice";

/// Returns what is wrong with `ty`. In a local-only event (`is_local`), a type can be a `&'static`.
pub(crate) fn refusal(ty: &Type, is_local: bool) -> Option<TypeRefusal> {
    without_value(ty)
        .or_else(|| find(ty, &wrong_arguments))
        .or_else(|| find(ty, &|part| borrow(part, is_local)))
        .or_else(|| find(ty, &pointer_to_any).filter(|_| !is_local))
        .or_else(|| find(ty, &pointer_to_unsized).filter(|_| !is_local))
        .or_else(|| find(ty, &array).filter(|_| !is_local))
        .or_else(|| find(ty, &other_time).filter(|_| !is_local))
}

/// Replaces `ty`, which was refused, with a type that the compiler accepts in the fields of `ident`.
pub(super) fn stand_in(ty: &mut Type, ident: &Ident) {
    make_static(ty);
    if refusal(ty, true).is_some() {
        *ty = parse_quote_spanned!(ty.span()=> ());
    }
    box_mention(ty, ident);
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
            for argument in path.path.segments.iter_mut().flat_map(arguments_within) {
                match argument {
                    GenericArgument::Type(part) => make_static(part),
                    GenericArgument::Lifetime(lifetime) => {
                        *lifetime = Lifetime::new("'static", lifetime.span());
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Refuses a part that has no size or no value, and is not behind a pointer.
fn without_value(ty: &Type) -> Option<TypeRefusal> {
    let refusal =
        |why: &str, help: &str| Some(TypeRefusal::new(ty, format!("{why}, so it cannot be stored"), help));
    match ty {
        Type::Group(group) => without_value(&group.elem),
        Type::Paren(paren) => without_value(&paren.elem),
        Type::Array(array) => without_value(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(without_value),
        Type::TraitObject(_) => {
            refusal("has no known size", "write the concrete type, or a `#[payload]` struct")
        }
        Type::Slice(_) => refusal("has no known size", &format!("write `{}`", owned(ty))),
        Type::Never(_) => refusal("has no values", "remove the field"),
        Type::Path(path) if path.path.is_ident("str") => refusal("has no known size", "write `String`"),
        Type::Path(path) => {
            let last =
                path.path.segments.last().filter(|last| arity(last).is_some() && last.ident != "Box")?;
            type_arguments(last).find_map(without_value)
        }
        _ => None,
    }
}

/// Refuses a pointer to a trait object, such as `Box<dyn Display>`.
fn pointer_to_any(part: &Type) -> Option<TypeRefusal> {
    let Type::Path(path) = part else { return None };
    let last = path.path.segments.last()?;
    let is_pointer = ["Box", "Arc", "Rc"].iter().any(|name| last.ident == name);
    let of_any = type_arguments(last).any(|inner| matches!(inner, Type::TraitObject(_)));
    (is_pointer && of_any).then(|| {
        let help = "write the concrete type, or a `#[payload]` struct";
        TypeRefusal::new(part, "could hold any type, but a schema names the type of each field", help)
    })
}

/// Refuses a pointer to a value that needs one, such as `Box<[u8]>`.
fn pointer_to_unsized(part: &Type) -> Option<TypeRefusal> {
    let Type::Path(path) = part else { return None };
    let last = path.path.segments.last()?;
    let is_pointer = ["Box", "Arc", "Rc"].iter().any(|name| last.ident == name);
    let inner = type_arguments(last).next().filter(|_| is_pointer)?;
    without_value(inner).map(|_| {
        let help = format!("write `{}`", owned(inner));
        TypeRefusal::new(part, "is a pointer, but payloads own plain values", help)
    })
}

/// Refuses an array.
fn array(part: &Type) -> Option<TypeRefusal> {
    matches!(part, Type::Array(_)).then(|| {
        let why = "Avro's only list is `array`, which can have any length and is a `list` in Python (ADR-5)";
        let help = format!("write `{}`", owned(part));
        TypeRefusal { why: Some(why), ..TypeRefusal::new(part, "is an array of a fixed length", help) }
    })
}

/// Refuses a `DateTime<Utc>` of another crate, which has the same name as ours.
fn other_time(part: &Type) -> Option<TypeRefusal> {
    let Type::Path(path) = part else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "DateTime")?;
    angle_arguments(last).next()?;
    let what = format!("is a `{}`, which is a type of another crate", type_name(part));
    let help = "use `openedx_events::DateTime`, which has no type arguments; the feature `chrono` converts between the two";
    let why =
        "times are strings as Python's `isoformat()` writes them, with an offset if they have one (ADR-5)";
    Some(TypeRefusal { why: Some(why), ..TypeRefusal::new(part, what, help) })
}

/// Refuses a reference, or a type with a lifetime.
fn borrow(part: &Type, is_local: bool) -> Option<TypeRefusal> {
    let is_static = |lifetime: &Lifetime| lifetime.ident == "static";
    match part {
        Type::Reference(reference) => {
            let may_stay = is_local && reference.lifetime.as_ref().is_some_and(is_static);
            let what = match reference.mutability {
                Some(_) => "could change, but payloads are frozen",
                None => "borrows its value",
            };
            let help = format!("write `{}`", owned(part));
            (!may_stay).then(|| TypeRefusal::new(part, what, help))
        }
        Type::Path(path) => {
            let arguments = path.path.segments.iter().flat_map(angle_arguments);
            let mut lifetimes = arguments.filter_map(|argument| match argument {
                GenericArgument::Lifetime(lifetime) => Some(lifetime),
                _ => None,
            });
            let named = lifetimes.next();
            let is_cow = path.path.segments.last().is_some_and(|last| last.ident == "Cow");
            let is_borrowed = named.map_or(is_cow, |lifetime| (is_cow && !is_local) || !is_static(lifetime));
            let help = match owned(part) {
                other if other == type_name(part) => {
                    "use a type that owns its data, without a lifetime".to_owned()
                }
                owned => format!("write `{owned}`"),
            };
            is_borrowed.then(|| TypeRefusal::new(part, "borrows its value", help))
        }
        _ => None,
    }
}

/// Returns the type, as a string, that owns the data of a reference, a slice or a `Cow`.
fn owned(ty: &Type) -> String {
    match ty {
        Type::Group(group) => owned(&group.elem),
        Type::Paren(paren) => owned(&paren.elem),
        Type::Reference(reference) => owned(&reference.elem),
        Type::Slice(slice) => list_of(&slice.elem),
        Type::Array(array) => list_of(&array.elem),
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Path(path) => {
            let cow = path.path.segments.last().filter(|last| last.ident == "Cow");
            cow.and_then(|cow| type_arguments(cow).next()).map_or_else(|| type_name(ty), owned)
        }
        _ => type_name(ty),
    }
}

fn list_of(item: &Type) -> String {
    match owned(item).as_str() {
        "u8" => "openedx_events::Bytes".to_owned(),
        item => format!("Vec<{item}>"),
    }
}

/// Refuses a type of the standard library with the wrong number of type arguments.
fn wrong_arguments(part: &Type) -> Option<TypeRefusal> {
    let Type::Path(path) = part else { return None };
    let first = path.path.segments.first()?;
    let is_std = ["std", "core", "alloc"].iter().any(|name| first.ident == name);
    let last = path.path.segments.last().filter(|_| is_std || path.path.segments.len() == 1)?;
    let (counts, takes, example) = arity(last)?;
    let count = type_arguments(last).count();
    let is_right = counts.contains(&count) && count == angle_arguments(last).count();
    (!is_right).then(|| {
        let path =
            path.path.segments.iter().rev().skip(1).rev().map(|segment| format!("{}::", segment.ident));
        // Maps need the user's path.
        let path: String = path.filter(|_| example.contains("Map")).collect();
        let help = format!("write a type such as `{path}{example}`");
        TypeRefusal { why: Some(takes), ..TypeRefusal::new(part, "has the wrong type arguments", help) }
    })
}

/// Returns the number of type arguments of a well-known type, in figures and words, with an example.
fn arity(last: &PathSegment) -> Option<(RangeInclusive<usize>, &'static str, &'static str)> {
    Some(match last.ident.to_string().as_str() {
        "String" => (0..=0, "`String` takes no type arguments", "String"),
        "Vec" => (1..=1, "`Vec` takes one type argument", "Vec<String>"),
        "Option" => (1..=1, "`Option` takes one type argument", "Option<String>"),
        "HashMap" => (2..=3, "`HashMap` takes two type arguments", "HashMap<String, i64>"),
        "BTreeMap" => (2..=2, "`BTreeMap` takes two type arguments", "BTreeMap<String, i64>"),
        "HashSet" => (1..=2, "`HashSet` takes one type argument", "Vec<String>"),
        "BTreeSet" => (1..=1, "`BTreeSet` takes one type argument", "Vec<String>"),
        "VecDeque" => (1..=1, "`VecDeque` takes one type argument", "Vec<String>"),
        "Box" => (1..=1, "`Box` takes one type argument", "String"),
        _ => return None,
    })
}
