//! The link between a member and its bus: it records what the bus delivers, and it can fail.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::event_bus::{
    BusError, Capability, Entry, EntryId, EventBus, EventBusConsumer, EventBusProducer, Failure, Operations,
    Polled, Subscription, Waker,
};

/// A bus as one member sees it. Clones are the same link.
#[derive(Clone)]
pub(super) struct BusLink {
    bus: Arc<dyn EventBus>,
    state: Arc<LinkState>,
}

#[derive(Default)]
struct LinkState {
    /// Whether the process of the member has crashed. Then nothing that it does reaches the bus.
    has_crashed: AtomicBool,
    /// Whether the bus is down for a while.
    is_down: AtomicBool,
    /// The number of calls that failed because the bus was down.
    failures: AtomicUsize,
    /// The entries of each poll that returned any, with their attempts.
    deliveries: Mutex<Vec<Vec<(EntryId, u32)>>>,
    has_polled: AtomicBool,
    /// The entries that the bus revoked.
    revoked: Mutex<Vec<EntryId>>,
}

impl BusLink {
    pub(super) fn new(bus: Arc<dyn EventBus>) -> Self {
        Self { bus, state: Arc::default() }
    }

    pub(super) fn crash(&self) {
        self.state.has_crashed.store(true, Ordering::SeqCst);
    }

    pub(super) fn has_crashed(&self) -> bool {
        self.state.has_crashed.load(Ordering::SeqCst)
    }

    pub(super) fn set_down(&self, is_down: bool) {
        self.state.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Returns whether a poll has begun, which creates the group.
    pub(super) fn has_polled(&self) -> bool {
        self.state.has_polled.load(Ordering::SeqCst)
    }

    /// Returns the number of calls that failed because the bus was down.
    pub(super) fn failures(&self) -> usize {
        self.state.failures.load(Ordering::SeqCst)
    }

    /// Returns the entries that the bus revoked.
    pub(super) fn revoked(&self) -> Vec<EntryId> {
        lock(&self.state.revoked).clone()
    }

    /// Returns the entries of each poll that returned any, with their attempts.
    pub(super) fn deliveries(&self) -> Vec<Vec<(EntryId, u32)>> {
        lock(&self.state.deliveries).clone()
    }
}

impl EventBus for BusLink {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        self.bus.producer()
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        let inner = self.bus.consumer(subscription)?;
        Ok(Box::new(LinkedConsumer { inner, state: Arc::clone(&self.state) }))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        self.bus.operations()
    }

    fn can(&self, capability: Capability) -> bool {
        self.bus.can(capability)
    }
}

struct LinkedConsumer {
    inner: Box<dyn EventBusConsumer>,
    state: Arc<LinkState>,
}

impl LinkedConsumer {
    fn check(&self) -> Result<(), BusError> {
        if self.state.has_crashed.load(Ordering::SeqCst) {
            return Err(BusError::transient("the process has crashed"));
        }
        if self.state.is_down.load(Ordering::SeqCst) {
            self.state.failures.fetch_add(1, Ordering::SeqCst);
            return Err(BusError::transient("the bus is down"));
        }
        Ok(())
    }
}

impl EventBusConsumer for LinkedConsumer {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        self.check()?;
        self.state.has_polled.store(true, Ordering::SeqCst);
        let polled = self.inner.poll(acknowledge, max, wait)?;
        let entries: Vec<_> = polled.entries.iter().map(|entry| (entry.id.clone(), entry.attempt)).collect();
        if !entries.is_empty() {
            lock(&self.state.deliveries).push(entries);
        }
        lock(&self.state.revoked).extend_from_slice(&polled.revoked);
        Ok(polled)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        self.check()?;
        self.inner.hold(entries)
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        self.check()?;
        self.inner.dead_letter(entry, failure)
    }

    fn close(&mut self, deadline: Instant) -> Result<(), BusError> {
        self.check()?;
        self.inner.close(deadline)
    }

    fn at_risk(&mut self) -> Result<Option<String>, BusError> {
        self.check()?;
        self.inner.at_risk()
    }

    fn waker(&self) -> Option<Waker> {
        self.inner.waker()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
