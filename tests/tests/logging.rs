//! What is logged of a failure: enough to find the receiver, and nothing of the event.

use std::{
    error::Error,
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use openedx_events::prelude::*;
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
}

/// Keeps the events as text, one line each.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

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
        r#"receiver="fails""#,
        r#"module="logging""#,
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
