//! The receivers of one signal, whatever its type of event.

use std::sync::{Arc, OnceLock};

use super::{
    connect_any,
    connection::{Connected, Connection},
    dispatch_list::DispatchList,
};
use crate::{
    event::EventDefinition,
    receiver::{AnyReceiver, receivers_of},
};

/// Who gets the events of a signal, besides those who get all events.
pub struct Receivers {
    /// The receivers that the program was linked with, in order; found at first use.
    linked: OnceLock<Box<[&'static dyn AnyReceiver]>>,
    pub(super) connected: DispatchList<Arc<Connected>>,
}

impl Receivers {
    pub(super) const fn new() -> Self {
        Self { linked: OnceLock::new(), connected: DispatchList::new() }
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

    /// Whether nobody would get an event that is sent now.
    #[inline]
    pub(super) fn are_none(&self, event: &'static EventDefinition) -> bool {
        self.linked(event).is_empty() && self.connected.is_empty() && !connect_any::is_observed()
    }
}
