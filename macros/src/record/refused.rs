//! Types that are refused as they are written, where the compiler would repeat itself at each mention of them in an
//! expansion.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    GenericArgument, Ident, Lifetime, Path, PathArguments, Type, parse_quote_spanned, spanned::Spanned,
};

use super::{
    schema::type_name,
    types::{angle_arguments, arguments_within, box_mention, find},
};

/// Why a field cannot have a type.
pub(crate) struct Refusal {
    /// The part of the type that is wrong.
    pub(crate) at: TokenStream,
    /// What is wrong, following the field's name.
    pub(crate) what: String,
    pub(crate) help: String,
    /// Whether it is the rule about types that refuses it; what else there is, is no design.
    pub(crate) is_of_rule: bool,
    /// Why, where it is not the rule's own reason.
    pub(crate) why: Option<&'static str>,
}

impl Refusal {
    fn new(at: &impl ToTokens, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at: at.to_token_stream(), what: what.into(), help: help.into(), is_of_rule: true, why: None }
    }
}

pub(crate) const OWN_THE_DATA: &str = "own the data: `String` for `&str`, `Vec<_>` for a slice";

/// What is wrong with `ty`; what stays in the process may hold a `&'static`.
pub(crate) fn refusal(ty: &Type, is_local: bool) -> Option<Refusal> {
    find(ty, &expression_macro)
        .or_else(|| without_value(ty))
        .or_else(|| find(ty, &wrong_arguments))
        .or_else(|| find(ty, &|part| borrow(part, is_local)))
        .or_else(|| find(ty, &pointer_to_any).filter(|_| !is_local))
        .or_else(|| find(ty, &other_time).filter(|_| !is_local))
}

/// Makes of `ty`, which was refused, one that the compiler has nothing more to say of in the fields of `ident`.
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

/// A part that has no size or no value and is not behind any pointer.
fn without_value(ty: &Type) -> Option<Refusal> {
    let refusal =
        |why: &str, help: &str| Some(Refusal::new(ty, format!("{why}, and so cannot be stored"), help));
    match ty {
        Type::Group(group) => without_value(&group.elem),
        Type::Paren(paren) => without_value(&paren.elem),
        Type::Array(array) => without_value(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(without_value),
        Type::TraitObject(_) => {
            refusal("could be anything", "write the type that it has, or a `#[payload]` struct")
        }
        Type::Slice(slice) => refusal("has no size", &format!("write `Vec<{}>`", type_name(&slice.elem))),
        Type::Never(_) => refusal("has no values", "remove the field"),
        Type::Path(path) if path.path.is_ident("str") => refusal("has no size", "write `String`"),
        Type::Path(path) => {
            known(&path.path).filter(|known| !known.is_pointer)?;
            let parts = path.path.segments.last().into_iter().flat_map(angle_arguments);
            parts.filter_map(type_argument).find_map(without_value)
        }
        _ => None,
    }
}

/// A `Box<dyn Display>`, which cannot be replaced by what is in it.
fn pointer_to_any(part: &Type) -> Option<Refusal> {
    let Type::Path(path) = part else { return None };
    let last = path.path.segments.last()?;
    let is_pointer = ["Box", "Arc", "Rc"].iter().any(|name| last.ident == name);
    let of_any =
        angle_arguments(last).filter_map(type_argument).any(|inner| matches!(inner, Type::TraitObject(_)));
    (is_pointer && of_any).then(|| {
        let help = "write the type that it has, or a `#[payload]` struct";
        Refusal::new(part, "could be anything, and a schema says what each field is", help)
    })
}

/// A `DateTime<Utc>`, which is called like ours.
fn other_time(part: &Type) -> Option<Refusal> {
    let Type::Path(path) = part else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "DateTime")?;
    angle_arguments(last).next()?;
    let what = format!("is a `{}`, which is a type of another crate", type_name(part));
    let help = "use `openedx_events::DateTime`, which has no type arguments; the feature `chrono` converts between the two";
    let why = "times are written as Python's `isoformat()` text, with an offset where they have one (ADR-5)";
    Some(Refusal { why: Some(why), ..Refusal::new(part, what, help) })
}

