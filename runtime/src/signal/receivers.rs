//! The receivers of one signal, whatever the type of its events.

use std::{
    iter,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    connect_any,
    connection::{Connected, ConnectedList},
    dispatch_list::{DispatchList, Item, Snapshot},
};
use crate::{
    event::{AnyEvent, EventDefinition},
    receiver::{AnyReceiver, Delivery, ReceiverError, receivers_of},
    responses::ReceiverHandle,
};

/// The receivers of one signal. The receivers of all events are in [`connect_any`].
pub struct Receivers {
    /// The receivers that the program was linked with, in order. They are found at first use.
    linked: OnceLock<Box<[&'static dyn AnyReceiver]>>,
    pub(super) connected: ConnectedList,
    /// Whether the installed event bus has a route for these events.
    produced: AtomicBool,
}

impl Receivers {
    pub(super) const fn new() -> Self {
        Self { linked: OnceLock::new(), connected: DispatchList::new(), produced: AtomicBool::new(false) }
    }

    /// Returns the receivers that the program was linked with, in the order in which they run.
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

    /// Returns whether an event that is sent now would run any receiver.
    #[inline]
    pub(super) fn are_any(&self, event: &'static EventDefinition) -> bool {
        !self.linked(event).is_empty() || !self.connected.is_empty() || connect_any::is_observed()
    }

    #[inline]
    pub(super) fn is_produced(&self) -> bool {
        self.produced.load(Ordering::Relaxed)
    }

    /// Sets whether the installed event bus has a route for these events.
    pub(super) fn set_produced(&self, produced: bool) {
        self.produced.store(produced, Ordering::Relaxed);
    }

    /// Returns all current receivers of an event, in the order in which they run.
    pub(super) fn callees(&'static self, event: &'static EventDefinition) -> Vec<(ReceiverHandle, Callee)> {
        let linked = self.linked(event).iter().copied().map(Callee::Linked);
        let (own, any) = (self.connected.snapshot(), connect_any::snapshot());
        let connected = in_order(items(own.as_ref()), items(any.as_ref()));
        linked.chain(connected).map(|callee| (callee.handle(event), callee)).collect()
    }
}

/// A receiver that was found for an event.
pub(super) enum Callee {
    Linked(&'static dyn AnyReceiver),
    Connected(Arc<Connected>),
}

impl Callee {
    pub(super) fn handle(&self, event: &'static EventDefinition) -> ReceiverHandle {
        match self {
            Self::Linked(receiver) => ReceiverHandle::Linked(receiver.definition()),
            Self::Connected(receiver) => ReceiverHandle::Connected(receiver.definition(event)),
        }
    }

    pub(super) fn call(&self, event: AnyEvent<'_>, delivery: Delivery<'_>) -> Result<(), ReceiverError> {
        match self {
            Self::Linked(receiver) => receiver.call(event.data(), delivery),
            Self::Connected(receiver) => (receiver.call)(event, delivery.metadata),
        }
    }
}

pub(super) fn items<T>(snapshot: Option<&Snapshot<T>>) -> &[Item<T>] {
    snapshot.map_or(&[], |items| items)
}

/// Merges the two lists of connected receivers in order of connection. Each list already is in that order.
pub(super) fn in_order<'a>(
    mut own: &'a [Item<Arc<Connected>>],
    mut any: &'a [Item<Arc<Connected>>],
) -> impl Iterator<Item = Callee> {
    iter::from_fn(move || {
        let next = match (own.first(), any.first()) {
            (Some(one), Some(other)) if one.id < other.id => &mut own,
            (_, Some(_)) => &mut any,
            (_, None) => &mut own,
        };
        let (first, rest) = next.split_first()?;
        *next = rest;
        Some(Callee::Connected(Arc::clone(&first.value)))
    })
}
