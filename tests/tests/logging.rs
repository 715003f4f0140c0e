//! Logs of failures: they identify the receiver and contain no data of the event.

use std::{
    error::Error,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use openedx_events::{
    event_bus::{
        self, Entry, EntryId, EventBus, MemoryBus, Message, Producer, RedisBus, RedisOptions, Settings,
        Subscription, settings::DeliveryMode,
    },
    prelude::*,
};
use openedx_events_tests::{
    log::{Lines, subscriber},
    number_events,
};
use tracing::{Level, subscriber::with_default};

number_events! {
    FanStarted "com.example.learning.fan.started.v1"
    SongPlayed "com.example.learning.song.played.v1"
    BusMissed "com.example.learning.bus.missed.v1"
    BusRemoved "com.example.learning.bus.removed.v1"
}

/// A process has one event bus, so tests that install one run one after the other.
static BUS: Mutex<()> = Mutex::new(());

/// Returns the lines that `work` logs on this thread.
fn lines(work: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    with_default(lines.subscriber(Level::INFO), work);
    lines.with("")
}

#[derive(Debug)]
struct Outer(std::num::ParseIntError);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such fan")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[receiver(FAN_STARTED)]
fn fails(number: &i64) -> Result<(), ReceiverError> {
    if *number < 0 { Err(ReceiverError::permanent(Outer("x".parse::<i64>().unwrap_err()))) } else { Ok(()) }
}

#[test]
fn a_failure_is_logged_with_its_receiver_and_error_chain() {
    let lines = lines(|| drop(FAN_STARTED.send_event(FanStarted { number: -4242 })));
    assert_eq!(lines.len(), 1);
    for part in [
        "ERROR ",
        "message=receiver failed",
        r#"event_type="com.example.learning.fan.started.v1""#,
        "message_id=",
        "receiver=logging::fails",
        r#"logging.rs""#,
        "permanent=true",
        r#"error="no such fan: invalid digit found in string""#,
    ] {
        assert!(lines[0].contains(part), "`{part}` is not in `{}`", lines[0]);
    }
    assert!(!lines[0].contains("4242"), "the log must not contain the event's data");
}

#[test]
fn success_is_not_logged() {
    let lines = lines(|| assert!(FAN_STARTED.send_event(FanStarted { number: 1 }).all_ok()));
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn a_returned_failure_is_not_logged() {
    let lines = lines(|| drop(FAN_STARTED.try_send_event(FanStarted { number: -1 }).unwrap_err()));
    assert!(lines.is_empty(), "{lines:?}");
}

/// An error whose `Display` panics.
#[derive(Debug)]
struct Unprintable;

impl fmt::Display for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("cannot be printed");
    }
}

impl Error for Unprintable {}

#[test]
fn an_error_that_panics_when_printed_does_not_stop_receivers() {
    let _connections =
        [SONG_PLAYED.connect(|_, _| Err(Unprintable)), SONG_PLAYED.connect(|_, _| Ok::<_, Unprintable>(()))];
    let lines = lines(|| {
        let responses = SONG_PLAYED.send_event(SongPlayed { number: 1 });
        assert_eq!((responses.len(), responses.failures().count()), (2, 1));
    });
    assert_eq!(lines.len(), 1);
}

/// Calls `also` for each line that `work` logs and returns the number of lines. Fails if it does not end.
fn lines_with(also: impl Fn() + Send + Sync + 'static, work: impl FnOnce() + Send + 'static) -> usize {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let log = subscriber(Level::INFO, move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            also();
        });
        with_default(log, work);
        done.send(count.load(Ordering::Relaxed))
    });
    ended.recv_timeout(Duration::from_secs(20)).expect("a lock is held while a line is logged")
}

