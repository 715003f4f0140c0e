//! Receivers that come and go at run time.

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

/// Keeps a receiver connected; dropping it disconnects the receiver.
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

/// A connected receiver of one signal's events.
pub(super) struct Connected {
    pub(super) definition: Arc<ReceiverDefinition>,
    pub(super) call: Box<Call>,
}

type Call = dyn Fn(&dyn Any, Delivery<'_>) -> Result<(), ReceiverError> + Send + Sync;

/// A connected receiver of all events.
pub(super) struct ConnectedAny {
    pub(super) place: Place,
    pub(super) call: Box<CallAny>,
}

type CallAny = dyn Fn(AnyEvent<'_>, &EventsMetadata) -> Result<(), ReceiverError> + Send + Sync;

impl ConnectedAny {
    pub(super) fn definition(&self, event: &'static EventDefinition) -> ReceiverDefinition {
        self.place.definition(event)
    }
}

/// What is known of a closure: the compiler's name for it, and where it was connected.
pub(super) struct Place {
    name: &'static str,
    function: fn() -> TypeId,
    caller: &'static Caller<'static>,
}

impl Place {
    #[track_caller]
    pub(super) fn of<F: 'static>(receiver: &F) -> Self {
        Self { name: type_name_of_val(receiver), function: TypeId::of::<F>, caller: Caller::caller() }
    }

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

/// Numbers of connections grow with time over all signals, so that lists can be merged by them.
pub(super) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
