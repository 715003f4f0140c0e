//! The parameters of a receiver, and what each is given.

use syn::{Attribute, FnArg, Ident, Pat, Path, Signature, Type, ext::IdentExt};

use super::parse::{Parameter, Source, refuse};
use crate::{
    diagnostics::{Problem, Problems},
    record::schema::type_name,
    rules,
};

pub(super) fn parse_parameters(
    signature: &Signature,
    signals: &[Path],
    problems: &mut Problems,
) -> Option<Vec<Parameter>> {
    let mut parameters = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut is_complete = true;
    for argument in &signature.inputs {
        match parse_parameter(argument, problems) {
            Some((name, ident, parameter)) => {
                if names.contains(&name) {
                    let what = format!("two parameters are named after `{name}`");
                    let help = "remove one of the two; a leading `_` does not count";
                    problems.push(Problem::of(&rules::RECEIVER_PARAMETER, &ident, what).help(help));
                    is_complete = false;
                }
                if matches!(parameter.source, Source::Event) && signals.len() > 1 {
                    problems.push(
                        Problem::of(
                            &rules::RECEIVER_PARAMETER,
                            &ident,
                            "`event` has another type for each of the signals",
                        )
                        .help("name the data keys that the events share, or write a receiver for each"),
                    );
                    is_complete = false;
                }
                names.push(name);
                parameters.push(parameter);
            }
            None => is_complete = false,
        }
    }
    is_complete.then_some(parameters)
}

fn parse_parameter(argument: &FnArg, problems: &mut Problems) -> Option<(String, Ident, Parameter)> {
    let typed = match argument {
        FnArg::Receiver(this) => {
            refuse(
                this,
                "a receiver cannot be a method",
                "make it a free function; what it needs besides the event, it finds in a static",
                problems,
            );
            return None;
        }
        FnArg::Typed(typed) => typed,
    };
    let is_conditional = |one: &&Attribute| one.path().is_ident("cfg") || one.path().is_ident("cfg_attr");
    if let Some(condition) = typed.attrs.iter().find(is_conditional) {
        let what = "this parameter of a receiver is not there in every build";
        refuse(condition, what, "remove it, or write a receiver for each build", problems);
        return None;
    }
    let ident = match &*typed.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => &pattern.ident,
        Pat::Wild(wild) => {
            refuse(
                wild,
                "a parameter of a receiver needs a name: it says which data key it takes",
                "name it, as in `_enrollment`: a leading `_` does not count",
                problems,
            );
            return None;
        }
        pattern => {
            refuse(
                pattern,
                "a parameter of a receiver cannot be a pattern: its name says which data key it takes",
                "name it, and take it apart in the function",
                problems,
            );
            return None;
        }
    };
    let name = ident.unraw().to_string().trim_start_matches('_').to_owned();
    if ["signal", "sender"].contains(&name.as_str()) {
        let what = format!("a receiver is not given the `{name}`");
        let help = "remove it: `metadata: &EventsMetadata` has the event type and the service that sent the event, \
                    which Python's receivers find in `signal` and `sender`";
        problems.push(Problem::of(&rules::RECEIVER_PARAMETER, ident, what).help(help));
        return None;
    }
    let source = match name.as_str() {
        "metadata" => Source::Metadata,
        "event" => Source::Event,
        "from_event_bus" => Source::FromEventBus,
        _ => Source::DataKey(field_ident(&name, ident)),
    };
    let ty = (*typed.ty).clone();
    if matches!(source, Source::DataKey(_)) && is_metadata(&ty) {
        let what = format!("the metadata of the event is called `metadata`, and not `{name}`");
        let help = "write `metadata: &EventsMetadata`";
        problems.push(Problem::of(&rules::RECEIVER_PARAMETER, ident, what).help(help));
        return None;
    }
    check_type(&name, &source, &ty, problems).then(|| (name, ident.clone(), Parameter { source, ty }))
}

