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
    connection::{Closure, Connected, ConnectedList},
    dispatch_list::{DispatchList, Item, Snapshot},
};
use crate::{
    event::{AnyEvent, EventDefinition},
    receiver::{AnyReceiver, BatchReceiver, Called, Delivery, EventOrigin, receivers_of},
    responses::ReceiverHandle,
};

/// The receivers of one signal. The receivers of all events are in [`connect_any`].
pub struct Receivers {
    /// The receivers that the program was linked with, in order. They are found at first use.
    linked: OnceLock<Linked>,
    pub(super) connected: ConnectedList,
    /// Whether the installed event bus has a route for these events.
    produced: AtomicBool,
}

/// The receivers that the program was linked with, each list in the order in which they run.
pub(super) struct Linked {
    all: Box<[&'static dyn AnyReceiver]>,
    of_bus: Box<[&'static dyn AnyReceiver]>,
    of_process: Box<[&'static dyn AnyReceiver]>,
    /// Whether a receiver of events from this process takes their metadata.
    take_metadata: bool,
}

impl Linked {
    fn of(event: &'static EventDefinition) -> Self {
        let all = receivers_of(event);
        let taking = |origin| all.iter().copied().filter(|one| one.definition().takes(origin)).collect();
        let (of_bus, of_process): (_, Box<[_]>) = (taking(EventOrigin::Bus), taking(EventOrigin::Process));
        let take_metadata = of_process.iter().any(|one| one.definition().traits.takes_metadata);
        Self { all: all.into(), of_bus, of_process, take_metadata }
    }

    pub(super) fn all(&self) -> &[&'static dyn AnyReceiver] {
        &self.all
    }

    /// Returns the receivers of events of that origin.
    #[inline]
    pub(super) fn taking(&self, origin: EventOrigin) -> &[&'static dyn AnyReceiver] {
        match origin {
            EventOrigin::Bus => &self.of_bus,
            EventOrigin::Process => &self.of_process,
        }
    }
}

impl Receivers {
    pub(super) const fn new() -> Self {
        Self { linked: OnceLock::new(), connected: DispatchList::new(), produced: AtomicBool::new(false) }
    }

    /// Returns the receivers that the program was linked with.
    #[inline]
    pub(super) fn linked(&self, event: &'static EventDefinition) -> &Linked {
        match self.linked.get() {
            Some(linked) => linked,
            None => self.find(event),
        }
    }

    #[cold]
    fn find(&self, event: &'static EventDefinition) -> &Linked {
        self.linked.get_or_init(|| Linked::of(event))
    }

    /// Returns whether an event of that origin would run any receiver now.
    #[inline]
    pub(super) fn are_any(&self, event: &'static EventDefinition, origin: EventOrigin) -> bool {
        !self.linked(event).taking(origin).is_empty() || self.are_connected()
    }

    /// Returns whether an event from an event bus has batch receivers and no others.
    pub(crate) fn are_only_batches(&self, event: &'static EventDefinition) -> bool {
        let receivers = self.linked(event).taking(EventOrigin::Bus);
        let are_batches = receivers.iter().all(|one| one.definition().batch().is_some());
        are_batches && !receivers.is_empty() && !self.are_connected()
    }

    /// Returns the batch receivers of an event from an event bus, in order.
    pub(crate) fn batches(&self, event: &'static EventDefinition) -> Vec<BatchReceiver> {
        let receivers = self.linked(event).taking(EventOrigin::Bus);
        receivers.iter().copied().filter_map(BatchReceiver::new).collect()
    }

    /// Returns whether an event from an event bus has an async receiver now.
    pub(crate) fn have_async(&'static self, event: &'static EventDefinition) -> bool {
        let linked = self.linked(event).taking(EventOrigin::Bus);
        let is_async = |snapshot: Option<Snapshot<Arc<Connected>>>| {
            items(snapshot.as_ref()).iter().any(|one| one.value.closure.is_async())
        };
        linked.iter().any(|one| one.definition().is_async())
            || is_async(self.connected.snapshot())
            || is_async(connect_any::snapshot())
    }

    /// Returns whether receivers are connected to the signal or to all signals.
    #[inline]
    pub(super) fn are_connected(&self) -> bool {
        !self.connected.is_empty() || connect_any::is_observed()
    }

    /// Returns whether something will ask for the metadata of an event that is sent now.
    #[inline]
    pub(super) fn ask_for_metadata(&self, event: &'static EventDefinition) -> bool {
        self.linked(event).take_metadata || self.are_connected() || self.is_produced()
    }

    #[inline]
    pub(super) fn is_produced(&self) -> bool {
        self.produced.load(Ordering::Relaxed)
    }

    /// Sets whether the installed event bus has a route for these events.
    pub(super) fn set_produced(&self, produced: bool) {
        self.produced.store(produced, Ordering::Relaxed);
    }

    /// Returns whether one of the receivers has this name.
    pub(crate) fn has(&self, event: &'static EventDefinition, name: &str) -> bool {
        let connected = self.connected.snapshot();
        self.linked(event).all().iter().any(|one| one.definition().is_called(name))
            || items(connected.as_ref()).iter().any(|one| one.value.closure.stable_name() == Some(name))
    }

    /// Logs a warning if another receiver of the event has the stable name of `new`: a replayed dead letter would run both.
    pub(super) fn warn_of_repeated_name(&self, event: &'static EventDefinition, new: &Closure) {
        let Some(name) = new.stable_name() else { return };
        if self.has(event, name) {
            let event_type = event.event_type();
            tracing::warn!(
                event_type,
                receiver = name,
                "two receivers of the event have this name: a replayed dead letter runs both"
            );
        }
    }

    /// Returns all current receivers of an event from an event bus, in the order in which they run.
    pub(super) fn callees(&'static self, event: &'static EventDefinition) -> Vec<(ReceiverHandle, Callee)> {
        let linked = self.linked(event).taking(EventOrigin::Bus).iter().copied().map(Callee::Linked);
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

    pub(super) fn call<'a>(&'a self, event: AnyEvent<'a>, delivery: Delivery<'a>) -> Called<'a> {
        match self {
            Self::Linked(receiver) => receiver.call(event.data(), delivery),
            Self::Connected(receiver) => receiver.function.call(event, delivery),
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
