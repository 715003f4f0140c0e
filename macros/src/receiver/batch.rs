//! `batch(max = 500, wait = "5s")`: receivers of several events in one call.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{FnArg, GenericArgument, Ident, LitInt, Path, PathArguments, Signature, Type, ext::IdentExt};

use super::{
    arguments::ReceiverArguments,
    parameters::{refuse_condition, refuse_method},
};
use crate::{
    args::{Arg, ArgValue, KnownArguments, hints},
    diagnostics::{Problem, Problems},
    names, rules,
    syntax::ungrouped_type,
};

const EXAMPLE: &str = "batch(max = 500, wait = \"5s\")";

/// The largest `wait`, in milliseconds.
const LONGEST: u64 = 60 * 60 * 1000;

/// The argument. After a mistake in it, it has the defaults.
pub(super) struct BatchArgument {
    pub(super) max: u32,
    pub(super) wait_millis: u64,
}

/// A batch receiver's parameter, and how a consumer collects its events.
pub(crate) struct Batch {
    /// The parameter's type.
    pub(crate) ty: Box<Type>,
    pub(crate) max: u32,
    pub(crate) wait_millis: u64,
}

impl Default for BatchArgument {
    fn default() -> Self {
        Self { max: 100, wait_millis: 1000 }
    }
}

impl BatchArgument {
    /// Reads `batch` or `batch(max = 500, wait = "5s")`, both of which are optional.
    pub(super) fn parse(arg: &Arg, problems: &mut Problems) -> Self {
        let mut batch = Self::default();
        if matches!(arg.value, ArgValue::Flag) {
            return batch;
        }
        if let ArgValue::List(tokens) = &arg.value
            && let Ok(number) = syn::parse2::<LitInt>(tokens.clone())
        {
            problems.mistake(&number, "expected an argument name", format!("write `max = {number}`"));
            return batch;
        }
        let mut known = KnownArguments::new("`batch`", &["max", "wait"], hints::of_batch);
        for arg in arg.list(EXAMPLE, problems) {
            if !known.accept(&arg, problems) {
                continue;
            }
            match arg.name.to_string().as_str() {
                "max" => batch.max = arg.integer(1, 10_000, "max = 500", problems).unwrap_or(batch.max),
                _ => batch.wait_millis = parse_wait(&arg, problems).unwrap_or(batch.wait_millis),
            }
        }
        batch
    }
}

/// Reads `wait = "5s"`.
fn parse_wait(arg: &Arg, problems: &mut Problems) -> Option<u64> {
    const HELP: &str = "write `wait = \"5s\"`; the units are `ms`, `s`, `m` and `h`";
    let written = arg.string("wait = \"5s\"", problems)?;
    let value = written.value();
    match milliseconds(&value) {
        Some(millis) if (1..=LONGEST).contains(&millis) => return Some(millis),
        Some(_) => {
            let what = format!("`{value}` is not between 1 millisecond and 1 hour");
            problems.mistake(&written, what, HELP);
        }
        None if value.trim().chars().all(|char| char.is_ascii_digit()) => {
            let what = format!("`{}` has no unit of time", value.trim());
            problems.mistake(
                &written,
                what,
                format!("write `wait = \"{}s\"`; the units are `ms`, `s`, `m` and `h`", value.trim()),
            );
        }
        None => {
            let what = format!("`{}` is not a length of time", value.escape_debug());
            problems.mistake(&written, what, HELP);
        }
    }
    None
}

/// Parses a length of time, as in `500ms` or `1m30s`.
fn milliseconds(text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.find(|char: char| !char.is_ascii_digit())?;
        let number: u64 = rest[..unit].parse().ok()?;
        let end = rest[unit..].find(|char: char| char.is_ascii_digit()).map_or(rest.len(), |end| unit + end);
        let factor = match &rest[unit..end] {
            "ms" => 1,
            "s" => 1000,
            "m" => 60 * 1000,
            "h" => 60 * 60 * 1000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[end..];
    }
    (!text.is_empty()).then_some(total)
}