/// The field of that name, at the parameter.
fn field_ident(name: &str, at: &Ident) -> Ident {
    let plain = syn::parse_str::<Ident>(name);
    let raw = || syn::parse_str::<Ident>(&format!("r#{name}"));
    // What is neither a name nor a keyword (`_1`) is no data key, which the compiler says of the whole.
    let mut field = plain.or_else(|_| raw()).unwrap_or_else(|_| at.clone());
    field.set_span(at.span());
    field
}

/// No data key has that type.
fn is_metadata(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_metadata(&group.elem),
        Type::Paren(paren) => is_metadata(&paren.elem),
        Type::Reference(reference) => is_metadata(&reference.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "EventsMetadata"),
        _ => false,
    }
}

fn check_type(name: &str, source: &Source, ty: &Type, problems: &mut Problems) -> bool {
    let reference = match ty {
        Type::Group(group) => return check_type(name, source, &group.elem, problems),
        Type::Paren(paren) => return check_type(name, source, &paren.elem, problems),
        Type::Reference(reference) => Some(reference),
        _ => None,
    };
    let (what, help) = match (source, reference) {
        (Source::FromEventBus, None) => return true,
        (Source::FromEventBus, Some(_)) => {
            ("`from_event_bus` is a `bool`, not a reference", "write `from_event_bus: bool`".to_owned())
        }
        (_, None) => (
            "a receiver takes data keys by reference: other receivers get the same event",
            by_reference(name, ty),
        ),
        (_, Some(reference)) if reference.mutability.is_some() => (
            "a receiver cannot change the event: other receivers get the same",
            "write `&` in place of `&mut`".to_owned(),
        ),
        (_, Some(reference)) if matches!(&*reference.elem, Type::ImplTrait(_)) => {
            ("a receiver cannot be generic", "write the type of the data key in place of `impl …`".to_owned())
        }
        (_, Some(reference)) if reference.lifetime.as_ref().is_some_and(|one| one.ident == "static") => (
            "a receiver cannot keep the event: it is gone when all have run",
            "remove `'static`, and clone what has to stay".to_owned(),
        ),
        (_, Some(_)) => return true,
    };
    refuse(ty, what, &help, problems);
    false
}

/// What to write in place of a type that is no reference.
fn by_reference(name: &str, ty: &Type) -> String {
    let text = type_name(ty).replace("&'static ", "&").replace("&str", "String").replace('&', "");
    if text == "bool" {
        return format!(
            "write `{name}: &bool` if that is a data key; `from_event_bus: bool` says whether the event came from a bus"
        );
    }
    let borrowed = match inside(ty) {
        Some((pointer, inner)) if pointer == "Option" => {
            let (inner, owned) = (type_name(inner), owned(inner));
            return format!(
                "write `{name}: &{inner}`, or `{name}: &Option<{owned}>` where the data key is an `Option`"
            );
        }
        Some((_, inner)) => type_name(inner),
        None if text == "String" => "str".to_owned(),
        None => match text.strip_prefix("Vec<").and_then(|item| item.strip_suffix('>')) {
            Some(item) => format!("[{item}]"),
            None => text,
        },
    };
    format!("write `{name}: &{borrowed}`, if that is a data key")
}

/// The type that a data key has, of which the other is a part.
fn owned(ty: &Type) -> String {
    match ty {
        Type::Slice(slice) => format!("Vec<{}>", type_name(&slice.elem)),
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        other => type_name(other),
    }
}

/// The `T` of an `Arc<T>`, of an `Option<&T>` and their like.
fn inside(ty: &Type) -> Option<(&Ident, &Type)> {
    const POINTERS: &[&str] = &["Arc", "Rc", "Box", "Cow"];
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let inner = arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })?;
    let inner = match inner {
        Type::Reference(reference) => &*reference.elem,
        inner if POINTERS.iter().any(|pointer| last.ident == pointer) => inner,
        _ => return None,
    };
    Some((&last.ident, inner))
}
