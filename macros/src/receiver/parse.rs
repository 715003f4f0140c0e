//! Parses the attribute and its function.
//!
//! ```text
//! #[receiver(SIGNAL)]
//! #[receiver(SIGNAL, other::SIGNAL, order = 10, name = "stable.name", only = bus, crate = path)]
//! fn name(data_key: &Type, metadata: &EventsMetadata, event: &Event, from_event_bus: bool) -> Result<(), E>
//!
//! #[receiver(SIGNAL, batch(max = 500, wait = "5s"), name = "stable.name", only = bus, crate = path)]
//! fn name(batch: &Batch<Event>) -> Result<(), BatchError>
//! ```

use proc_macro2::TokenStream;
use syn::{LitStr, Path};

use super::{
    arguments::{ReceiverArguments, later_signals},
    batch::{Batch, parse_batch},
    check::check_signature,
    function::Function,
    only::Only,
    parameters::{Parameter, parse_parameters},
};
use crate::{diagnostics::Problems, runtime_path::RuntimePath};

/// A receiver as the expansion needs it.
pub(crate) struct Receiver {
    pub(crate) function: Function,
    pub(crate) signals: Vec<Path>,
    /// The signals of the function's later attributes.
    pub(crate) later_signals: Vec<Path>,
    pub(crate) order: i32,
    /// The stable name.
    pub(crate) name: Option<LitStr>,
    pub(crate) only: Option<Only>,
    pub(crate) path: RuntimePath,
    pub(crate) input: Input,
}

/// The kind of data that the function takes.
pub(crate) enum Input {
    /// Data keys of one event.
    Parameters(Vec<Parameter>),
    Batch(Batch),
}

/// A receiver after a mistake, which is not registered.
pub(crate) struct RefusedReceiver {
    pub(crate) signals: Vec<Path>,
    pub(crate) path: RuntimePath,
    /// The item if the attribute is on something else.
    pub(crate) function: Result<Function, TokenStream>,
}

pub(crate) fn parse(
    arguments: TokenStream,
    item: &TokenStream,
    problems: &mut Problems,
) -> Result<Receiver, Box<RefusedReceiver>> {
    let mut parsed = ReceiverArguments::default();
    let is_complete = parsed.parse(arguments, problems) && !parsed.path.check(problems);
    let before = problems.len();
    let function = Function::parse(item, problems);
    let is_free = problems.len() == before;
    let input = function.as_ref().ok().and_then(|function| {
        let is_right = check_signature(&function.signature, problems) && is_free;
        let input = match &parsed.batch {
            Some(batch) => parse_batch(batch, &parsed, &function.signature, problems).map(Input::Batch),
            None => parse_parameters(&function.signature, &parsed.signals, problems).map(Input::Parameters),
        };
        input.filter(|_| is_right)
    });
    let ReceiverArguments { signals, order, name, only, path, .. } = parsed;
    match (function, input) {
        (Ok(function), Some(input)) if is_complete => {
            let later_signals = later_signals(&function.attributes, &signals, problems);
            Ok(Receiver { function, signals, later_signals, order, name, only, path, input })
        }
        (function, _) => {
            let function = function.map(Function::without_refused_parts);
            Err(Box::new(RefusedReceiver { signals, path, function }))
        }
    }
}
