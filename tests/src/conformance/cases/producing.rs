//! From `send_event` to the bus. Which bus is installed is a matter of the whole process, so these cases take turns.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    Responses,
    event_bus::{
        self, BusError, EntryId, Envelope, EventBus, EventBusConsumer, EventBusProducer, Guard, Header,
        Operations, ProduceError, Settings, Subscription, register,
    },
};
use serde_json::json;

use crate::conformance::{
    Harness,
    bench::{Bench, Seen},
    events::{PARCEL_LABELLED, ParcelLabelled},
};

/// Keeps the other cases about producing waiting.
pub(super) fn one_at_a_time() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bus whose producer can be away.
struct Outage {
    bus: Arc<dyn EventBus>,
    is_down: Arc<AtomicBool>,
}

struct OutageProducer {
    producer: Arc<dyn EventBusProducer>,
    is_down: Arc<AtomicBool>,
}

impl EventBus for Outage {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        let producer = self.bus.producer()?;
        Ok(Arc::new(OutageProducer { producer, is_down: Arc::clone(&self.is_down) }))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        self.bus.consumer(subscription)
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        self.bus.operations()
    }
}

impl EventBusProducer for OutageProducer {
    fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>> {
        if self.is_down.load(Ordering::SeqCst) {
            return envelopes.iter().map(|_| Err(BusError::transient("the bus is away"))).collect();
        }
        self.producer.send(envelopes, deadline)
    }
}

/// An installed bus, whose events go to two topics.
struct Installed {
    bench: Bench,
    other: String,
    is_down: Arc<AtomicBool>,
    guard: Guard,
}

impl Installed {
    fn new(harness: &Arc<dyn Harness>, delivery: &str) -> Self {
        let bench = Bench::new(harness);
        let is_down = Arc::new(AtomicBool::new(false));
        let name = format!("producing-{}", bench.run);
        register(&name, Arc::new(Outage { bus: bench.bus(), is_down: Arc::clone(&is_down) }));
        let other = format!("{}-other", bench.topic);
        let route = |enabled| json!({"event_key_field": "number", "enabled": enabled});
        let off = format!("{}-off", bench.topic);
        let event_type = PARCEL_LABELLED.event_type();
        let settings = Settings::from_value(json!({
            "EVENTS_SERVICE_NAME": "conformance",
            "EVENT_BUS_PRODUCER": name,
            "EVENT_BUS_PRODUCER_DELIVERY": delivery,
            "EVENT_BUS_PRODUCER_TIMEOUT": 5,
            "EVENT_BUS_PRODUCER_CONFIG": {
                event_type: {&bench.topic: route(true), &other: route(true), &off: route(false)},
            },
        }));
        let guard = event_bus::install(settings.unwrap()).unwrap();
        Self { bench, other, is_down, guard }
    }

    fn send(&self, number: i64) -> Responses {
        PARCEL_LABELLED.send_event(ParcelLabelled { run: self.bench.run, number })
    }

    /// The numbers of the events in a topic.
    fn numbers(&self, topic: &str) -> Vec<i64> {
        numbers(&self.bench, topic)
    }
}

fn numbers(bench: &Bench, topic: &str) -> Vec<i64> {
    let entries = bench.operations().read(topic, None, 100_000).unwrap();
    let number = |bytes: &[u8]| openedx_events::codec::decode::<ParcelLabelled>(bytes).unwrap().number;
    entries.iter().map(|entry| number(entry.message.event_data().unwrap())).collect()
}

pub(in crate::conformance) fn a_sender_that_waits_learns_what_became_of_the_event(
    harness: &Arc<dyn Harness>,
) {
    let _only = one_at_a_time();
    let installed = Installed::new(harness, "wait");
    let responses = installed.send(1);
    assert!(responses.all_ok(), "{responses:?}");
    let bus = responses.event_bus().expect("there should be an entry for the bus");
    assert!(bus.is_event_bus() && bus.result().is_ok());
    for topic in [&installed.bench.topic, &installed.other, &format!("{}-off", installed.bench.topic)] {
        let expected: &[i64] = if topic.ends_with("-off") { &[] } else { &[1] };
        assert_eq!(installed.numbers(topic), expected, "{topic}");
    }

    installed.is_down.store(true, Ordering::SeqCst);
    let responses = installed.send(2);
    assert!(!responses.all_ok());
    let bus = responses.failures().next().expect("the event did not reach the bus");
    let error = bus.result().unwrap_err().error().downcast_ref::<ProduceError>();
    let undelivered: Vec<_> = error.expect("the error has the event").undelivered().collect();
    let topics: Vec<_> = undelivered.iter().map(|undelivered| &*undelivered.envelope.topic).collect();
    assert_eq!(topics, [&installed.bench.topic, &installed.other]);
    let message = &undelivered[0].envelope.message;
    let event = openedx_events::codec::decode::<ParcelLabelled>(message.event_data().unwrap()).unwrap();
    assert_eq!((event.number, message.event_type()), (2, Some(PARCEL_LABELLED.event_type())));
    assert!(undelivered[0].error.is_transient());
    assert_eq!(installed.numbers(&installed.bench.topic), [1]);

    // It goes to the one topic that it did not reach, as it was.
    let producer = event_bus::producer().unwrap();
    assert_eq!(
        producer.send_again(undelivered[0]).unwrap_err().into_undelivered()[0].envelope.message,
        *message
    );
    installed.is_down.store(false, Ordering::SeqCst);
    producer.send_again(undelivered[0]).unwrap();
    assert_eq!(installed.numbers(&installed.bench.topic), [1, 2]);
    assert_eq!(installed.numbers(&installed.other), [1]);
    let entries = installed.bench.operations().read(&installed.bench.topic, None, 10).unwrap();
    assert_eq!(entries[1].message.header(Header::Id), message.header(Header::Id));
}

