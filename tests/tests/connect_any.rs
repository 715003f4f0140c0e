//! Receivers for events of every type. They would appear in the responses of all other tests, so they have a separate program
//! and take turns.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use openedx_events::{
    AnyEvent, Batch, ReceiverError, codec,
    event_bus::{Consumer, Envelope, EventBus, MemoryBus, Message, Start, Stop},
    prelude::*,
    registry,
};
use openedx_events_tests::{ARTICLE_ADDED, ArticleAdded, NUMBER_DRAWN, NumberDrawn, number_events, samples};
use serde_json::{Value, json};

number_events! {
    ShipLaunched "com.example.learning.ship.launched.v1"
    PlaneLanded "com.example.learning.plane.landed.v1"
}

/// A local-only event.
#[event(type = "com.example.learning.guest.arrived.v1", local_only = "the guest is not a value")]
pub struct GuestArrived {
    /// A value without a wire form.
    pub guest: Arc<Mutex<u8>>,
}

fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

type Log = Arc<Mutex<Vec<String>>>;

fn note(log: &Log, text: impl Into<String>) {
    log.lock().unwrap().push(text.into());
}

#[test]
fn a_receiver_of_all_events_gets_their_metadata() {
    let _turn = turn();
    let log = Log::default();
    let connection = {
        let log = Arc::clone(&log);
        registry::connect_any(move |event, metadata| {
            assert_eq!(event.event_type(), metadata.event_type);
            assert_eq!(event.definition().event_type(), event.event_type());
            note(&log, event.definition().name());
        })
    };
    assert_eq!(NUMBER_DRAWN.send_event(NumberDrawn { number: 1 }).len(), 1);
    ARTICLE_ADDED.try_send_event(samples::article_added()).unwrap();
    GUEST_ARRIVED.send_event(GuestArrived { guest: Arc::default() });
    drop(connection);
    assert!(NUMBER_DRAWN.send_event(NumberDrawn { number: 1 }).is_empty());
    assert_eq!(*log.lock().unwrap(), ["NUMBER_DRAWN", "ARTICLE_ADDED", "GUEST_ARRIVED"]);
}

#[test]
fn receivers_of_all_events_run_in_order_of_connection() {
    #[receiver(SHIP_LAUNCHED, order = 9)]
    fn linked() {}

    let _turn = turn();
    let log = Log::default();
    let own = |name: &'static str| {
        let log = Arc::clone(&log);
        SHIP_LAUNCHED.connect(move |_, _| note(&log, name))
    };
    let any = |name: &'static str| {
        let log = Arc::clone(&log);
        registry::connect_any(move |_, _| note(&log, name))
    };
    let connections = [any("1"), own("2"), own("3"), any("4"), any("5"), own("6")];
    let responses = SHIP_LAUNCHED.send_event(ShipLaunched { number: 1 });
    assert_eq!(*log.lock().unwrap(), ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(responses.len(), 7);
    assert_eq!(responses.iter().next().unwrap().receiver().name(), "linked");
    assert!(responses.iter().all(|one| one.receiver().event().name() == "SHIP_LAUNCHED"));
    assert!(responses.iter().all(|one| one.receiver().file().ends_with("connect_any.rs")));
    drop(connections);
}

#[test]
fn failures_of_receivers_of_all_events_are_reported() {
    let _turn = turn();
    let _connections = [
        registry::connect_any(|_, _| Err("no")),
        registry::connect_any(|event, _| -> () { panic!("no {}", event.definition().name()) }),
        registry::connect_any(|_, _| Ok::<(), String>(())),
    ];
    let responses = PLANE_LANDED.send_event(PlaneLanded { number: 1 });
    let failures = responses.failures().map(|one| one.result().unwrap_err().to_string());
    assert_eq!(failures.collect::<Vec<_>>(), ["no", "panicked: no PLANE_LANDED"]);
    assert_eq!(PLANE_LANDED.try_send_event(PlaneLanded { number: 1 }).unwrap_err().to_string(), "no");
}

/// Returns the result of `look` for the event that `send` sends.
fn look<T: Send + 'static>(
    look: impl Fn(AnyEvent<'_>) -> T + Send + Sync + 'static,
    send: impl FnOnce() -> Responses,
) -> T {
    let seen = Arc::new(Mutex::new(None));
    let connection = {
        let seen = Arc::clone(&seen);
        registry::connect_any(move |event, _| *seen.lock().unwrap() = Some(look(event)))
    };
    assert!(send().all_ok());
    drop(connection);
    seen.lock().unwrap().take().unwrap()
}

