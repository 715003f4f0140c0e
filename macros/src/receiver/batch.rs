//! The parameter of a batch receiver, which gets several events in one call.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{FnArg, Ident, Path, Signature, Type, ext::IdentExt};

use super::{
    arguments::ReceiverArguments,
    batch_argument::BatchArgument,
    refused::{is_batch, refuse_condition, refuse_method},
};
use crate::{
    diagnostics::{Problem, Problems},
    names, rules,
    syntax::ungrouped_type,
};

/// A batch receiver's parameter, and how a consumer collects its events.
pub(crate) struct Batch {
    /// The parameter's type.
    pub(crate) ty: Box<Type>,
    pub(crate) max: u32,
    pub(crate) wait_millis: u64,
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

/// Returns the name of the event that a signal sends, as far as it can be known from the signal's name.
fn event_of(signal: Option<&Path>) -> String {
    let last = signal.and_then(|path| path.segments.last()).map(|last| last.ident.unraw().to_string());
    match last {
        Some(name) if names::is_constant(&name) => names::struct_name(&name),
        Some(name) => name,
        None => "TheEvent".to_owned(),
    }
}
