//! Receivers that are connected and disconnected at run time.

use std::{
    any::{Any, TypeId, type_name_of_val},
    fmt,
    panic::Location as Caller,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::EventsMetadata,
    receiver::{Delivery, ReceiverDefinition, ReceiverError},
    schema::Location,
};

/// Keeps a receiver connected. Dropping it disconnects the receiver.
#[must_use = "the receiver is disconnected when this is dropped, which `let _ =` does at once: bind it to a name, as in `let _connection = …`"]
pub struct Connection(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Connection {
    pub(super) fn new(disconnect: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(disconnect)))
    }

    /// Leaves the receiver connected for the rest of the program.
    pub fn detach(mut self) {
        self.0 = None;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(disconnect) = self.0.take() {
            disconnect();
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

type CallTyped = dyn Fn(&dyn Any, Delivery<'_>) -> Result<(), ReceiverError> + Send + Sync;
type CallAny = dyn Fn(AnyEvent<'_>, &EventsMetadata) -> Result<(), ReceiverError> + Send + Sync;

/// A connected receiver of one signal's events.
pub(super) struct Connected {
    pub(super) definition: Arc<ReceiverDefinition>,
    pub(super) call: Box<CallTyped>,
}

/// A connected receiver of all events.
pub(super) struct ConnectedAny {
    pub(super) closure: Closure,
    pub(super) call: Box<CallAny>,
}

/// The identity of a closure: the compiler's name for it, and the line that connects it.
pub(super) struct Closure {
    name: &'static str,
    function: fn() -> TypeId,
    caller: &'static Caller<'static>,
}

impl Closure {
    #[track_caller]
    pub(super) fn of<F: 'static>(receiver: &F) -> Self {
        Self { name: type_name_of_val(receiver), function: TypeId::of::<F>, caller: Caller::caller() }
    }

    /// Defines the closure as a receiver of `event`.
    pub(super) fn definition(&self, event: &'static EventDefinition) -> ReceiverDefinition {
        ReceiverDefinition {
            event,
            name: self.name,
            location: Location {
                module_path: "",
                file: self.caller.file(),
                line: self.caller.line(),
                column: self.caller.column(),
            },
            order: 0,
            function: self.function,
        }
    }
}

/// Returns a new id for a connection. Ids grow over all signals, so that lists of different signals can be merged in
/// order of connection.
pub(super) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
