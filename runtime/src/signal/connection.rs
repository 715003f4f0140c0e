//! Receivers that are connected and disconnected at run time.

use std::{
    any::{TypeId, type_name_of_val},
    fmt,
    panic::Location as Caller,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    async_closure::{AsyncAnyClosure, AsyncAnyReceiver},
    closure::{Receives, SyncClosure},
    dispatch_list::DispatchList,
};
use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::EventsMetadata,
    receiver::{ReceiverDefinition, ReceiverReturn, Traits},
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

/// A connected receiver of one signal's events, or of all events.
pub(super) struct Connected {
    pub(super) closure: Closure,
    /// `None` for a receiver of all events.
    pub(super) definition: Option<Arc<ReceiverDefinition>>,
    pub(super) function: Box<dyn Receives>,
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

/// A receiver that does not know the type of its events, before it is connected.
pub(crate) struct Untyped {
    pub(super) closure: Closure,
    pub(super) function: Box<dyn Receives>,
}

impl Untyped {
    pub(crate) fn new<F, R>(closure: Closure, receiver: F) -> Self
    where
        F: Fn(AnyEvent<'_>, &EventsMetadata) -> R + Send + Sync + 'static,
        R: ReceiverReturn,
    {
        let call = move |event: AnyEvent<'_>, metadata: &EventsMetadata| receiver(event, metadata).outcome();
        Self { closure, function: Box::new(SyncClosure(call)) }
    }

    /// Makes an async one, which borrows `state`.
    pub(crate) fn asynchronous<S, F, R>(closure: Closure, state: S, receiver: F) -> Self
    where
        S: Send + Sync + 'static,
        F: for<'a> AsyncAnyReceiver<'a, S, Returned = R> + Send + Sync + 'static,
        R: ReceiverReturn + 'static,
    {
        let function = Box::new(AsyncAnyClosure::new(state, receiver));
        Self { closure: closure.asynchronous(), function }
    }
}

/// The identity of a closure: its names, and the line that connects it.
pub(crate) struct Closure {
    name: &'static str,
    stable_name: Option<&'static str>,
    function: fn() -> TypeId,
    is_async: bool,
    caller: &'static Caller<'static>,
}

impl Closure {
    #[track_caller]
    pub(crate) fn of<F: 'static>(receiver: &F) -> Self {
        let (name, caller) = (type_name_of_val(receiver), Caller::caller());
        Self { name, stable_name: None, function: TypeId::of::<F>, is_async: false, caller }
    }

    /// Gives it a stable name.
    ///
    /// # Panics
    ///
    /// If the name cannot stand in a dead letter, which has one name a line.
    #[track_caller]
    pub(crate) fn named(self, name: &'static str) -> Self {
        let is_allowed = |one: char| one.is_alphanumeric() || "_-.:/".contains(one);
        let is_name = !name.is_empty() && name.chars().all(is_allowed);
        assert!(
            is_name,
            "{name:?} is not a valid name of a receiver: use letters, digits, `_`, `-`, `.`, `:` and `/`"
        );
        Self { stable_name: Some(name), ..self }
    }

    /// Notes that calling it returns a future.
    pub(super) fn asynchronous(self) -> Self {
        Self { is_async: true, ..self }
    }

    pub(super) fn is_async(&self) -> bool {
        self.is_async
    }

    pub(super) fn stable_name(&self) -> Option<&'static str> {
        self.stable_name
    }

    /// Defines the closure as a receiver of `event`.
    pub(super) fn definition(&self, event: &'static EventDefinition) -> ReceiverDefinition {
        ReceiverDefinition {
            event,
            name: self.name,
            stable_name: self.stable_name,
            only: None,
            location: Location {
                module_path: "",
                file: self.caller.file(),
                line: self.caller.line(),
                column: self.caller.column(),
            },
            order: 0,
            traits: Traits { is_async: self.is_async, takes_metadata: true, batch: None },
            function: self.function,
        }
    }
}
