//! How `consume-events` ends: exit codes, signals, deadlines.

use std::time::{Duration, Instant};

use super::{BACKLOG, Bus};

const CONSUME: [&str; 7] = ["consume-events", "-t", "parcels", "-g", "vans", "--extra", BACKLOG];

fn consume<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&CONSUME, more].concat()
}

#[test]
fn signals_end_it_at_once_when_it_is_idle() {
    let bus = Bus::new().with("EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT", "60");
    for signal in ["TERM", "INT"] {
        let consumer = bus.consume("parcels", "vans", &[]);
        // It is waiting for messages by then.
        std::thread::sleep(Duration::from_millis(500));
        let before = Instant::now();
        consumer.signal(signal);
        let ran = consumer.end();
        assert_eq!(ran.code, 0, "{signal}: {}", ran.stderr);
        assert!(before.elapsed() < Duration::from_secs(1), "{signal}: {:?}", before.elapsed());
        assert!(ran.stderr.contains("told to stop: the message in hand is finished first"));
    }
}

#[test]
fn the_message_in_hand_is_finished() {
    let bus = Bus::new();
    bus.post("parcels", &["slow 1000", "ok"]);
    let consumer = bus.start(&consume(&[]));
    super::eventually("it has begun", || bus.notes() == ["begin 1"]);
    let ran = consumer.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(bus.notes(), ["begin 1", "end 1", "count 1"]);
    // A stop is no attempt: the other is the next one's first.
    for entry in bus.pending("parcels", "vans") {
        assert_eq!(entry["attempts"], 0, "{entry}");
    }
    bus.done(&consume(&["--count", "1"]));
    assert_eq!(bus.notes()[3..], ["begin 2", "end 2", "count 2"]);
}

#[test]
fn consumers_are_not_enabled() {
    let bus = Bus::new().with("EVENT_BUS_REDIS_CONSUMERS_ENABLED", "false");
    bus.post("parcels", &["ok"]);
    let ran = bus.done(&consume(&[]));
    assert!(
        ran.stderr.contains("consumers are not enabled (EVENT_BUS_REDIS_CONSUMERS_ENABLED)"),
        "{}",
        ran.stderr
    );
    assert!(bus.notes().is_empty());
}

#[test]
fn a_receiver_past_its_deadline() {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT", "0.3");
    let ids = bus.post("parcels", &["slow 60000", "ok"]);
    let ran = bus.run(&consume(&[]));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let error = ran.stderr.lines().last().unwrap();
    let start = format!("error: receiver `worker::deliver` has had entry {} for more than 300ms", ids[0]);
    assert!(error.starts_with(&start), "{error}");
    let pending = bus.pending("parcels", "vans");
    assert_eq!(pending[0]["id"], ids[0].as_str());
    assert_eq!(pending[0]["attempts"], 1);
}

#[test]
fn too_many_errors_in_a_row() {
    let bus = Bus::new().with("EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT", "3");
    bus.post("parcels", &["fail", "ok"]);
    let ran = bus.run(&consume(&[]));
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let error = ran.stderr.lines().last().unwrap();
    assert_eq!(error, "error: 3 errors in a row, the last: worker::deliver: there is no such street");
    assert!(!bus.pending("parcels", "vans").is_empty());
}