/// Parses the parameter of a batch receiver, and checks that its arguments fit together. Returns `None` after a mistake.
pub(super) fn parse_batch(
    batch: &BatchArgument,
    arguments: &ReceiverArguments,
    signature: &Signature,
    problems: &mut Problems,
) -> Option<Batch> {
    let before = problems.len();
    if let Some(second) = arguments.signals.get(1) {
        let help = "write a batch receiver for each signal";
        problems.refuse(&rules::RECEIVER_BATCH, second, "a batch receiver takes one signal", help);
    }
    if let Some(order) = &arguments.order_name {
        problems.push(
            Problem::new(order, "`order` has no meaning for a batch receiver")
                .note("it runs after the event's other receivers, when its batch is complete")
                .help("remove `order`"),
        );
    }
    if let Some(only) = arguments.only.as_ref().filter(|only| !only.is_bus) {
        let word = Ident::new("process", only.span);
        problems.push(
            Problem::new(&word, "`batch` has no meaning for a receiver of events of this process")
                .note("a sender in this process passes each event to its receivers at once")
                .help("remove `only`"),
        );
    }
    let ty = parse_parameter(arguments, signature, problems);
    ty.filter(|_| problems.len() == before).map(|ty| Batch {
        ty,
        max: batch.max,
        wait_millis: batch.wait_millis,
    })
}

fn parse_parameter(
    arguments: &ReceiverArguments,
    signature: &Signature,
    problems: &mut Problems,
) -> Option<Box<Type>> {
    let right = format!("batch: &Batch<{}>", event_of(arguments.signals.first()));
    let (at, what): (TokenStream, _) = match signature.inputs.iter().collect::<Vec<_>>()[..] {
        [FnArg::Receiver(this), ..] => {
            refuse_method(this, problems);
            return None;
        }
        [FnArg::Typed(typed)] => {
            if refuse_condition(&typed.attrs, problems) {
                return None;
            }
            let ty = ungrouped_type(&typed.ty);
            let what = match ty {
                Type::Reference(reference) if reference.mutability.is_some() => {
                    "a receiver cannot change its batch, which may be passed to it again"
                }
                Type::Reference(reference) if matches!(&*reference.elem, Type::ImplTrait(_)) => {
                    "a receiver cannot be generic"
                }
                Type::Reference(reference)
                    if reference.lifetime.as_ref().is_some_and(|one| one.ident == "static") =>
                {
                    "a receiver cannot keep a reference to its batch, which is dropped after the call"
                }
                Type::Reference(_) => return Some(typed.ty.clone()),
                _ if is_batch(ty) => {
                    "a receiver takes a batch by reference, because it may be passed to it again"
                }
                _ => "the parameter of a batch receiver is the batch",
            };
            (ty.to_token_stream(), what)
        }
        [] => (signature.ident.to_token_stream(), "a batch receiver needs a parameter for the batch"),
        _ => {
            let what = "a batch receiver takes one parameter, the batch, which has the data and the metadata of each event";
            (signature.inputs.to_token_stream(), what)
        }
    };
    let help = match &signature.inputs.len() {
        1 => format!("write `{right}`"),
        _ => format!("write `{right}` as its only parameter"),
    };
    problems.refuse(&rules::RECEIVER_BATCH, &at, what, help);
    None
}

/// Refuses a parameter that is a batch, of a receiver without `batch`.
pub(super) fn refuse_batch_parameter(ty: &Type, problems: &mut Problems) -> bool {
    let plain = match ungrouped_type(ty) {
        Type::Reference(reference) => ungrouped_type(&reference.elem),
        other => other,
    };
    if !is_batch(plain) {
        return false;
    }
    problems.push(
        Problem::of(&rules::RECEIVER_BATCH, ty, "only a receiver with `batch` gets a `Batch`")
            .help(format!("add `{EXAMPLE}` to the arguments of `#[receiver]`")),
    );
    true
}

/// Returns whether the type is called `Batch` and has an argument, which no data key has.
fn is_batch(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            last.ident == "Batch" && arguments.args.iter().any(|one| matches!(one, GenericArgument::Type(_)))
        }
        _ => false,
    })
}

/// Returns the name of the event that a signal sends, as far as it can be known from the signal's name.
fn event_of(signal: Option<&Path>) -> String {
    let last = signal.and_then(|path| path.segments.last()).map(|last| last.ident.unraw().to_string());
    match last {
        Some(name) if names::is_constant(&name) => names::struct_name(&name),
        Some(name) => name,
        None => "TheEvent".to_owned(),
    }
}