/// A subscriber may use the bus itself.
#[test]
fn no_lock_of_the_event_bus_is_held_while_a_line_is_logged() {
    let unreachable = RedisBus::new(RedisOptions::tcp("127.0.0.1", 1)).unwrap();
    let limit = Duration::from_secs(5);
    let producer = Producer::of(&unreachable, None, DeliveryMode::Background, limit).unwrap();
    let same_producer = producer.clone();
    let lines = lines_with(
        move || drop(same_producer.flush(Duration::ZERO)),
        move || {
            let metadata = FAN_STARTED.generate_signal_metadata();
            producer.send("fans", None, &metadata, b"").unwrap();
            producer.flush(Duration::ZERO).expect_err("the server is unreachable");
        },
    );
    assert_eq!(lines, 1);

    let bus = MemoryBus::new();
    let same_bus = bus.clone();
    let lines = lines_with(
        move || assert!(same_bus.len("fans.dlq.menders") <= 1),
        move || {
            let mut subscription = Subscription::new("fans", "menders", "a");
            subscription.dead_letter_max_len = 1;
            let mut consumer = bus.consumer(&subscription).unwrap();
            let now = SystemTime::now();
            let failure = event_bus::Failure {
                error: "no".to_owned(),
                receivers: Vec::new(),
                attempts: 1,
                first: now,
                last: now,
            };
            let message = Message::new(&FAN_STARTED.generate_signal_metadata(), Vec::new());
            for id in ["1-0", "2-0"] {
                let entry = Entry::new(EntryId::new(id), message.clone(), 1);
                consumer.dead_letter(&entry, &failure).unwrap();
            }
        },
    );
    assert_eq!(lines, 2, "one for the new group, and one for the first dead letter, which is dropped");
}

/// Without this line, nobody would notice that a guard was dropped by accident: sends succeed, and events stay in the process.
#[test]
fn a_bus_that_is_dropped_without_close_is_logged() {
    let settings = |event_type: Option<&str>| {
        let route = serde_json::json!({"stops": {"event_key_field": "number", "enabled": true}});
        let routes: serde_json::Map<_, _> = event_type.map(|it| (it.to_owned(), route)).into_iter().collect();
        Settings::from_value(serde_json::json!({
            "EVENTS_SERVICE_NAME": "town",
            "EVENT_BUS_PRODUCER": "memory",
            "EVENT_BUS_PRODUCER_CONFIG": routes,
        }))
        .unwrap()
    };
    let _alone = BUS.lock().unwrap();
    let with_route = settings(Some(BUS_REMOVED.event_type()));
    let send = || BUS_REMOVED.send_event(BusRemoved { number: 1 });
    let found = lines(|| {
        let _ = event_bus::install(&with_route).unwrap();
        let responses = send();
        assert!(responses.all_ok() && !responses.delivered());
    });
    let removed = |line: &&String| line.starts_with("WARN ") && line.contains("removed without `close`");
    assert_eq!(found.iter().filter(removed).count(), 1, "{found:?}");

    let found = lines(|| {
        let bus = event_bus::install(&with_route).unwrap();
        assert!(send().delivered());
        // Another bus takes its place, so nothing is taken away.
        let second = event_bus::install(&with_route).unwrap();
        drop(bus);
        assert!(send().delivered());
        second.close(Duration::from_secs(1)).unwrap();
        // Without routes, no event goes anywhere anyway.
        drop(event_bus::install(settings(None)).unwrap());
    });
    assert_eq!(found.iter().filter(removed).count(), 0, "{found:?}");
}

#[test]
fn events_lost_when_the_bus_is_dropped_are_logged_in_time() {
    let route = serde_json::json!({"stops": {"event_key_field": "number", "enabled": true}});
    let settings = Settings::from_value(serde_json::json!({
        "EVENTS_SERVICE_NAME": "town",
        "EVENT_BUS_PRODUCER": "redis",
        // Unreachable.
        "EVENT_BUS_REDIS_CONNECTION_URL": "redis://127.0.0.1:1",
        "EVENT_BUS_PRODUCER_DELIVERY": "background",
        "EVENT_BUS_PRODUCER_CONFIG": {BUS_MISSED.event_type(): route},
    }));
    let mut took = Duration::ZERO;
    let _alone = BUS.lock().unwrap();
    let lines = lines(|| {
        let guard = event_bus::install(settings.unwrap()).unwrap();
        assert!(BUS_MISSED.send_event(BusMissed { number: 4242 }).all_ok(), "the event is queued");
        let before = Instant::now();
        drop(guard);
        took = before.elapsed();
    });
    assert!(took >= Duration::from_secs(5) && took < Duration::from_secs(10), "{took:?}");
    let lost: Vec<_> = lines.iter().filter(|line| line.contains("lost: not delivered before")).collect();
    assert_eq!(lost.len(), 1, "{lines:?}");
    for part in
        ["ERROR ", r#"topic="stops""#, "message_id=", r#"event_type="com.example.learning.bus.missed.v1""#]
    {
        assert!(lost[0].contains(part), "`{part}` is not in `{}`", lost[0]);
    }
    assert!(!lines.concat().contains("4242"), "the log must not contain the event's data");
}