#[test]
fn an_erased_event_has_json_bytes_and_its_type() {
    let _turn = turn();
    let (json, bytes, title, is_other, debug) = look(
        |event| {
            let title = event.downcast_ref::<ArticleAdded>().map(|event| event.article.title.clone());
            let is_other = event.downcast_ref::<NumberDrawn>().is_some();
            (event.to_json().unwrap(), event.to_avro().unwrap(), title, is_other, format!("{event:?}"))
        },
        || ARTICLE_ADDED.send_event(samples::article_added()),
    );
    let expected = json!({"article": {
        "title": "Notes", "price": "12.50", "count": 1, "tags": [], "maker": null, "section": "books",
    }});
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
    assert_eq!(bytes, codec::encode(&samples::article_added()));
    assert_eq!((title.as_deref(), is_other), (Some("Notes"), false));
    assert_eq!(debug, r#"AnyEvent { event_type: "com.example.learning.article.added.v1", .. }"#);
}

#[test]
fn a_local_only_event_has_no_json_and_no_bytes() {
    let _turn = turn();
    let guest = Arc::new(Mutex::new(3));
    let event = GuestArrived { guest: Arc::clone(&guest) };
    let (json, bytes, guest) = look(
        |event| {
            let guest = event.downcast_ref::<GuestArrived>().map(|event| *event.guest.lock().unwrap());
            (event.to_json().unwrap_err(), event.to_avro().unwrap_err(), guest)
        },
        || GUEST_ARRIVED.send_event(event),
    );
    let text = "event `com.example.learning.guest.arrived.v1` stays in its process: the guest is not a value";
    assert_eq!((json.to_string().as_str(), bytes.to_string().as_str()), (text, text));
    assert_eq!((json.reason(), guest), ("the guest is not a value", Some(3)));
}

/// Gets planes in batches.
#[receiver(PLANE_LANDED, batch(max = 10, wait = "1h"), name = "tests.tower")]
fn note_planes(batch: &Batch<PlaneLanded>) {
    PLANES.lock().unwrap().push(batch.events().map(|event| event.number).collect());
}

static PLANES: Mutex<Vec<Vec<i64>>> = Mutex::new(Vec::new());

#[test]
fn during_a_pause_for_a_receiver_of_all_events_only_that_receiver_is_tried() {
    let _turn = turn();
    PLANES.lock().unwrap().clear();
    let (bus, tries) = (Arc::new(MemoryBus::new()), Arc::new(Mutex::new(0)));
    let (own, counted) = (Log::default(), Arc::clone(&tries));
    let _any = registry::connect_any(move |event, _| {
        let number = serde_json::from_str::<Value>(&event.to_json().unwrap()).unwrap()["number"].as_i64();
        *counted.lock().unwrap() += u32::from(number == Some(2));
        let is_away = number == Some(2) && *counted.lock().unwrap() < 4;
        if is_away { Err(ReceiverError::unavailable("503")) } else { Ok(()) }
    });
    let _own = {
        let own = Arc::clone(&own);
        PLANE_LANDED.connect(move |event, _| note(&own, event.number.to_string()))
    };
    let envelope = |number| {
        let message =
            Message::new(&PLANE_LANDED.generate_signal_metadata(), codec::encode(&PlaneLanded { number }));
        Envelope { topic: "planes".into(), key: None, message }
    };
    let sent =
        bus.producer().unwrap().send(&[1, 2, 3].map(envelope), Instant::now() + Duration::from_secs(9));
    assert!(sent.iter().all(Result::is_ok));
    let consumer = Consumer::of(bus, "planes", "tower", "a").start(Start::Backlog);
    let report = consumer.pause_max(Duration::from_millis(10)).count(3).run(Stop::new()).unwrap();
    assert_eq!((report.handled, report.pauses, *tries.lock().unwrap()), (3, 1, 4), "{report}");
    assert_eq!(*own.lock().unwrap(), ["1", "2", "3"], "a try calls no other receiver");
    assert_eq!(*PLANES.lock().unwrap(), [[1, 2, 3]], "a try calls no batch receiver");
}
