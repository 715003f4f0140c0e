//! Consumers with dead letters: how they start, and the commands for their dead letters.

use std::time::Duration;

use openedx_events_tests::eventually;
use serde_json::Value;

use super::{Bus, letters_topic, texts};

const LONG: Duration = Duration::from_secs(30);

const BACKLOG: &str = r#"{"check_backlog": true}"#;

fn consume(bus: &Bus, count: &str) -> super::Ran {
    bus.run_group(&["consume-events"], &["--extra", BACKLOG, "--count", count])
}

#[test]
fn a_failed_message_becomes_a_dead_letter_that_can_be_replayed() {
    let Some(bus) = Bus::new(1) else { return };
    let bus = bus.with("EVENT_BUS_CONSUMER_MAX_ATTEMPTS", "2").with("WORKER_IS_BROKEN", "1");
    bus.post(&["fragile", "ok", "refuse"]);
    let ran = consume(&bus, "3");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("created the group's dead-letter topic"), "{}", ran.stderr);
    let letters = bus.run_group(&["dlq", "list"], &[]).json_lines();
    assert_eq!(
        texts(&letters, "id"),
        ["0-2", "0-0"].map(str::to_owned).into_iter().rev().collect::<Vec<_>>()
    );
    assert_eq!(
        (&letters[0]["attempts"], &letters[0]["error"]),
        (&2.into(), &"worker::deliver: the van does not start".into())
    );
    // The dead letter has everything that the entry had.
    let entry = &bus.server.records(&bus.topic)[0];
    let letter = &bus.server.records(&letters_topic(&bus))[0];
    assert_eq!((&letter.value, letter.header("dlq_topic").as_deref()), (&entry.value, Some(&*bus.topic)));
    assert!(letter.headers.starts_with(&entry.headers), "{:?}", letter.headers);
    let key = entry.key.as_ref().unwrap();
    assert!(letter.headers.iter().any(|(name, value)| name == "dlq_key" && value.as_ref() == Some(key)));
    assert_eq!(letter.header("dlq_timestamp"), Some(entry.timestamp.to_string()));
    let bus = bus.with("WORKER_IS_BROKEN", "");
    let shown: Value = serde_json::from_str(&bus.run_group(&["dlq", "show"], &["0-0"]).stdout).unwrap();
    assert_eq!(shown["message"]["data"]["parcel"]["task"], "fragile");
}

#[test]
fn a_group_without_a_legal_topic_for_dead_letters_is_refused_at_the_start() {
    let Some(mut bus) = Bus::new(1) else { return };
    bus.group = "my vans".to_owned();
    let ran = consume(&bus, "1");
    assert!(ran.code == 2 && ran.stderr.contains("cannot have dead letters"), "{} {}", ran.code, ran.stderr);
    bus.group = "vans".to_owned();
    bus.server.create_topic(&letters_topic(&bus).replace(".dlq.", "_dlq_"), 1);
    let ran = consume(&bus, "1");
    assert!(ran.code == 2 && ran.stderr.contains("only in `.` and `_`"), "{} {}", ran.code, ran.stderr);
}

#[test]
fn a_message_that_ends_the_process_is_pending() {
    let Some(bus) = Bus::new(1) else { return };
    bus.post(&["abort", "ok"]);
    assert!(consume(&bus, "2").code > 100);
    let pending = bus.run_group(&["pending"], &[]);
    let lines = pending.json_lines();
    assert_eq!(lines[0]["id"], "0-0", "{}", pending.stdout);
    assert!(lines[0]["consumer_name"].as_str().unwrap().starts_with("post."), "{}", pending.stdout);
    let listed: Vec<_> = bus.run_group(&["lag"], &[]).json_lines();
    assert_eq!(listed.len(), 1);
}

#[test]
fn members_say_which_partitions_they_read() {
    let Some(bus) = Bus::new(1) else { return };
    let start =
        |name| bus.start(&["consume-events", "-t", "parcels", "-g", &bus.group, "--consumer-name", name], "");
    let first = start("first");
    let reads = "reading partitions partitions=[0]";
    eventually("the member has the partition", LONG, || first.stderr().contains(reads));
    let second = start("second");
    let without = "the group has no partition for this member";
    eventually("one member has no partition", LONG, || {
        first.stderr().contains(without) || second.stderr().contains(without)
    });
    for member in [first, second] {
        member.signal("TERM");
        assert_eq!(member.end(LONG).code, 0);
    }
}
