//! `dlq`: listing, showing, replaying and dropping dead letters.

use openedx_events_tests::kafka_server::Record;
use serde_json::Value;

use super::{Bus, RECIPIENT, letters_topic, parcel, texts};

/// Adds a dead letter of each entry, for these receivers.
fn add(bus: &Bus, receivers: &str) {
    let letters = letters_topic(bus);
    bus.server.commit(&bus.topic, &bus.group, |_| 0);
    bus.server.create_topic_with(&letters, 1, &[("cleanup.policy", "compact,delete")]);
    let entries = bus.server.records(&bus.topic);
    let letter = |entry: Record| {
        let id = format!("{}-{}", entry.partition.unwrap(), entry.offset);
        let mut headers = entry.headers;
        for (name, value) in [
            ("dlq_entry_id", &*id),
            ("dlq_error", "the van does not start"),
            ("dlq_receivers", receivers),
            ("dlq_attempts", "2"),
            ("dlq_consumer", "post.van"),
            ("dlq_topic", &bus.topic),
        ] {
            headers.push((name.to_owned(), Some(value.as_bytes().to_vec())));
        }
        Record { key: Some(id.clone().into_bytes()), headers, partition: None, ..entry }
    };
    bus.server.write(&letters, &entries.into_iter().map(letter).collect::<Vec<_>>());
}

fn dlq(bus: &Bus, action: &str, more: &[&str]) -> super::Ran {
    bus.run_group(&["dlq", action], more)
}

fn listed(bus: &Bus) -> Vec<Value> {
    let ran = dlq(bus, "list", &[]);
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    assert!(!ran.stdout.contains(RECIPIENT));
    ran.json_lines()
}

#[test]
fn dead_letters_are_listed_shown_and_dropped() {
    let Some(bus) = Bus::new(1) else { return };
    bus.post(&["one", "two", "three"]);
    add(&bus, "worker::deliver");
    let letters = listed(&bus);
    assert_eq!(texts(&letters, "id"), ["0-0", "0-1", "0-2"]);
    assert_eq!(texts(&letters, "entry_id"), ["0-0", "0-1", "0-2"]);
    assert_eq!(letters[1]["error"], "the van does not start");
    let shown = dlq(&bus, "show", &["0-1", "--reveal"]);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["message"]["data"], parcel(2, "two"));
    assert!(!shown["message"].to_string().contains("dlq_"), "{shown}");
    let dropped = dlq(&bus, "drop", &["0-1", "0-7"]);
    assert_eq!(
        (dropped.code, &*dropped.stdout),
        (1, "1 of 2 dropped; no dead letter has the id `0-7`\n"),
        "{}",
        dropped.stderr
    );
    assert_eq!(texts(&listed(&bus), "id"), ["0-0", "0-2"]);
    let dropped = dlq(&bus, "drop", &["--all"]);
    assert_eq!((dropped.code, &*dropped.stdout), (0, "2 of 2 dropped\n"));
    assert!(listed(&bus).is_empty());
}

#[test]
fn a_replay_runs_the_failed_receivers_and_removes_the_dead_letter() {
    let Some(bus) = Bus::new(1) else { return };
    bus.post(&["fragile", "refuse", "ok"]);
    add(&bus, "worker::deliver\nparcels.count");
    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let lines = ran.json_lines();
    assert_eq!(lines.iter().map(|line| line["handled"].clone()).collect::<Vec<_>>(), [true, false, true]);
    // The receiver that succeeded does not run again, and the dead letter keeps its id.
    let letters = listed(&bus);
    assert_eq!(texts(&letters, "id"), ["0-1"]);
    assert_eq!(
        (&letters[0]["receivers"][0], &letters[0]["attempts"]),
        (&"worker::deliver".into(), &3.into())
    );
    assert_eq!(letters[0]["receivers"].as_array().unwrap().len(), 1);
    let counted = bus.notes().iter().filter(|note| note.starts_with("count")).count();
    dlq(&bus, "replay", &["0-1"]);
    assert_eq!(bus.notes().iter().filter(|note| note.starts_with("count")).count(), counted);
    let records = bus.server.records(&letters_topic(&bus)).into_iter();
    let record = records.rev().find(|record| record.key.as_deref() == Some(b"0-1"));
    assert_eq!(record.unwrap().header("dlq_topic").as_deref(), Some(&*bus.topic));
}

#[test]
fn a_dead_letter_whose_replay_ended_the_process_is_skipped_next_time() {
    let Some(bus) = Bus::new(1) else { return };
    bus.post(&["abort", "ok"]);
    add(&bus, "worker::deliver");
    assert!(dlq(&bus, "replay", &["--all"]).code > 100);
    let ran = dlq(&bus, "replay", &["--all"]);
    assert_eq!(ran.code, 1);
    let lines = ran.json_lines();
    assert!(
        lines[0]["error"].as_str().unwrap().contains("skipped") && lines[1]["handled"] == true,
        "{}",
        ran.stdout
    );
    assert_eq!(texts(&listed(&bus), "id"), ["0-0"]);
    assert_eq!(dlq(&bus, "drop", &["0-0"]).code, 0);
}
