//! A member's link to its bus, which can be cut: what the bus then sees is what it sees of a process that died.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use openedx_events::event_bus::{
    BusError, Entry, EntryId, EventBus, EventBusConsumer, EventBusProducer, Failure, Operations, Polled,
    Subscription, Waker,
};

/// A bus as one member sees it.
pub(super) struct Link {
    bus: Arc<dyn EventBus>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// For good: the member is dead.
    is_cut: AtomicBool,
    /// The bus is away, and may come back.
    is_down: AtomicBool,
    /// When calls failed.
    failures: Mutex<Vec<Instant>>,
    /// The entries of each poll that found any, with their attempts.
    deliveries: Mutex<Vec<Vec<(EntryId, u32)>>>,
    /// Whether there was a poll, so that the group exists.
    has_polled: AtomicBool,
}

impl Link {
    pub(super) fn new(bus: Arc<dyn EventBus>) -> Self {
        Self { bus, state: Arc::default() }
    }

    pub(super) fn cut(&self) {
        self.state.is_cut.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_cut(&self) -> bool {
        self.state.is_cut.load(Ordering::SeqCst)
    }

    pub(super) fn set_down(&self, is_down: bool) {
        self.state.is_down.store(is_down, Ordering::SeqCst);
    }

    pub(super) fn has_polled(&self) -> bool {
        self.state.has_polled.load(Ordering::SeqCst)
    }

    /// When calls failed.
    pub(super) fn failures(&self) -> Vec<Instant> {
        lock(&self.state.failures).clone()
    }

    /// The entries of each poll that found any, with their attempts.
    pub(super) fn deliveries(&self) -> Vec<Vec<(EntryId, u32)>> {
        lock(&self.state.deliveries).clone()
    }
}

impl EventBus for Link {
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
}

struct LinkedConsumer {
    inner: Box<dyn EventBusConsumer>,
    state: Arc<State>,
}

impl LinkedConsumer {
    fn check(&self) -> Result<(), BusError> {
        if self.state.is_cut.load(Ordering::SeqCst) {
            return Err(BusError::transient("the member is dead"));
        }
        if self.state.is_down.load(Ordering::SeqCst) {
            lock(&self.state.failures).push(Instant::now());
            return Err(BusError::transient("the bus is away"));
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

    fn waker(&self) -> Option<Waker> {
        self.inner.waker()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
