//! Receivers of events from one origin, receivers with stable names, and receivers of some event types.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use openedx_events::{
    AnyEventError, EventOrigin, ReceiverDefinition, Responses, codec,
    event_bus::{Consumer, MemoryBus, Producer, Start, Stop, settings::DeliveryMode},
    prelude::*,
    registry,
};
use openedx_events_tests::{NUMBER_DRAWN, NumberDrawn, log::Lines, number_events};

number_events! {
    GateOpened "com.example.learning.gate.opened.v1"
    GateClosed "com.example.learning.gate.closed.v1"
    GatePainted "com.example.learning.gate.painted.v1"
    GateLocked "com.example.learning.gate.locked.v1"
    GateRemoved "com.example.learning.gate.removed.v1"
}

/// Receivers of all senders, of the event bus, and of this process.
#[receiver(GATE_OPENED)]
fn always() {}

#[receiver(GATE_OPENED, GATE_CLOSED, order = -1, only = bus, name = "gates.from-bus")]
fn from_bus(from_event_bus: bool) {
    assert!(from_event_bus);
}

#[receiver(GATE_OPENED, GATE_PAINTED, order = 1, only = process)]
fn from_process(from_event_bus: bool) {
    assert!(!from_event_bus);
}

fn names(responses: &Responses) -> Vec<String> {
    assert!(responses.all_ok(), "{responses:?}");
    responses.iter().map(|response| response.receiver().stable_name().to_string()).collect()
}

#[test]
fn receivers_of_one_origin_get_no_other_events() {
    let sent = GATE_OPENED.send_event(GateOpened { number: 1 });
    let (always, from_process) = ("receiver_arguments::always", "receiver_arguments::from_process");
    assert_eq!(names(&sent), [always, from_process]);
    let sent = GATE_OPENED.try_send_event(GateOpened { number: 1 }).unwrap();
    assert_eq!(names(&sent), [always, from_process]);

    let metadata = GATE_OPENED.generate_signal_metadata();
    let bytes = codec::encode(&GateOpened { number: 1 });
    let sent = registry::send_from_event_bus(metadata.clone(), &bytes).unwrap();
    assert_eq!(names(&sent), ["gates.from-bus", always]);
    let sent = GATE_OPENED.send_event_with_custom_metadata(metadata, GateOpened { number: 1 });
    assert_eq!(names(&sent), ["gates.from-bus", always]);

    assert!(GATE_CLOSED.send_event(GateClosed { number: 1 }).is_empty());
    assert!(GATE_CLOSED.try_send_event(GateClosed { number: 1 }).unwrap().is_empty());
}

#[test]
fn definitions_say_which_events_they_take() {
    let describe = |one: &ReceiverDefinition| (one.name(), one.only(), one.stable_name().to_string());
    let path = |name: &str| format!("receiver_arguments::{name}");
    assert_eq!(
        GATE_OPENED.receivers().map(describe).collect::<Vec<_>>(),
        [
            ("from_bus", Some(EventOrigin::Bus), "gates.from-bus".to_owned()),
            ("always", None, path("always")),
            ("from_process", Some(EventOrigin::Process), path("from_process")),
        ]
    );
    let named = GATE_CLOSED.receivers().next().unwrap();
    assert_eq!(named.module_path(), "receiver_arguments");
    assert!(named.to_string().starts_with("gates.from-bus (tests/"), "{named}");
    assert_eq!(EventOrigin::Bus.to_string(), "bus");
}

/// A consumer does not decode an event that only receivers of this process take.
#[test]
fn a_consumer_counts_only_receivers_of_events_from_a_bus() {
    let bus = MemoryBus::new();
    let producer = Producer::of(&bus, None, DeliveryMode::Wait, Duration::from_secs(5)).unwrap();
    for (metadata, bytes) in [
        (GATE_PAINTED.generate_signal_metadata(), &b"not an event"[..]),
        (GATE_CLOSED.generate_signal_metadata(), &codec::encode(&GateClosed { number: 1 })),
        (GATE_OPENED.generate_signal_metadata(), &codec::encode(&GateOpened { number: 1 })),
    ] {
        producer.send("gates", None, &metadata, bytes).unwrap();
    }
    let consumer = Consumer::of(Arc::new(bus), "gates", "wardens", "warden").start(Start::Backlog).count(3);
    let report = consumer.run(Stop::new()).unwrap();
    assert_eq!((report.handled, report.dead_lettered), (2, 0), "{report:?}");
    assert_eq!(report.without_receiver[GATE_PAINTED.event_type()], 1);
}

