//! A bus with parcels, and a record of the calls of their receivers.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    BatchError, Signal, WireEvent, codec,
    event_bus::{ConsumeError, Consumer, Envelope, EventBus, MemoryBus, Message, Report, Start, Stop},
};

use super::{
    PARCEL_POSTED, PARCEL_SORTED, PARCEL_STORED, Parcel, ParcelPosted, ParcelSorted, ParcelStored, receive,
};

/// The time after which a test counts as hung.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const TOPIC: &str = "parcels";
pub(crate) const GROUP: &str = "office";
pub(crate) const MILLIS: fn(u64) -> Duration = Duration::from_millis;

/// A bus with a topic of parcels.
pub(crate) struct World {
    pub(crate) test: &'static str,
    pub(crate) bus: Arc<dyn EventBus>,
}

impl World {
    pub(crate) fn new(test: &'static str) -> Self {
        Self { test, bus: Arc::new(MemoryBus::new()) }
    }

    fn send<E: WireEvent>(&self, signal: &Signal<E>, events: impl IntoIterator<Item = E>) {
        let envelope = |event| {
            let message = Message::new(&signal.generate_signal_metadata(), codec::encode(&event));
            Envelope { topic: TOPIC.into(), key: None, message }
        };
        self.deliver(&events.into_iter().map(envelope).collect::<Vec<_>>());
    }

    pub(crate) fn deliver(&self, envelopes: &[Envelope]) {
        let sent = self.bus.producer().unwrap().send(envelopes, Instant::now() + PATIENCE);
        assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    }

    /// Posts parcels, each with its own addressee. Their batches wait for a short time.
    pub(crate) fn post(&self, numbers: impl IntoIterator<Item = i32>) {
        let test = || self.test.to_owned();
        let parcel = |number: i32| ParcelPosted { test: test(), number, to: number.to_string() };
        self.send(&PARCEL_POSTED, numbers.into_iter().map(parcel));
    }

    /// Stores parcels, each with its own addressee. Their batches wait until they are full.
    pub(crate) fn store(&self, numbers: impl IntoIterator<Item = i32>) {
        self.store_for(numbers.into_iter().map(|number| (number, number.to_string())));
    }

    pub(crate) fn store_for(&self, parcels: impl IntoIterator<Item = Parcel>) {
        let parcel = |(number, to)| ParcelStored { test: self.test.to_owned(), number, to };
        self.send(&PARCEL_STORED, parcels.into_iter().map(parcel));
    }

    /// Sorts parcels, each with its own addressee. They have a receiver of single parcels and two of batches.
    pub(crate) fn sort(&self, numbers: impl IntoIterator<Item = i32>) {
        let parcel =
            |number: i32| ParcelSorted { test: self.test.to_owned(), number, to: number.to_string() };
        self.send(&PARCEL_SORTED, numbers.into_iter().map(parcel));
    }

    /// Returns a consumer with milliseconds instead of seconds.
    pub(crate) fn consumer(&self) -> Consumer {
        let consumer = Consumer::of(Arc::clone(&self.bus), TOPIC, GROUP, "a").start(Start::Backlog);
        consumer.retry(MILLIS(1), MILLIS(2)).pause_max(MILLIS(20))
    }

    /// Handles this many parcels.
    pub(crate) fn handle(&self, count: u64, set_up: impl FnOnce(Consumer) -> Consumer) -> Report {
        set_up(self.consumer()).count(count).run(Stop::new()).unwrap()
    }

    /// Starts a consumer.
    pub(crate) fn start(&self, set_up: impl FnOnce(Consumer) -> Consumer) -> Running {
        let (consumer, stop) = (set_up(self.consumer()), Stop::new());
        let stopper = stop.clone();
        Running { stop, thread: thread::spawn(move || consumer.run(stopper)) }
    }

    /// Returns how many parcels were received but not acknowledged, and how many were not received.
    pub(crate) fn open(&self) -> (usize, u64) {
        let mut operations = self.bus.operations().unwrap();
        // A group that does not exist yet has received nothing.
        let pending = operations.pending(TOPIC, GROUP, None, 1000).map_or(0, |pending| pending.len());
        let lag = operations.lag(TOPIC, GROUP).map_or(u64::MAX, |lag| lag.iter().map(|one| one.count).sum());
        (pending, lag)
    }

    pub(crate) fn dead_letters(&self) -> usize {
        self.bus.operations().unwrap().dead_letters(TOPIC, GROUP, None, 1000).unwrap().len()
    }
}

/// A running consumer.
pub(crate) struct Running {
    stop: Stop,
    thread: thread::JoinHandle<Result<Report, ConsumeError>>,
}

impl Running {
    pub(crate) fn stop(self) -> Report {
        self.stop.stop();
        self.thread.join().expect("the consumer does not panic").unwrap()
    }
}

/// The numbers of the parcels in each call of a receiver. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Vec<i32>>>>);

impl Calls {
    /// Records the calls of the receivers of a test, and passes each to `receiver`.
    pub(crate) fn of(
        test: &'static str,
        mut receiver: impl FnMut(&[i32]) -> Result<(), BatchError> + Send + 'static,
    ) -> Self {
        let calls = Self::default();
        let records = calls.clone();
        receive(test, move |_, parcels| {
            let numbers: Vec<i32> = parcels.iter().map(|(number, _)| *number).collect();
            records.push(numbers.clone());
            receiver(&numbers)
        });
        calls
    }

    pub(crate) fn push(&self, numbers: Vec<i32>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(numbers);
    }

    pub(crate) fn all(&self) -> Vec<Vec<i32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn sizes(&self) -> Vec<usize> {
        self.all().iter().map(Vec::len).collect()
    }
}

/// Waits until `condition` holds.
pub(crate) fn wait(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
