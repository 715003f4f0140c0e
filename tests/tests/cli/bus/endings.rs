//! How `consume-events` ends: exit codes, signals and timeouts.

use std::time::{Duration, Instant};

use super::{BACKLOG, Bus};

const CONSUME: [&str; 7] = ["consume-events", "-t", "parcels", "-g", "vans", "--extra", BACKLOG];

fn consume<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&CONSUME, more].concat()
}

#[test]
fn signals_end_an_idle_consumer_at_once() {
    let bus = Bus::new().with("EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT", "60");
    for signal in ["TERM", "INT"] {
        let consumer = bus.consume("parcels", "vans", &[]);
        // By now it is waiting for messages.
        std::thread::sleep(Duration::from_millis(500));
        let before = Instant::now();
        consumer.signal(signal);
        let ran = consumer.end();
        assert_eq!(ran.code, 0, "{signal}: {}", ran.stderr);
        assert!(before.elapsed() < Duration::from_secs(1), "{signal}: {:?}", before.elapsed());
        assert!(ran.stderr.contains("stopping after the current message"));
    }
}

#[test]
#[cfg(unix)]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let bus = Bus::new();
    let worker = ["-c", "trap '' HUP; exec \"$0\" \"$@\"", super::WORKER];
    let consumer = bus.start_as("sh", &[&worker[..], &consume(&[])].concat());
    consumer.until("consuming");
    consumer.signal("HUP");
    std::thread::sleep(Duration::from_millis(300));
    bus.post("parcels", &["ok"]);
    super::eventually("a message is handled", || !bus.notes().is_empty());
    let ran = consumer.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("stopping after the current message").count(), 1, "{}", ran.stderr);
}

#[test]
fn the_running_message_is_finished() {
    let bus = Bus::new();
    bus.post("parcels", &["slow 1000", "ok"]);
    let consumer = bus.start(&consume(&[]));
    super::eventually("the message has started", || bus.notes() == ["begin 1"]);
    let ran = consumer.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(bus.notes(), ["begin 1", "end 1", "count 1"]);
    // A stop does not count as an attempt.
    for entry in bus.pending("parcels", "vans") {
        assert_eq!(entry["attempts"], 0, "{entry}");
    }
    bus.done(&consume(&["--count", "1"]));
    assert_eq!(bus.notes()[3..], ["begin 2", "end 2", "count 2"]);
}

#[test]
fn consumers_are_disabled() {
    let bus = Bus::new().with("EVENT_BUS_REDIS_CONSUMERS_ENABLED", "false");
    bus.post("parcels", &["ok"]);
    let ran = bus.done(&consume(&[]));
    assert!(
        ran.stderr.contains("consumers are disabled in the settings (CONSUMERS_ENABLED is false)"),
        "{}",
        ran.stderr
    );
    assert!(bus.notes().is_empty());
}

#[test]
fn a_receiver_that_exceeds_its_timeout() {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT", "0.3");
    let ids = bus.post("parcels", &["slow 60000", "ok"]);
    let ran = bus.run(&consume(&[]));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let error = ran.stderr.lines().last().unwrap();
    let start = format!(
        "error: receiver `worker::deliver` took longer than 300ms for entry {}, which stays pending",
        ids[0]
    );
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

/// An unreachable server is an error of each poll.
#[test]
fn an_unreachable_server() {
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
fn on_error_stop() {
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
    assert!(!bus.notes().contains(&"begin 3".to_owned()), "no message overtakes it");
}

#[test]
fn on_error_ack() {
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
fn the_running_message_exceeds_the_stop_timeout() {
    let bus = Bus::new();
    let ids = bus.post("parcels", &["slow 60000"]);
    let consumer = bus.start(&consume(&["--stop-timeout", "0.3"]));
    super::eventually("the message has started", || bus.notes() == ["begin 1"]);
    let ran = consumer.stop();
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    let error = ran.stderr.lines().last().unwrap();
    assert!(error.starts_with("error: stopped, but a receiver did not finish within 300ms"), "{error}");
    assert_eq!(bus.pending("parcels", "vans")[0]["id"], ids[0].as_str());
}

#[test]
fn a_second_signal_ends_the_consumer_at_once() {
    let bus = Bus::new();
    bus.post("parcels", &["slow 60000"]);
    let consumer = bus.start(&consume(&[]));
    super::eventually("the message has started", || bus.notes() == ["begin 1"]);
    consumer.signal("TERM");
    consumer.until("stopping after");
    consumer.signal("INT");
    let ran = consumer.end();
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert_eq!(bus.pending("parcels", "vans").len(), 1, "the message stays pending");
}

/// Ending a wait needs a command to the server for each topic.
#[test]
fn a_second_signal_does_not_wait_for_a_paused_server() {
    let topics = (0..5).map(|number| (format!("parcels-{number}"), serde_json::json!({"group_id": "vans"})));
    let config: serde_json::Map<_, _> = topics.collect();
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_CONFIG", serde_json::Value::from(config).to_string());
    let consumer = bus.start(&["consume-events"]);
    super::eventually("all consumers are waiting", || consumer.stderr().matches("consuming").count() == 5);
    std::thread::sleep(Duration::from_millis(500));
    bus.server.pause();
    consumer.signal("TERM");
    consumer.until("stopping after");
    let before = Instant::now();
    consumer.signal("TERM");
    let ran = consumer.end();
    bus.server.resume();
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert!(before.elapsed() < Duration::from_millis(800), "{:?}", before.elapsed());
}

/// A timeout beyond the range of the clock.
#[test]
fn an_unlimited_stop_timeout() {
    let bus = Bus::new();
    bus.post("parcels", &["slow 300"]);
    let consumer = bus.start(&consume(&["--stop-timeout", "1e19"]));
    super::eventually("the message has started", || bus.notes() == ["begin 1"]);
    let ran = consumer.stop();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(bus.notes(), ["begin 1", "end 1", "count 1"]);
}

/// If one consumer ends with an error, the others stop.
#[test]
fn an_error_in_one_topic_ends_all() {
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
