//! From `send_event` to the bus.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    codec,
    conformance::{
        events::{ITEM_PRODUCED, ItemProduced},
        fixture::{Fixture, Recorded},
        promise::promise_eq,
    },
    event_bus::{
        self, BusError, Capability, EntryId, Envelope, EventBus, EventBusConsumer, EventBusProducer, Guard,
        Header, Message, Operations, ProduceError, Settings, Subscription, register,
    },
    responses::Responses,
};

/// Makes cases that install a bus wait for each other, since a process has only one.
pub(super) fn one_at_a_time() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bus whose producer can be down.
struct FailingBus {
    bus: Arc<dyn EventBus>,
    is_down: Arc<AtomicBool>,
}

struct FailingProducer {
    producer: Arc<dyn EventBusProducer>,
    is_down: Arc<AtomicBool>,
}

impl EventBus for FailingBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        let producer = self.bus.producer()?;
        Ok(Arc::new(FailingProducer { producer, is_down: Arc::clone(&self.is_down) }))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        self.bus.consumer(subscription)
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        self.bus.operations()
    }

    fn can(&self, capability: Capability) -> bool {
        self.bus.can(capability)
    }
}

impl EventBusProducer for FailingProducer {
    fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>> {
        if self.is_down.load(Ordering::SeqCst) {
            return envelopes.iter().map(|_| Err(BusError::transient("the bus is down"))).collect();
        }
        self.producer.send(envelopes, deadline)
    }
}

/// The installed bus. It sends each event to two topics; the route to a third one is disabled.
struct Installed<'a> {
    fixture: &'a Fixture,
    other: String,
    disabled: String,
    is_down: Arc<AtomicBool>,
    guard: Guard,
    _only: MutexGuard<'static, ()>,
}

impl<'a> Installed<'a> {
    fn new(fixture: &'a Fixture, delivery: &str) -> Self {
        let only = one_at_a_time();
        let is_down = Arc::new(AtomicBool::new(false));
        let name = format!("conformance-producing-{}", fixture.run);
        register(&name, Arc::new(FailingBus { bus: fixture.bus(), is_down: Arc::clone(&is_down) }));
        let topic = &fixture.topic;
        let (other, disabled) = (fixture.create_topic("other"), fixture.create_topic("disabled"));
        let route = |enabled| json!({"event_key_field": "number", "enabled": enabled});
        let settings = Settings::from_value(json!({
            "EVENTS_SERVICE_NAME": "conformance",
            "EVENT_BUS_PRODUCER": name,
            "EVENT_BUS_PRODUCER_DELIVERY": delivery,
            "EVENT_BUS_PRODUCER_TIMEOUT": 5,
            "EVENT_BUS_PRODUCER_CONFIG": {
                ITEM_PRODUCED.event_type(): {topic: route(true), &other: route(true), &disabled: route(false)},
            },
        }));
        let guard = event_bus::install(settings.unwrap()).unwrap();
        Self { fixture, other, disabled, is_down, guard, _only: only }
    }

    fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    fn produce(&self, number: i64) -> Responses {
        ITEM_PRODUCED.send_event(ItemProduced { run: self.fixture.run, number })
    }

    fn flush(&self) {
        event_bus::producer().unwrap().flush(self.fixture.patience()).unwrap();
    }

    /// Returns the numbers of the events in the topic of the case.
    fn stored(&self) -> Vec<i64> {
        stored(self.fixture, &self.fixture.topic)
    }
}

/// Returns the numbers of the events in a topic.
fn stored(fixture: &Fixture, topic: &str) -> Vec<i64> {
    let entries = fixture.read(topic);
    entries.iter().map(|entry| number(&entry.message)).collect()
}

fn number(message: &Message) -> i64 {
    codec::decode::<ItemProduced>(message.event_data().unwrap()).unwrap().number
}

