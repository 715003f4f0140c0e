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
    connection::{Connected, ConnectedAny, Connection},
    dispatch_list::{DispatchList, Item},
};
use crate::{
    event::EventDefinition,
    receiver::{AnyReceiver, receivers_of},
    responses::ReceiverHandle,
};

/// The receivers of one signal. The receivers of all events are in [`connect_any`].
pub struct Receivers {
    /// The receivers that the program was linked with, in order. They are found at first use.
    linked: OnceLock<Box<[&'static dyn AnyReceiver]>>,
    pub(super) connected: DispatchList<Arc<Connected>>,
    /// Whether the installed event bus has a route for these events.
    produced: AtomicBool,
}

/// A receiver that was found for one event, and can run more than once.
pub(super) struct Callee {
    pub(super) handle: ReceiverHandle,
    pub(super) function: Function,
}

pub(super) enum Function {
    Linked(&'static dyn AnyReceiver),
    Connected(Arc<Connected>),
    Any(Arc<ConnectedAny>),
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

    pub(super) fn connect(&'static self, id: u64, receiver: Connected) -> Connection {
        self.connected.push(id, Arc::new(receiver));
        Connection::new(move || self.connected.remove(id))
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

    pub(super) fn set_produced(&self, produced: bool) {
        self.produced.store(produced, Ordering::Relaxed);
    }

    /// Returns all receivers that an event has now, in the order in which they run.
    pub(super) fn callees(&'static self, event: &'static EventDefinition) -> Vec<Callee> {
        let linked = self.linked(event).iter().map(|receiver| Callee {
            handle: ReceiverHandle::Linked(receiver.definition()),
            function: Function::Linked(*receiver),
        });
        let (own, any) = (self.connected.snapshot(), connect_any::snapshot());
        let connected =
            in_order(own.as_deref().map_or(&[], Vec::as_slice), any.as_deref().map_or(&[], Vec::as_slice));
        let connected = connected.map(|receiver| match receiver {
            Found::Own(receiver) => Callee {
                handle: ReceiverHandle::Connected(Arc::clone(&receiver.definition)),
                function: Function::Connected(Arc::clone(receiver)),
            },
            Found::Any(receiver) => Callee {
                handle: ReceiverHandle::Connected(Arc::new(receiver.closure.definition(event))),
                function: Function::Any(Arc::clone(receiver)),
            },
        });
        linked.chain(connected).collect()
    }
}

/// A connected receiver: of the signal's own events, or of all events.
pub(super) enum Found<'a> {
    Own(&'a Arc<Connected>),
    Any(&'a Arc<ConnectedAny>),
}

/// Merges the two lists of connected receivers in order of connection. Each of them is in that order.
pub(super) fn in_order<'a>(
    mut own: &'a [Item<Arc<Connected>>],
    mut any: &'a [Item<Arc<ConnectedAny>>],
) -> impl Iterator<Item = Found<'a>> {
    iter::from_fn(move || match (own.split_first(), any.split_first()) {
        (Some((first, rest)), other) if other.is_none_or(|(other, _)| first.id < other.id) => {
            own = rest;
            Some(Found::Own(&first.value))
        }
        (_, Some((first, rest))) => {
            any = rest;
            Some(Found::Any(&first.value))
        }
        (_, None) => None,
    })
}