#[test]
fn connected_receivers_can_have_a_stable_name() {
    let typed = GATE_REMOVED.connect_named("gates.typed", |event, _| assert_eq!(event.number, 7));
    let untyped = registry::connect_named(GATE_REMOVED.event_type(), "gates.untyped", |event, _| {
        assert_eq!(event.to_json().unwrap(), r#"{"number":7}"#);
    })
    .unwrap();
    let sent = GATE_REMOVED.send_event(GateRemoved { number: 7 });
    let ours: Vec<String> = names(&sent).into_iter().filter(|name| name.starts_with("gates.")).collect();
    assert_eq!(ours, ["gates.typed", "gates.untyped"]);
    drop((typed, untyped));

    for wrong in ["", " ", "a b", "a\nb", "a=b"] {
        let panic = std::panic::catch_unwind(|| drop(GATE_REMOVED.connect_named(wrong, |_, _| ())));
        assert!(panic.is_err(), "{wrong:?}");
    }
}

#[test]
fn a_repeated_name_is_logged() {
    let lines = Lines::default();
    let _log = tracing::subscriber::set_default(lines.subscriber(tracing::Level::WARN));
    let repeated = || lines.with("two receivers of the event have this name").len();
    let first = GATE_CLOSED.connect_named("gates.twice", |_, _| ());
    assert_eq!(repeated(), 0);
    let second = registry::connect_named(GATE_CLOSED.event_type(), "gates.twice", |_, _| ()).unwrap();
    assert_eq!(repeated(), 1);
    let third = GATE_CLOSED.connect_named("gates.from-bus", |_, _| ());
    assert_eq!(repeated(), 2, "a linked receiver has the name");
    drop((first, second, third));
    let _again = GATE_CLOSED.connect_named("gates.twice", |_, _| ());
    assert_eq!(repeated(), 2);
}

#[test]
fn a_receiver_of_one_event_type_gets_no_other() {
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let connections: Vec<_> =
        [NUMBER_DRAWN.event_type(), "org.openedx.learning.course.enrollment.created.v1"]
            .into_iter()
            .map(|event_type| {
                let log = Arc::clone(&log);
                registry::connect(event_type, move |event, metadata| {
                    assert_eq!(event.event_type(), metadata.event_type);
                    assert!(!event.is_from_event_bus());
                    let number = event.downcast_ref::<NumberDrawn>().map(|event| event.number);
                    log.lock().unwrap().push(format!("{} {number:?}", event.event_type()));
                    number.ok_or("no number").map(drop)
                })
                .unwrap()
            })
            .collect();
    let sent = NUMBER_DRAWN.send_event(NumberDrawn { number: 3 });
    assert_eq!(sent.len(), 1);
    let receiver = sent.iter().next().unwrap().receiver();
    assert_eq!(receiver.event().event_type(), NUMBER_DRAWN.event_type());
    assert!(receiver.file().ends_with("receiver_arguments.rs"), "{receiver}");
    assert!(GATE_CLOSED.send_event(GateClosed { number: 1 }).is_empty());
    drop(connections);
    assert!(NUMBER_DRAWN.send_event(NumberDrawn { number: 4 }).is_empty());
    assert_eq!(*log.lock().unwrap(), ["com.example.learning.number.drawn.v1 Some(3)"]);

    match registry::connect("com.example.learning.nothing.known.v1", |_, _| ()) {
        Err(AnyEventError::UnknownEventType { event_type, .. }) => {
            assert_eq!(event_type, "com.example.learning.nothing.known.v1");
        }
        other => panic!("{other:?}"),
    }
}

mod repeated {
    use super::GATE_LOCKED;
    use openedx_events::prelude::*;

    #[receiver(GATE_LOCKED, only = bus, name = "gates.locked")]
    fn first() {}

    #[receiver(GATE_LOCKED, only = bus, name = "gates.locked")]
    fn second() {}
}

#[test]
fn findings_name_receivers_with_one_name() {
    let findings = registry::findings();
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((finding.rule(), finding.event_type()), ("receiver_name_duplicate", GATE_LOCKED.event_type()));
    let text = finding.to_string();
    let start = "receiver_name_duplicate: event type `com.example.learning.gate.locked.v1` has several receivers called `gates.locked`: at tests/tests/receiver_arguments.rs:";
    assert!(text.starts_with(start), "{text}");
    assert_eq!(text.matches("receiver_arguments.rs:").count(), 2, "{text}");
}
