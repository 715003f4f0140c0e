//! The audit lines of messages: ids without data.

use openedx_events::DateTime;

use super::{BACKLOG, Bus, ONLOOKER, SENT};

const CONSUME: [&str; 9] =
    ["consume-events", "-t", "parcels", "-g", "vans", "--extra", BACKLOG, "--count", "1"];

#[test]
fn each_message_has_two_lines_with_ids_only() {
    let bus = Bus::new();
    let ids = bus.post("parcels", &["ok"]);
    let entry = &bus.done(&["tail", "-t", "parcels"]).json_lines()[0];
    let message_id = entry["metadata"]["id"].as_str().unwrap();
    // When the event was sent.
    let time: DateTime = entry["metadata"]["time"].as_str().unwrap().parse().unwrap();
    let millis = time.unix_micros().unwrap() / 1000;
    let fields = format!(
        "topic=\"dev-parcels\" message_id={message_id} event_type=\"{SENT}\" entry_id={id} event_timestamp_ms={millis}",
        id = ids[0]
    );
    let stderr = bus.done(&CONSUME).stderr;
    for what in ["Message received from the event bus", "Message from the event bus processed successfully"] {
        let lines: Vec<_> = stderr.lines().filter(|line| line.contains(what)).collect();
        let [line] = lines[..] else { panic!("{stderr}") };
        assert!(line.ends_with(&format!("{what} {fields}")), "{line}\n{fields}");
        assert!(line.contains(" INFO "), "{line}");
        assert!(line.contains("group=\"vans\" consumer_name=\"post."), "{line}");
        assert!(!line.contains('\x1b'), "colour codes are for terminals: {line}");
    }
}

#[test]
fn a_failed_message_is_not_logged_as_successful() {
    let bus = Bus::new().with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "2");
    bus.post("parcels", &["fail"]);
    let stderr = bus.done(&CONSUME).stderr;
    assert_eq!(stderr.matches("Message received from the event bus").count(), 1, "{stderr}");
    assert!(!stderr.contains("processed successfully"), "{stderr}");
    assert_eq!(stderr.matches("receiver failed").count(), 2, "{stderr}");
}

#[test]
fn audit_lines_can_be_disabled() {
    let bus = Bus::new().with("EVENT_BUS_REDIS_AUDIT_LOGGING_ENABLED", "false");
    bus.post("parcels", &["ok"]);
    let stderr = bus.done(&CONSUME).stderr;
    assert!(!stderr.contains("from the event bus"), "{stderr}");
}

/// A program keeps its own subscriber.
#[test]
fn audit_lines_go_to_an_existing_log() {
    let bus = Bus::new().with("EVENT_BUS_REDIS_CONSUMERS_ENABLED", "false").with("OWN_LOG", "1");
    let ran = bus.run_as(ONLOOKER, &["consume-events", "-t", "parcels", "-g", "vans"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("consumers are disabled"), "{}", ran.stdout);
}
