//! Parses the attribute and its function.
//!
//! ```text
//! #[receiver(SIGNAL)]
//! #[receiver(SIGNAL, other::SIGNAL, order = 10, crate = path)]
//! fn name(data_key: &Type, metadata: &EventsMetadata, event: &Event, from_event_bus: bool) -> Result<(), E>
//! ```

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Path, ReturnType, Safety, Signature, Type};

use super::{
    arguments::{Arguments, later_signals},
    function::Function,
    parameters::{Parameter, parse_parameters},
};
use crate::{diagnostics::Problems, record::first_word, rules, runtime_path::RuntimePath};

/// A receiver as the expansion needs it.
pub(crate) struct Receiver {
    pub(crate) function: Function,
    pub(crate) signals: Vec<Path>,
    /// The signals of the function's later attributes.
    pub(crate) later_signals: Vec<Path>,
    pub(crate) order: i32,
    pub(crate) path: RuntimePath,
    pub(crate) parameters: Vec<Parameter>,
}

/// A receiver after a mistake, which is not registered.
pub(crate) struct Refused {
    pub(crate) signals: Vec<Path>,
    pub(crate) path: RuntimePath,
    pub(crate) on: On,
}

/// What the attribute is on.
pub(crate) enum On {
    Function(Box<Function>),
    /// An item that other items can follow.
    Item,
    /// A method without a body, or a statement.
    Other,
}

pub(crate) fn parse(
    arguments: TokenStream,
    item: &TokenStream,
    problems: &mut Problems,
) -> Result<Receiver, Box<Refused>> {
    let mut parsed = Arguments::default();
    let is_complete = parsed.parse(arguments, problems);
    let function = Function::parse(item, problems);
    let parameters = function.as_ref().and_then(|function| {
        let is_right = check_signature(&function.signature, problems);
        let parameters = parse_parameters(&function.signature, &parsed.signals, problems);
        parameters.filter(|_| is_right)
    });
    let Arguments { signals, order, path } = parsed;
    match (function, parameters) {
        (Some(function), Some(parameters)) if is_complete => {
            let later_signals = later_signals(&function.attributes, &signals, problems);
            Ok(Receiver { function, signals, later_signals, order, path, parameters })
        }
        (Some(function), _) => {
            let function = function.without_refused_parts();
            Err(Box::new(Refused { signals, path, on: On::Function(Box::new(function)) }))
        }
        (None, _) => {
            const ITEMS: &[&str] = &["struct", "enum", "union", "mod", "static", "impl", "trait"];
            let word = first_word(item.clone()).to_string();
            let on = if ITEMS.contains(&word.as_str()) { On::Item } else { On::Other };
            Err(Box::new(Refused { signals, path, on }))
        }
    }
}

fn check_signature(signature: &Signature, problems: &mut Problems) -> bool {
    if let Some(variadic) = &signature.variadic {
        // Such a function is also `unsafe` and `extern`, which need no messages of their own.
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
        signature.asyncness.as_ref().map(|part| part as _),
        "a receiver cannot be `async`, because it runs on the thread that sends the event",
        "make it a plain `fn`, and spawn a task on your runtime",
    );
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
        let what = "a receiver returns `()` or `Result<(), E>`, found `!`";
        let help = "return `Result<(), E>`; a panic is caught and becomes the receiver's error";
        problems.refuse(&rules::RECEIVER_RETURN, ty, what, help);
    }
    problems.len() == before
}
