//! Faulty buses of other authors: no event is lost silently, and no thread is left behind.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    AvroType, BoxError, event,
    event_bus::{
        self, BusError, Consumer, Entry, EntryId, Envelope, EventBus, EventBusConsumer, EventBusProducer,
        Failure, MemoryBus, Operations, Polled, ProduceError, Producer, Settings, Start, Stop, Subscription,
        run_all, settings::DeliveryMode,
    },
};
use openedx_events_tests::number_events;
use serde_json::json;

number_events! {
    BellRung "com.example.learning.bell.rung.v1"
}

/// The time after which a test counts as hung.
const PATIENCE: Duration = Duration::from_secs(20);

struct Panicking;

impl EventBus for Panicking {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(Self))
    }

    fn consumer(&self, _: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Ok(Box::new(Self))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        MemoryBus::new().operations()
    }
}

impl EventBusProducer for Panicking {
    fn send(&self, _: &[Envelope], _: Instant) -> Vec<Result<EntryId, BusError>> {
        panic!("the producer is broken")
    }
}

impl EventBusConsumer for Panicking {
    fn poll(&mut self, _: &[EntryId], _: usize, _: Duration) -> Result<Polled, BusError> {
        panic!("the consumer is broken")
    }

    fn hold(&mut self, _: &[(EntryId, u32)]) -> Result<(), BusError> {
        Ok(())
    }

    fn dead_letter(&mut self, _: &Entry, _: &Failure) -> Result<(), BusError> {
        Ok(())
    }
}

fn send(producer: &Producer, number: i64) -> Result<(), ProduceError> {
    let metadata = BELL_RUNG.generate_signal_metadata();
    let bytes = openedx_events::codec::encode(&BellRung { number });
    producer.send("bells", None, &metadata, &bytes)
}

/// Runs `work` on another thread and fails if it does not end.
fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    ended.recv_timeout(PATIENCE).expect("the work ends in time")
}

#[test]
fn an_event_is_undelivered_if_the_bus_panics() {
    let producer = Producer::of(&Panicking, None, DeliveryMode::Wait, PATIENCE).unwrap();
    let error = send(&producer, 1).expect_err("the bus panicked");
    let undelivered = error.into_undelivered();
    assert_eq!(undelivered[0].error.to_string(), "the bus panicked: the producer is broken");
    assert_eq!(undelivered[0].envelope.message.event_type(), Some(BELL_RUNG.event_type()));
}

#[test]
fn background_delivery_survives_a_panic_of_the_bus() {
    let undelivered = ends(|| {
        let producer = Producer::of(&Panicking, None, DeliveryMode::Background, PATIENCE).unwrap();
        let both = [1, 2].map(|number| {
            send(&producer, number).unwrap();
            producer.flush(PATIENCE).expect_err("the bus panicked").into_undelivered()
        });
        both.concat()
    });
    let errors: Vec<_> = undelivered.iter().map(|undelivered| undelivered.error.to_string()).collect();
    assert_eq!(errors, ["the bus panicked: the producer is broken"; 2]);
}

/// A value whose conversion panics.
#[derive(Clone, Debug, PartialEq)]
pub struct Unspeakable;

impl AvroType for Unspeakable {
    type Repr = String;

    fn to_repr(&self) -> String {
        panic!("cannot be converted")
    }

    fn from_repr(_: String) -> Result<Self, BoxError> {
        Ok(Self)
    }
}

/// An event that cannot be encoded.
#[event(type = "com.example.learning.word.spoken.v1")]
pub struct WordSpoken {
    /// The value.
    pub word: Unspeakable,
}

#[test]
fn a_panic_while_encoding_does_not_reach_the_sender() {
    let route = json!({"words": {"event_key_field": "word", "enabled": true}});
    let settings = Settings::from_value(json!({
        "EVENT_BUS_PRODUCER": "memory",
        "EVENT_BUS_PRODUCER_CONFIG": {WORD_SPOKEN.event_type(): route},
    }));
    let _installed = event_bus::install(settings.unwrap()).unwrap();
    let responses = WORD_SPOKEN.send_event(WordSpoken { word: Unspeakable });
    let error = responses.event_bus().unwrap().result().expect_err("encoding panicked");
    assert_eq!(error.to_string(), "panicked: cannot be converted");
}

#[test]
fn a_panic_of_one_consumer_ends_the_others() {
    let _receiver = BELL_RUNG.connect(|_, _| ());
    let outcome = ends(|| {
        let well = Consumer::of(Arc::new(MemoryBus::new()), "bells", "ears", "a");
        let broken = Consumer::of(Arc::new(Panicking), "bells", "ears", "b");
        run_all(&[well, broken], &Stop::new())
    });
    assert_eq!(outcome.expect_err("one of them panicked").to_string(), "the consumer panicked");
}

/// A consumer that counts attempts from 0 instead of 1.
struct CountsFromZero(Box<dyn EventBusConsumer>, Arc<AtomicU32>);

struct CountingFromZero(MemoryBus, Arc<AtomicU32>);

impl EventBus for CountingFromZero {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        self.0.producer()
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Ok(Box::new(CountsFromZero(self.0.consumer(subscription)?, Arc::clone(&self.1))))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        self.0.operations()
    }
}

impl EventBusConsumer for CountsFromZero {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let mut polled = self.0.poll(acknowledge, max, wait)?;
        polled.entries.iter_mut().for_each(|entry| entry.attempt = 0);
        Ok(polled)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        let most = entries.iter().map(|(_, attempts)| *attempts).max().unwrap_or_default();
        self.1.fetch_max(most, Ordering::Relaxed);
        self.0.hold(entries)
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        self.0.dead_letter(entry, failure)
    }
}

#[test]
fn attempts_counted_from_zero_do_not_underflow() {
    let held = Arc::new(AtomicU32::new(0));
    let bus = CountingFromZero(MemoryBus::new(), Arc::clone(&held));
    let producer = Producer::of(&bus, None, DeliveryMode::Wait, PATIENCE).unwrap();
    (1..=3).for_each(|number| send(&producer, number).unwrap());
    let stop = Stop::new();
    let stopper = stop.clone();
    // Entries that were read but not started are returned.
    let _receiver = BELL_RUNG.connect(move |_, _| {
        stopper.stop();
        thread::sleep(Duration::from_millis(300));
    });
    let consumer = Consumer::of(Arc::new(bus), "bells", "ears", "a").start(Start::Backlog);
    ends(move || consumer.run(&stop)).unwrap();
    assert_eq!(held.load(Ordering::Relaxed), 0);
}