/// A reference, or a lifetime, in one of the parts.
fn borrow(part: &Type, is_local: bool) -> Option<Refusal> {
    let is_static = |lifetime: &Lifetime| lifetime.ident == "static";
    match part {
        Type::Reference(reference) => {
            let may_stay = is_local && reference.lifetime.as_ref().is_some_and(is_static);
            let refusal = if reference.mutability.is_some() {
                Refusal::new(part, "could be changed, but payloads are frozen", "hold the value itself")
            } else {
                Refusal::new(part, "borrows its value", OWN_THE_DATA)
            };
            Some(refusal).filter(|_| !may_stay)
        }
        Type::Path(path) => {
            let arguments = path.path.segments.iter().flat_map(angle_arguments);
            let mut lifetimes = arguments.filter_map(|argument| match argument {
                GenericArgument::Lifetime(lifetime) => Some(lifetime),
                _ => None,
            });
            let named = lifetimes.next();
            let is_elided_cow =
                named.is_none() && path.path.segments.last().is_some_and(|last| last.ident == "Cow");
            (is_elided_cow || named.is_some_and(|lifetime| !is_static(lifetime)))
                .then(|| Refusal::new(part, "borrows its value", "own the data: `String` for `Cow<'_, str>`"))
        }
        _ => None,
    }
}

/// A type of the standard library that everybody knows.
struct Known {
    name: &'static str,
    /// How many type arguments it takes: at least, and at most.
    arguments: (usize, usize),
    example: &'static str,
    /// Whether what it holds need not have a size.
    is_pointer: bool,
}

const KNOWN: &[Known] = &[
    known_type("String", (0, 0), "String", false),
    known_type("Vec", (1, 1), "Vec<String>", false),
    known_type("Option", (1, 1), "Option<String>", false),
    known_type("HashMap", (2, 3), "HashMap<String, i64>", false),
    known_type("BTreeMap", (2, 2), "BTreeMap<String, i64>", false),
    known_type("HashSet", (1, 2), "HashSet<String>", false),
    known_type("BTreeSet", (1, 1), "BTreeSet<String>", false),
    known_type("VecDeque", (1, 1), "VecDeque<String>", false),
    known_type("Box", (1, 1), "Box<String>", true),
];

const fn known_type(
    name: &'static str,
    arguments: (usize, usize),
    example: &'static str,
    is_pointer: bool,
) -> Known {
    Known { name, arguments, example, is_pointer }
}

/// By its name alone, or by its path in the standard library.
fn known(path: &Path) -> Option<&'static Known> {
    let first = path.segments.first()?;
    let is_std = ["std", "core", "alloc"].iter().any(|name| first.ident == name);
    let last = path.segments.last().filter(|_| is_std || path.segments.len() == 1)?;
    KNOWN.iter().find(|known| last.ident == known.name)
}

fn wrong_arguments(part: &Type) -> Option<Refusal> {
    let Type::Path(path) = part else { return None };
    let known = known(&path.path)?;
    let last = path.path.segments.last()?;
    let arguments: Vec<_> = angle_arguments(last).collect();
    let (fewest, most) = known.arguments;
    let are_types = arguments.iter().all(|argument| type_argument(argument).is_some());
    if are_types
        && (fewest..=most).contains(&arguments.len())
        && !matches!(last.arguments, PathArguments::Parenthesized(_))
    {
        return None;
    }
    let takes = match fewest {
        0 => "no type arguments".to_owned(),
        1 => "one type argument".to_owned(),
        fewest => format!("{fewest} type arguments"),
    };
    let what = format!("is of type `{}`, which takes {takes}", known.name);
    let help = match fewest {
        0 => format!("write `{}`", known.example),
        _ => format!("write it as in `{}`", known.example),
    };
    Some(Refusal { is_of_rule: false, ..Refusal::new(part, what, help) })
}

/// A macro that makes a value, in the place of a type.
fn expression_macro(part: &Type) -> Option<Refusal> {
    const EXPRESSIONS: &[&str] = &["vec", "format", "concat", "stringify", "include_str", "env"];
    let Type::Macro(call) = part else { return None };
    let name = call.mac.path.get_ident().filter(|name| EXPRESSIONS.iter().any(|known| name == known))?;
    let inner = &call.mac.tokens;
    let help = match syn::parse2::<Type>(inner.clone()) {
        Ok(inner) if name == "vec" => format!("write `Vec<{}>`", type_name(&inner)),
        _ => "write the type of the value".to_owned(),
    };
    let what = format!("has `{name}!` for a type, which makes a value");
    Some(Refusal { is_of_rule: false, ..Refusal::new(part, what, help) })
}

fn type_argument(argument: &GenericArgument) -> Option<&Type> {
    match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}
