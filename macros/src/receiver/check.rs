//! The rules about the signature of a receiver.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, ReturnType, Safety, Signature, Type, TypeParamBound};

use crate::{diagnostics::Problems, rules};

/// Returns whether the function can be registered.
pub(super) fn check_signature(signature: &Signature, problems: &mut Problems) -> bool {
    if let Some(variadic) = &signature.variadic {
        // A variadic function is also `unsafe` and `extern`, which need no separate messages.
        let help = "write a plain `fn` with a parameter for each data key";
        problems.refuse(&rules::RECEIVER_SHAPE, variadic, "a receiver cannot be variadic", help);
        return false;
    }
    let before = problems.len();
    let mut refuse_if = |at: Option<&dyn ToTokens>, what: &str, help: &str| {
        if let Some(at) = at {
            problems.refuse(&rules::RECEIVER_SHAPE, &at.to_token_stream(), what, help);
        }
    };
    refuse_if(
        signature.constness.as_ref().map(|part| part as _),
        "a receiver cannot be `const`",
        "remove `const`: the registry calls the receiver at run time",
    );
    refuse_if(
        matches!(signature.safety, Safety::Unsafe(_)).then_some(&signature.safety as _),
        "a receiver cannot be `unsafe`",
        "remove `unsafe`: the registry cannot uphold the function's safety conditions",
    );
    refuse_if(
        signature.abi.as_ref().map(|part| part as _),
        "a receiver cannot be `extern`",
        "remove the ABI: the registry calls the receiver as a Rust function",
    );
    refuse_if(
        (!signature.generics.params.is_empty()).then_some(&signature.generics as _),
        "a receiver cannot be generic",
        "write the types of the data keys; omit the lifetimes of references",
    );
    refuse_if(
        signature.generics.where_clause.as_ref().map(|part| part as _),
        "a receiver cannot have a `where` clause",
        "write the types of the data keys",
    );
    if let ReturnType::Type(_, ty) = &signature.output
        && matches!(**ty, Type::Never(_))
    {
        let what = "a receiver must return `()` or `Result<(), E>`, found `!`";
        let help = "return `Result<(), E>`; a panic is caught and becomes the receiver's error";
        problems.refuse(&rules::RECEIVER_RETURN, ty, what, help);
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && is_future(ty)
    {
        let what = "a receiver must return `()` or `Result<(), E>`, found a future";
        let help = "write `async fn`, and return the output of the future";
        problems.refuse(&rules::RECEIVER_RETURN, ty, what, help);
    }
    problems.len() == before
}

/// Returns whether the type is a future, as far as its words tell: `impl Future<…>`, or a boxed one.
fn is_future(ty: &Type) -> bool {
    let has_bound = |mut bounds: syn::punctuated::Iter<'_, TypeParamBound>| {
        bounds.any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                bound.path.segments.last().is_some_and(|last| last.ident == "Future")
            }
            _ => false,
        })
    };
    match ty {
        Type::ImplTrait(ty) => has_bound(ty.bounds.iter()),
        Type::TraitObject(ty) => has_bound(ty.bounds.iter()),
        Type::Path(ty) => ty.path.segments.last().is_some_and(|last| {
            let inner = match &last.arguments {
                PathArguments::AngleBracketed(arguments) => arguments.args.first(),
                _ => None,
            };
            let is_wrapped = matches!(inner, Some(GenericArgument::Type(inner)) if is_future(inner));
            last.ident == "BoxFuture"
                || last.ident == "LocalBoxFuture"
                || is_wrapped && (last.ident == "Box" || last.ident == "Pin")
        }),
        _ => false,
    }
}
