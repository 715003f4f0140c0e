//! Receivers that are connected and disconnected at run time.

use std::{
    any::{TypeId, type_name_of_val},
    fmt,
    panic::Location as Caller,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
};

use super::dispatch_list::DispatchList;
use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::EventsMetadata,
    receiver::{ReceiverDefinition, ReceiverError},
    schema::Location,
};

/// Keeps a receiver connected. Dropping it disconnects the receiver.
#[must_use = "the receiver is disconnected when this is dropped, which `let _ =` does at once: bind it to a name, as in `let _connection = …`"]
pub struct Connection(Option<(&'static ConnectedList, u64)>);

impl Connection {
    /// Leaves the receiver connected for the rest of the program.
    pub fn detach(mut self) {
        self.0 = None;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some((list, id)) = self.0.take() {
            list.remove(id);
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

pub(super) type ConnectedList = DispatchList<Arc<Connected>>;
type Call = dyn Fn(AnyEvent<'_>, &EventsMetadata) -> Result<(), ReceiverError> + Send + Sync;

/// A connected receiver of one signal's events, or of all events.
pub(super) struct Connected {
    pub(super) closure: Closure,
    /// `None` for a receiver of all events.
    pub(super) definition: Option<Arc<ReceiverDefinition>>,
    pub(super) call: Box<Call>,
}

impl Connected {
    /// Adds the receiver to `list`. Ids grow over all lists, so that two lists can be merged in order of connection.
    pub(super) fn connect(self, list: &'static ConnectedList) -> Connection {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        list.push(id, Arc::new(self));
        Connection(Some((list, id)))
    }

    /// Returns its definition as a receiver of `event`.
    pub(super) fn definition(&self, event: &'static EventDefinition) -> Arc<ReceiverDefinition> {
        self.definition.clone().unwrap_or_else(|| Arc::new(self.closure.definition(event)))
    }
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
