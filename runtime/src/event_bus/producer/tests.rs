//! Buses that answer late or incorrectly.

mod bounds;
mod open_calls;

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::{Duration, Instant},
};

use super::{
    Deliver, ObservedProducer, Producer, ProducerState,
    background::{Background, Limits},
    routes::Destination,
};
use crate::event_bus::{
    broker::{
        BusError, EventBus, EventBusConsumer, EventBusProducer, Operations, Subscription, memory::MemoryBus,
    },
    settings::DeliveryMode,
    wire::{EntryId, Envelope, Header, Message},
};

type SendOutcomes = Vec<Result<EntryId, BusError>>;

/// Gives the outcomes that a test sends, when it sends them.
struct Scripted {
    called: Sender<usize>,
    outcomes: Mutex<Receiver<SendOutcomes>>,
}

impl EventBusProducer for Scripted {
    fn send(&self, records: &[Envelope], _: Instant) -> SendOutcomes {
        self.called.send(records.len()).unwrap();
        self.outcomes.lock().unwrap().recv().unwrap()
    }
}

fn scripted() -> (Arc<Scripted>, Receiver<usize>, Sender<SendOutcomes>) {
    let ((called, calls), (outcome, outcomes)) = (channel(), channel());
    (Arc::new(Scripted { called, outcomes: Mutex::new(outcomes) }), calls, outcome)
}

fn start(bus: Arc<Scripted>, bytes: usize) -> Background {
    Background::start(ObservedProducer::new(bus, None), Duration::from_secs(1), Limits::new(bytes)).unwrap()
}

fn message(text: &str) -> Message {
    let mut message = Message::builder();
    message.header(Header::EventType, text.to_owned());
    message.build()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn types(outcome: Result<(), super::ProduceError>) -> Vec<String> {
    let undelivered = outcome.expect_err("there is something undelivered").into_undelivered();
    undelivered
        .iter()
        .map(|undelivered| undelivered.envelope.message.event_type().unwrap().to_owned())
        .collect()
}

#[test]
fn flush_returns_messages_in_flight_and_they_are_not_sent_again() {
    let (bus, calls, outcome) = scripted();
    let background = start(bus, 64_000_000);
    let add = |text| {
        let message = message(text);
        background.add(Envelope { topic: "t".into(), key: None, message }, soon()).unwrap();
    };
    add("first");
    assert_eq!(calls.recv().unwrap(), 1);
    add("second");
    let late = background.flush(Instant::now() + Duration::from_millis(20));
    assert_eq!(types(late), ["first", "second"]);
    outcome.send(vec![Err(BusError::transient("away"))]).unwrap();
    add("third");
    assert_eq!(calls.recv().unwrap(), 1, "only what was added since then is sent");
    outcome.send(vec![Ok(EntryId::new("1-0"))]).unwrap();
    background.flush(soon()).unwrap();
}

#[test]
fn the_next_flush_returns_refused_messages() {
    let (bus, _calls, outcome) = scripted();
    let background = start(bus, 64_000_000);
    let message = message("too-large");
    background.add(Envelope { topic: "t".into(), key: None, message }, soon()).unwrap();
    outcome.send(vec![Err(BusError::refused("it is too large"))]).unwrap();
    assert_eq!(types(background.flush(soon())), ["too-large"]);
    background.flush(soon()).unwrap();
}

/// Returns no outcomes.
struct Silent;

impl EventBusProducer for Silent {
    fn send(&self, _: &[Envelope], _: Instant) -> SendOutcomes {
        Vec::new()
    }
}

impl EventBus for Silent {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(Self))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        MemoryBus::new().consumer(subscription)
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        MemoryBus::new().operations()
    }
}

#[test]
fn an_event_without_an_outcome_is_undelivered() {
    let metadata = crate::EventsMetadata::with_event_type("com.example.a.b.c.v1".into());
    let wait = Producer::of(&Silent, None, DeliveryMode::Wait, Duration::from_secs(1)).unwrap();
    assert_eq!(types(wait.send("t", None, &metadata, b"")), ["com.example.a.b.c.v1"]);
    let background = Producer::of(&Silent, None, DeliveryMode::Background, Duration::from_secs(1)).unwrap();
    background.send("t", None, &metadata, b"").unwrap();
    assert_eq!(types(background.flush(Duration::from_secs(10))), ["com.example.a.b.c.v1"]);
}

