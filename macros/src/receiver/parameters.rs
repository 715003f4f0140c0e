//! The parameters of a receiver, and the argument that each of them gets.

use syn::{FnArg, Ident, Pat, Path, Signature, Type, ext::IdentExt};

use super::refused::{refuse_batch_parameter, refuse_condition, refuse_method};
use crate::{
    diagnostics::Problems,
    names::constant_name,
    rules,
    syntax::{type_name, ungrouped_type},
};

pub(crate) struct Parameter {
    pub(crate) source: Source,
    pub(crate) ty: Type,
}

/// The argument that a parameter gets.
pub(crate) enum Source {
    /// The data key of this name.
    DataKey(Ident),
    Metadata,
    Event,
    FromEventBus,
}

/// Parses the parameters. Returns `None` if one of them was refused.
pub(super) fn parse_parameters(
    signature: &Signature,
    signals: &[Path],
    problems: &mut Problems,
) -> Option<Vec<Parameter>> {
    let mut parameters = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut is_complete = true;
    for argument in &signature.inputs {
        match parse_parameter(argument, signals, problems) {
            Some((name, ident, parameter)) => {
                if names.contains(&name) {
                    let what = format!("two parameters are named `{name}`");
                    let help = "remove one of the two; a leading `_` is ignored";
                    problems.refuse(&rules::RECEIVER_PARAMETER, &ident, what, help);
                    is_complete = false;
                }
                if matches!(parameter.source, Source::Event) && signals.len() > 1 {
                    let what = "`event` would have a different type for each signal";
                    let help =
                        "name the data keys that the events share, or write a receiver for each signal";
                    problems.refuse(&rules::RECEIVER_PARAMETER, &ident, what, help);
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

fn parse_parameter(
    argument: &FnArg,
    signals: &[Path],
    problems: &mut Problems,
) -> Option<(String, Ident, Parameter)> {
    let typed = match argument {
        FnArg::Receiver(this) => {
            refuse_method(this, problems);
            return None;
        }
        FnArg::Typed(typed) => typed,
    };
    if refuse_condition(&typed.attrs, problems) || refuse_batch_parameter(&typed.ty, problems) {
        return None;
    }
    let ident = match &*typed.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => &pattern.ident,
        pattern => {
            let (what, help) = match pattern {
                Pat::Wild(_) => (
                    "a parameter of a receiver needs a name: it selects the data key",
                    "name it, as in `_enrollment`: a leading `_` is ignored",
                ),
                _ => (
                    "a parameter of a receiver cannot be a pattern: its name selects the data key",
                    "name it, and destructure it in the function",
                ),
            };
            problems.refuse(&rules::RECEIVER_SHAPE, pattern, what, help);
            return None;
        }
    };
    let name = ident.unraw().to_string().trim_start_matches('_').to_owned();
    if ["signal", "sender"].contains(&name.as_str()) {
        let what = format!("a receiver cannot have a parameter named `{name}`");
        let help = "remove it: `metadata: &EventsMetadata` has the event type and the service that sent the event, \
                    which Python's receivers find in `signal` and `sender`";
        problems.refuse(&rules::RECEIVER_PARAMETER, ident, what, help);
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
        let what = format!("the parameter for the metadata must be named `metadata`, not `{name}`");
        problems.refuse(&rules::RECEIVER_PARAMETER, ident, what, "write `metadata: &EventsMetadata`");
        return None;
    }
    if matches!(source, Source::DataKey(_))
        && let Some(event) = event_of(&ty, signals)
    {
        let what = format!("the parameter for the event must be named `event`, not `{name}`");
        let help = if signals.len() > 1 {
            "name the data keys that the events share".to_owned()
        } else {
            match ungrouped_type(&ty) {
                Type::Reference(_) => "rename it to `event`".to_owned(),
                _ => format!("write `event: &{event}`"),
            }
        };
        problems.refuse(&rules::RECEIVER_PARAMETER, ident, what, help);
        return None;
    }
    check_type(&name, &source, &ty, problems).then(|| (name, ident.clone(), Parameter { source, ty }))
}

/// Returns the field called `name`, with the span of the parameter.
fn field_ident(name: &str, at: &Ident) -> Ident {
    let plain = syn::parse_str::<Ident>(name);
    let raw = || syn::parse_str::<Ident>(&format!("r#{name}"));
    // `_1` would become `1`, which is not a name. For the field `_1` the compiler reports that it does not exist.
    let mut field = plain.or_else(|_| raw()).unwrap_or_else(|_| at.clone());
    field.set_span(at.span());
    field
}

/// Returns whether the type is `EventsMetadata`, which no data key has.
fn is_metadata(ty: &Type) -> bool {
    match ungrouped_type(ty) {
        Type::Reference(reference) => is_metadata(&reference.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "EventsMetadata"),
        _ => false,
    }
}

/// Returns the name of the type if it is the struct of an event that one of `signals` sends, which no data key is.
fn event_of(ty: &Type, signals: &[Path]) -> Option<Ident> {
    match ungrouped_type(ty) {
        Type::Reference(reference) => event_of(&reference.elem, signals),
        Type::Path(path) => {
            let last = path.path.segments.last().filter(|last| last.arguments.is_empty())?;
            let constant = constant_name(&last.ident.unraw().to_string());
            let is_sent = |signal: &Path| signal.segments.last().is_some_and(|last| last.ident == constant);
            signals.iter().any(is_sent).then(|| last.ident.clone())
        }
        _ => None,
    }
}

fn check_type(name: &str, source: &Source, ty: &Type, problems: &mut Problems) -> bool {
    let ty = ungrouped_type(ty);
    let reference = match ty {
        Type::Reference(reference) => Some(reference),
        _ => None,
    };
    let (what, help) = match (source, reference) {
        (Source::FromEventBus, None) => return true,
        (Source::FromEventBus, Some(_)) => {
            ("`from_event_bus` is a `bool`, not a reference", "write `from_event_bus: bool`".to_owned())
        }
        (_, None) => (
            "a receiver takes data keys by reference, because other receivers get the same event",
            by_reference(name, ty),
        ),
        (_, Some(reference)) if reference.mutability.is_some() => (
            "a receiver cannot change the event, because other receivers get the same one",
            "write `&` instead of `&mut`".to_owned(),
        ),
        (_, Some(reference)) if matches!(&*reference.elem, Type::ImplTrait(_)) => {
            ("a receiver cannot be generic", "write the type of the data key instead of `impl …`".to_owned())
        }
        (_, Some(reference)) if reference.lifetime.as_ref().is_some_and(|one| one.ident == "static") => (
            "a receiver cannot keep a reference to the event, which is dropped after all receivers have run",
            "remove `'static`, and clone what you need later".to_owned(),
        ),
        (_, Some(_)) => return true,
    };
    problems.refuse(&rules::RECEIVER_SHAPE, ty, what, help);
    false
}

/// Returns the correct form of a parameter whose type is not a reference.
fn by_reference(name: &str, ty: &Type) -> String {
    match type_name(ty).as_str() {
        "bool" if name.contains("bus") => "write `from_event_bus: bool`".to_owned(),
        "bool" => format!(
            "write `{name}: &bool`; only `from_event_bus: bool`, which tells whether the event came from a bus, is not a reference"
        ),
        owned if !owned.contains('&') => format!("write `{name}: &{owned}`"),
        _ => format!("write `{name}: &T`, where `T` is the type of the data key"),
    }
}