/// A server that is away from the start is an error of each poll.
#[test]
fn a_server_that_is_away() {
    let mut bus = Bus::new().with("EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT", "2");
    bus.server.kill();
    let ran = bus.run(&consume(&[]));
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(
        ran.stderr.lines().last().unwrap().starts_with("error: 2 errors in a row, the last: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn stopped_on_an_error() {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "2");
    let ids = bus.post("parcels", &["ok", "fail", "ok"]);
    let ran = bus.run(&consume(&["--on-error", "stop"]));
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    let error = ran.stderr.lines().last().unwrap();
    let expected =
        format!("error: entry {} failed and stays pending: worker::deliver: there is no such street", ids[1]);
    assert_eq!(error, expected);
    let pending = bus.pending("parcels", "vans");
    assert!(pending.iter().any(|entry| entry["id"] == ids[1].as_str()), "{pending:?}");
    assert!(bus.dead_letters("parcels", "vans").is_empty());
    assert!(!bus.notes().contains(&"begin 3".to_owned()), "nothing overtakes it");
}

#[test]
fn given_up_as_python_does_it() {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "1");
    bus.post("parcels", &["fail", "ok"]);
    let ran = bus.done(&consume(&["--on_error", "ack", "--count", "2"]));
    assert!(
        ran.stderr.contains("1 handled, 1 failed attempts, 0 dead-lettered, 1 given up"),
        "{}",
        ran.stderr
    );
    assert!(bus.pending("parcels", "vans").is_empty() && bus.dead_letters("parcels", "vans").is_empty());
}

#[test]
fn the_message_in_hand_takes_too_long_to_stop() {
    let bus = Bus::new();
    let ids = bus.post("parcels", &["slow 60000"]);
    let consumer = bus.start(&consume(&["--stop-timeout", "0.3"]));
    super::eventually("it has begun", || bus.notes() == ["begin 1"]);
    let ran = consumer.stop();
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    let error = ran.stderr.lines().last().unwrap();
    assert!(
        error.starts_with("error: told to stop, but the message in hand was not finished within 300ms"),
        "{error}"
    );
    assert_eq!(bus.pending("parcels", "vans")[0]["id"], ids[0].as_str());
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let bus = Bus::new();
    bus.post("parcels", &["slow 60000"]);
    let consumer = bus.start(&consume(&[]));
    super::eventually("it has begun", || bus.notes() == ["begin 1"]);
    consumer.signal("TERM");
    consumer.until("told to stop");
    consumer.signal("INT");
    let ran = consumer.end();
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert_eq!(bus.pending("parcels", "vans").len(), 1, "it stays pending");
}

/// To end a wait for messages is to ask the server, once for each topic.
#[test]
fn a_second_signal_does_not_wait_for_a_server_that_stands_still() {
    let topics = (0..5).map(|number| (format!("parcels-{number}"), serde_json::json!({"group_id": "vans"})));
    let config: serde_json::Map<_, _> = topics.collect();
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_CONFIG", serde_json::Value::from(config).to_string());
    let consumer = bus.start(&["consume-events"]);
    super::eventually("all are waiting", || consumer.stderr().matches("consuming").count() == 5);
    std::thread::sleep(Duration::from_millis(500));
    bus.server.pause();
    consumer.signal("TERM");
    consumer.until("told to stop");
    let before = Instant::now();
    consumer.signal("TERM");
    let ran = consumer.end();
    bus.server.resume();
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert!(before.elapsed() < Duration::from_millis(800), "{:?}", before.elapsed());
}

/// Nobody waits that long, and no clock goes that far.
#[test]
fn the_message_in_hand_may_take_for_ever() {
    let bus = Bus::new();
    bus.post("parcels", &["slow 300"]);
    let consumer = bus.start(&consume(&["--stop-timeout", "1e19"]));
    super::eventually("it has begun", || bus.notes() == ["begin 1"]);
    let ran = consumer.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(bus.notes(), ["begin 1", "end 1", "count 1"]);
}

/// One that cannot go on ends the others.
#[test]
fn of_several_topics_the_first_error_ends_all() {
    let entry = serde_json::json!({"group_id": "vans", "extra": {"check_backlog": true}});
    let config = serde_json::json!({"north": entry, "parcels": entry});
    let bus = Bus::new()
        .with("EVENT_BUS_CONSUMER_CONFIG", config.to_string())
        .with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "1");
    bus.post("parcels", &["fail"]);
    let ran = bus.run(&["consume-events", "--on-error", "stop"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("consumer ended: ").count(), 2, "{}", ran.stderr);
}