pub(in crate::conformance) fn a_waiting_sender_learns_the_outcome(fixture: &Fixture) {
    let installed = Installed::new(fixture, "wait");
    let Installed { other, disabled, .. } = &installed;
    let topic = &fixture.topic;
    let responses = installed.produce(1);
    assert!(responses.all_ok(), "{responses:?}");
    let bus = responses.event_bus().expect("there should be a response from the bus");
    assert!(bus.is_event_bus() && bus.result().is_ok());
    promise_eq!([topic, other, disabled].map(|topic| stored(fixture, topic)), [vec![1], vec![1], vec![]]);

    installed.set_down(true);
    let responses = installed.produce(2);
    assert!(!responses.all_ok());
    let bus = responses.failures().next().expect("the event did not reach the bus");
    let error = bus.result().unwrap_err().error().downcast_ref::<ProduceError>();
    let undelivered: Vec<_> = error.expect("the error should contain the event").undelivered().collect();
    let topics: Vec<_> = undelivered.iter().map(|undelivered| &*undelivered.envelope.topic).collect();
    promise_eq!(topics, [topic, other]);
    let message = &undelivered[0].envelope.message;
    promise_eq!((number(message), message.event_type()), (2, Some(ITEM_PRODUCED.event_type())));
    assert!(undelivered[0].error.is_transient());
    promise_eq!(installed.stored(), [1]);

    // Sending it again delivers it unchanged, and to one topic only.
    let producer = event_bus::producer().unwrap();
    let again = producer.send_again(undelivered[0]).unwrap_err().into_undelivered();
    promise_eq!(again[0].envelope.message, *message);
    installed.set_down(false);
    producer.send_again(undelivered[0]).unwrap();
    promise_eq!([topic, other].map(|topic| stored(fixture, topic)), [vec![1, 2], vec![1]]);
    let entries = fixture.read(topic);
    promise_eq!(entries[1].message.header(Header::Id), message.header(Header::Id));
}

pub(in crate::conformance) fn background_delivery_keeps_the_order(fixture: &Fixture) {
    let installed = Installed::new(fixture, "background");
    for number in 0..1000 {
        if number == 300 {
            installed.set_down(true);
        }
        assert!(installed.produce(number).all_ok());
    }
    thread::sleep(Duration::from_millis(150));
    assert!(installed.stored().len() < 1000, "the bus is down");
    installed.set_down(false);
    installed.flush();
    for topic in [&fixture.topic, &installed.other] {
        promise_eq!(stored(fixture, topic), (0..1000).collect::<Vec<_>>());
    }
}

pub(in crate::conformance) fn a_full_background_queue_makes_senders_wait(fixture: &Fixture) {
    let installed = Installed::new(fixture, "background");
    installed.set_down(true);
    // Each event is two messages. The messages that the bus refused at first are in the queue again.
    for number in 0..5000 {
        assert!(installed.produce(number).all_ok(), "{number}");
    }
    let elapsed = thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let before = Instant::now();
            (5000..5600).for_each(|number| drop(installed.produce(number)));
            before.elapsed()
        });
        thread::sleep(Duration::from_millis(600));
        assert!(!sender.is_finished(), "the queue should be full");
        installed.set_down(false);
        sender.join().unwrap()
    });
    assert!(elapsed >= Duration::from_millis(500), "{elapsed:?}");
    installed.flush();
    // The bus may have trimmed the first messages.
    promise_eq!(installed.stored().last(), Some(&5599));
}

pub(in crate::conformance) fn closing_the_guard_returns_undelivered_events(fixture: &Fixture) {
    let installed = Installed::new(fixture, "background");
    installed.produce(1);
    installed.flush();
    installed.set_down(true);
    for number in 2..=4 {
        assert!(installed.produce(number).all_ok());
    }
    let Installed { guard, _only, .. } = installed;
    let error = guard.close(Duration::from_millis(300)).expect_err("the bus is down");
    let returned: Vec<_> = error
        .into_undelivered()
        .into_iter()
        .filter(|undelivered| *undelivered.envelope.topic == *fixture.topic)
        .map(|undelivered| {
            assert!(undelivered.error.to_string().contains("the bus is down"), "{}", undelivered.error);
            number(&undelivered.envelope.message)
        })
        .collect();
    promise_eq!(returned, [2, 3, 4]);
    promise_eq!(stored(fixture, &fixture.topic), [1]);
    // Events stay in the process when no bus is installed.
    assert!(event_bus::producer().is_none());
    assert!(ITEM_PRODUCED.send_event(ItemProduced { run: fixture.run, number: 5 }).is_empty());
}

pub(in crate::conformance) fn events_from_the_bus_are_not_produced_again(fixture: &Fixture) {
    let installed = Installed::new(fixture, "wait");
    let received = Recorded::new();
    let (records, run) = (received.clone(), fixture.run);
    let _receiver = ITEM_PRODUCED.connect(move |event, _| {
        if event.run == run {
            records.push(event.number);
        }
    });
    let source = fixture.create_topic("source");
    let event = ItemProduced { run, number: 1 };
    let metadata = ITEM_PRODUCED.generate_signal_metadata();
    fixture.send_to(&source, [Message::new(&metadata, codec::encode(&event))]);
    let member = fixture.member_of(&source, &fixture.group, "a", |consumer| consumer.count(1));
    promise_eq!(member.end_well().handled, 1);
    ITEM_PRODUCED.send_event_with_custom_metadata(metadata, event);
    promise_eq!(received.all(), [1, 1]);
    promise_eq!(installed.stored(), Vec::<i64>::new());
}
