//! The receivers of one signal, whatever its type of event.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use super::{
    connect_any,
    connection::{Connected, Connection},
    dispatch_list::{DispatchList, Entry},
    incoming::{Call, Callee},
};
use crate::{
    event::EventDefinition,
    receiver::{AnyReceiver, receivers_of},
    responses::ReceiverHandle,
};

/// Who gets the events of a signal, besides those who get all events.
pub struct Receivers {
    /// The receivers that the program was linked with, in order; found at first use.
    linked: OnceLock<Box<[&'static dyn AnyReceiver]>>,
    pub(super) connected: DispatchList<Arc<Connected>>,
    /// Whether an event bus that is installed has a route for these events.
    produced: AtomicBool,
}

impl Receivers {
    pub(super) const fn new() -> Self {
        Self { linked: OnceLock::new(), connected: DispatchList::new(), produced: AtomicBool::new(false) }
    }

    /// Those that the program was linked with.
    #[inline]
    pub(super) fn linked(&self, event: &'static EventDefinition) -> &[&'static dyn AnyReceiver] {
        match self.linked.get() {
            Some(linked) => linked,
            None => self.find(event),
        }
    }

    #[cold]
    fn find(&self, event: &'static EventDefinition) -> &[&'static dyn AnyReceiver] {
        self.linked.get_or_init(|| receivers_of(event).into())
    }

    pub(super) fn connect(&'static self, id: u64, receiver: Connected) -> Connection {
        self.connected.push(id, Arc::new(receiver));
        Connection::new(move || self.connected.remove(id))
    }

    /// Whether a receiver would get an event that is sent now.
    #[inline]
    pub(super) fn are_any(&self, event: &'static EventDefinition) -> bool {
        !self.linked(event).is_empty() || !self.connected.is_empty() || connect_any::is_observed()
    }

    /// Whether an event bus that is installed has a route for these events.
    #[inline]
    pub(super) fn is_produced(&self) -> bool {
        self.produced.load(Ordering::Relaxed)
    }

    pub(super) fn set_produced(&self, produced: bool) {
        self.produced.store(produced, Ordering::Relaxed);
    }

    /// All of them in the order in which they run.
    pub(super) fn callees(&'static self, event: &'static EventDefinition) -> Vec<Callee> {
        let linked = self.linked(event).iter().map(|receiver| Callee {
            handle: ReceiverHandle::Linked(receiver.definition()),
            call: Call::Linked(*receiver),
        });
        let own = self.connected.snapshot();
        let own = own.iter().flat_map(|entries| entries.iter()).map(|Entry { id, value: receiver }| {
            let handle = ReceiverHandle::Connected(Arc::clone(&receiver.definition));
            (*id, Callee { handle, call: Call::Connected(Arc::clone(receiver)) })
        });
        let mut connected: Vec<_> = own.chain(connect_any::callees(event)).collect();
        connected.sort_by_key(|(id, _)| *id);
        linked.chain(connected.into_iter().map(|(_, callee)| callee)).collect()
    }
}