#[test]
fn failed_messages_are_sent_again_in_smaller_parts_and_in_order() {
    let (bus, calls, outcome) = scripted();
    let background = start(bus, 64_000_000);
    let add = |text: &str| {
        let message = message(text);
        background.add(Envelope { topic: "t".into(), key: None, message }, soon()).unwrap();
    };
    add("first");
    assert_eq!(calls.recv().unwrap(), 1);
    for number in 0..600 {
        add(&number.to_string());
    }
    let answer = |delivered: usize, failed: usize| {
        let delivered = (0..delivered).map(|_| Ok(EntryId::new("1-0")));
        let failed = (0..failed).map(|_| Err(BusError::transient("cut")));
        outcome.send(delivered.chain(failed).collect()).unwrap();
    };
    answer(1, 0);
    assert_eq!(calls.recv().unwrap(), 500);
    answer(10, 490);
    assert_eq!(calls.recv().unwrap(), 125);
    answer(0, 125);
    assert_eq!(calls.recv().unwrap(), 31);
    answer(31, 0);
    assert_eq!(calls.recv().unwrap(), 62, "a batch that succeeds may grow again");
    answer(0, 62);
    let left = types(background.flush(Instant::now() + Duration::from_millis(500)));
    assert_eq!(left, (41..600).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!(calls.recv().unwrap(), 15);
    answer(0, 15);
}

#[test]
fn large_messages_go_in_small_parts() {
    let (bus, calls, outcome) = scripted();
    let background = start(bus, 64_000_000);
    let sizes = [10, 3_000_000, 400_000, 400_000, 400_000];
    for size in sizes {
        let message = message(&"x".repeat(size));
        background.add(Envelope { topic: "t".into(), key: None, message }, soon()).unwrap();
    }
    let mut sent = Vec::new();
    while sent.iter().sum::<usize>() < sizes.len() {
        let count = calls.recv().unwrap();
        sent.push(count);
        outcome.send((0..count).map(|_| Ok(EntryId::new("1-0"))).collect()).unwrap();
    }
    assert_eq!(sent, [1, 1, 2, 1]);
    background.flush(soon()).unwrap();
}

#[test]
fn the_longest_timeouts_are_accepted() {
    let bus = MemoryBus::new();
    let metadata = crate::EventsMetadata::with_event_type("com.example.a.b.c.v1".into());
    for delivery in [DeliveryMode::Wait, DeliveryMode::Background] {
        let producer = Producer::of(&bus, None, delivery, Duration::MAX).unwrap();
        producer.send("t", None, &metadata, b"").unwrap();
        producer.flush(Duration::MAX).unwrap();
    }
    assert_eq!(bus.len("t"), 2);
}

/// Records the number of envelopes and the deadline of each call.
struct Punctual(Mutex<Vec<(usize, Instant)>>);

impl EventBusProducer for Punctual {
    fn send(&self, records: &[Envelope], deadline: Instant) -> SendOutcomes {
        self.0.lock().unwrap().push((records.len(), deadline));
        records.iter().map(|_| Ok(EntryId::new("1-0"))).collect()
    }
}

#[test]
fn all_topics_of_an_event_have_the_timeout_together() {
    let bus = Arc::new(Punctual(Mutex::default()));
    let timeout = Duration::from_secs(3);
    let producer = Arc::clone(&bus) as Arc<dyn EventBusProducer>;
    let deliver = Deliver::Wait(ObservedProducer::new(producer, None));
    let producer = Producer(Arc::new(ProducerState::new(None, timeout, deliver)));
    let metadata = crate::EventsMetadata::with_event_type("com.example.a.b.c.v1".into());
    let routes = ["a", "b", "c"].map(|topic| Destination { topic: topic.into(), key_field: None });
    let before = Instant::now();
    producer.produce(&routes, &metadata, Vec::new()).unwrap();
    let calls = bus.0.lock().unwrap().clone();
    let [(3, deadline)] = calls[..] else { panic!("one call for all: {calls:?}") };
    assert!(deadline >= before + timeout && deadline <= Instant::now() + timeout);
}

/// Tokio has no other thread for its tasks, and panics when asked to move them.
#[cfg(feature = "tokio")]
#[test]
fn a_local_set_on_a_multi_threaded_runtime_is_held_up_and_no_event_is_lost() {
    use tokio::{runtime::Builder, task::LocalSet};

    let bus = MemoryBus::new();
    let metadata = crate::EventsMetadata::with_event_type("com.example.a.b.c.v1".into());
    let producer = Producer::of(&bus, None, DeliveryMode::Wait, Duration::from_secs(1)).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let sent = LocalSet::new().block_on(&runtime, async { producer.send("t", None, &metadata, b"") });
    sent.unwrap();
    assert_eq!(bus.len("t"), 1);
}
