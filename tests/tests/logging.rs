//! What is logged of a failure: enough to find the receiver, and nothing of the event.

use std::{
    error::Error,
    fmt::{self, Write as _},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant, SystemTime},
};

use openedx_events::{
    event_bus::{
        self, Entry, EntryId, EventBus, MemoryBus, Message, Producer, RedisBus, RedisOptions, Settings,
        Subscription, settings::Delivery,
    },
    prelude::*,
};
use openedx_events_tests::number_events;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::with_default,
};

number_events! {
    FanStarted "com.example.learning.fan.started.v1"
    SongPlayed "com.example.learning.song.played.v1"
    BusMissed "com.example.learning.bus.missed.v1"
}

/// Keeps the events as text, one line each.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>, Option<Arc<dyn Fn() + Send + Sync>>);

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn event(&self, event: &Event<'_>) {
        struct Text(String);

        impl Visit for Text {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                let _ = write!(self.0, " {}={value:?}", field.name());
            }
        }

        let mut text = Text(event.metadata().level().to_string());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
        self.1.iter().for_each(|also| also());
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// The lines that `work` logs on this thread.
fn lines(work: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    with_default(lines.clone(), work);
    lines.0.lock().unwrap().clone()
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
fn a_failure_is_one_line_with_the_receiver_and_the_chain_of_errors() {
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
    assert!(!lines[0].contains("4242"), "the event's data is not logged");
}

#[test]
fn success_is_silent() {
    let lines = lines(|| assert!(FAN_STARTED.send_event(FanStarted { number: 1 }).all_ok()));
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn a_failure_that_is_returned_is_not_logged() {
    let lines = lines(|| drop(FAN_STARTED.try_send_event(FanStarted { number: -1 }).unwrap_err()));
    assert!(lines.is_empty(), "{lines:?}");
}

/// An error that a program cannot print.
#[derive(Debug)]
struct Unprintable;

impl fmt::Display for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words for it");
    }
}

impl Error for Unprintable {}

#[test]
fn an_error_that_panics_when_printed_stops_nobody() {
    let _connections =
        [SONG_PLAYED.connect(|_, _| Err(Unprintable)), SONG_PLAYED.connect(|_, _| Ok::<_, Unprintable>(()))];
    let lines = lines(|| {
        let responses = SONG_PLAYED.send_event(SongPlayed { number: 1 });
        assert_eq!((responses.len(), responses.failures().count()), (2, 1));
    });
    assert_eq!(lines.len(), 1);
}

/// Does `also` at each line that `work` logs, and returns how many there were. Fails if that does not end.
fn lines_with(also: impl Fn() + Send + Sync + 'static, work: impl FnOnce() + Send + 'static) -> usize {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let lines = Lines(Arc::default(), Some(Arc::new(also)));
        with_default(lines.clone(), work);
        done.send(lines.0.lock().unwrap().len())
    });
    ended.recv_timeout(Duration::from_secs(20)).expect("a lock is held while a line is logged")
}

/// Whoever collects the lines may ask the bus for something itself.
#[test]
fn no_lock_of_the_event_bus_is_held_while_a_line_is_logged() {
    let nobody = RedisBus::new(RedisOptions::tcp("127.0.0.1", 1)).unwrap();
    let limit = Duration::from_secs(5);
    let producer = Producer::of(&nobody, None, Delivery::Background, limit).unwrap();
    let theirs = producer.clone();
    let lines = lines_with(
        move || drop(theirs.flush(Duration::ZERO)),
        move || {
            let metadata = FAN_STARTED.generate_signal_metadata();
            producer.send("fans", None, &metadata, b"").unwrap();
            producer.flush(Duration::ZERO).expect_err("nobody is there");
        },
    );
    assert_eq!(lines, 1);

    let bus = MemoryBus::new();
    let theirs = bus.clone();
    let lines = lines_with(
        move || assert!(theirs.len("fans.dlq.menders") <= 1),
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
    assert_eq!(lines, 2, "the group is new, and the first dead letter is dropped for the second");
}

#[test]
fn what_is_lost_when_the_bus_is_taken_away_is_named_in_time() {
    let route = serde_json::json!({"stops": {"event_key_field": "number", "enabled": true}});
    let settings = Settings::from_value(serde_json::json!({
        "EVENTS_SERVICE_NAME": "town",
        "EVENT_BUS_PRODUCER": "redis",
        // Nobody listens there.
        "EVENT_BUS_REDIS_CONNECTION_URL": "redis://127.0.0.1:1",
        "EVENT_BUS_PRODUCER_DELIVERY": "background",
        "EVENT_BUS_PRODUCER_CONFIG": {BUS_MISSED.event_type(): route},
    }));
    let mut took = Duration::ZERO;
    let lines = lines(|| {
        let guard = event_bus::install(settings.unwrap()).unwrap();
        assert!(BUS_MISSED.send_event(BusMissed { number: 4242 }).all_ok(), "it waits");
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
    assert!(!lines.concat().contains("4242"), "the event's data is not logged");
}