pub(in crate::conformance) fn background_delivery_keeps_the_order(harness: &Arc<dyn Harness>) {
    let _only = one_at_a_time();
    let installed = Installed::new(harness, "background");
    for number in 0..1000 {
        if number == 300 {
            installed.is_down.store(true, Ordering::SeqCst);
        }
        assert!(installed.send(number).all_ok());
    }
    thread::sleep(Duration::from_millis(150));
    assert!(installed.numbers(&installed.bench.topic).len() < 1000, "the bus is away");
    installed.is_down.store(false, Ordering::SeqCst);
    event_bus::producer().unwrap().flush(installed.bench.patience()).unwrap();
    for topic in [&installed.bench.topic, &installed.other] {
        assert_eq!(installed.numbers(topic), (0..1000).collect::<Vec<_>>());
    }
}

pub(in crate::conformance) fn background_delivery_holds_senders_up_when_its_queue_is_full(
    harness: &Arc<dyn Harness>,
) {
    let _only = one_at_a_time();
    let installed = Installed::new(harness, "background");
    installed.is_down.store(true, Ordering::SeqCst);
    // Two messages each; what the bus was given and did not take comes on top of the queue.
    for number in 0..5000 {
        assert!(installed.send(number).all_ok(), "{number}");
    }
    let late = thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let before = Instant::now();
            (5000..5600).map(|number| installed.send(number).all_ok()).filter(|well| *well).count();
            before.elapsed()
        });
        thread::sleep(Duration::from_millis(600));
        assert!(!sender.is_finished(), "there is no room in the queue");
        installed.is_down.store(false, Ordering::SeqCst);
        sender.join().unwrap()
    });
    assert!(late >= Duration::from_millis(500), "{late:?}");
    event_bus::producer().unwrap().flush(installed.bench.patience()).unwrap();
    let bench = &installed.bench;
    let trimmed = bench.operations().read(&bench.topic, None, 100_000).unwrap();
    assert!(!trimmed.is_empty());
    assert_eq!(installed.numbers(&bench.topic).last(), Some(&5599));
}

pub(in crate::conformance) fn what_is_not_delivered_comes_back_when_the_guard_is_closed(
    harness: &Arc<dyn Harness>,
) {
    let _only = one_at_a_time();
    let installed = Installed::new(harness, "background");
    installed.send(1);
    event_bus::producer().unwrap().flush(installed.bench.patience()).unwrap();
    installed.is_down.store(true, Ordering::SeqCst);
    for number in 2..=4 {
        assert!(installed.send(number).all_ok());
    }
    let Installed { bench, guard, .. } = installed;
    let error = guard.close(Duration::from_millis(300)).expect_err("the bus is away");
    let come_back: Vec<_> = error
        .into_undelivered()
        .into_iter()
        .filter(|undelivered| *undelivered.envelope.topic == *bench.topic)
        .map(|undelivered| {
            assert!(undelivered.error.to_string().contains("the bus is away"), "{}", undelivered.error);
            let bytes = undelivered.envelope.message.event_data().unwrap();
            openedx_events::codec::decode::<ParcelLabelled>(bytes).unwrap().number
        })
        .collect();
    assert_eq!(come_back, [2, 3, 4]);
    assert_eq!(numbers(&bench, &bench.topic), [1]);
    // Without a bus, events stay in the process.
    assert!(event_bus::producer().is_none());
    assert!(PARCEL_LABELLED.send_event(ParcelLabelled { run: bench.run, number: 5 }).is_empty());
}

pub(in crate::conformance) fn what_came_from_the_bus_is_not_produced_again(harness: &Arc<dyn Harness>) {
    let _only = one_at_a_time();
    let installed = Installed::new(harness, "wait");
    let bench = &installed.bench;
    let seen = Seen::new();
    let (theirs, run) = (seen.clone(), bench.run);
    let _receiver = PARCEL_LABELLED.connect(move |event, _| {
        if event.run == run {
            theirs.push(event.number);
        }
    });
    let event = ParcelLabelled { run, number: 1 };
    let source = format!("{}-source", bench.topic);
    let metadata = PARCEL_LABELLED.generate_signal_metadata();
    let message = event_bus::Message::new(&metadata, openedx_events::codec::encode(&event));
    bench.send_to(&source, [message]);
    let member = bench.member_of(&source, "sorters", "a", |consumer| consumer.count(1));
    assert_eq!(member.end().unwrap().handled, 1);
    PARCEL_LABELLED.send_event_with_custom_metadata(metadata, event);
    assert_eq!(seen.all(), [1, 1]);
    assert_eq!(installed.numbers(&bench.topic), Vec::<i64>::new());
}
