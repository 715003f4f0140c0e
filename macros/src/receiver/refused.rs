//! Parameters that receivers of each kind refuse.

use syn::{Attribute, GenericArgument, PathArguments, Receiver, Type};

use super::batch_argument::EXAMPLE;
use crate::{
    diagnostics::{Problem, Problems},
    rules,
    syntax::{is_condition, ungrouped_type},
};

pub(super) fn refuse_method(this: &Receiver, problems: &mut Problems) {
    let what = "a receiver cannot be a method";
    let help = "make it a free function; keep any state that it needs in a static";
    problems.refuse(&rules::RECEIVER_SHAPE, this, what, help);
}

/// Refuses a parameter that only some builds have.
pub(super) fn refuse_condition(attributes: &[Attribute], problems: &mut Problems) -> bool {
    let condition = attributes.iter().find(|one| is_condition(one));
    if let Some(condition) = condition {
        let what = "this parameter of a receiver is missing in some builds";
        let help = "remove it, or write a receiver for each build";
        problems.refuse(&rules::RECEIVER_SHAPE, condition, what, help);
    }
    condition.is_some()
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
pub(super) fn is_batch(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            last.ident == "Batch" && arguments.args.iter().any(|one| matches!(one, GenericArgument::Type(_)))
        }
        _ => false,
    })
}
