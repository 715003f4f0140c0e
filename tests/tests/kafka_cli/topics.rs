//! `tail`, `lag` and topics that do not exist.

use std::{thread, time::Duration};

use super::{Bus, RECIPIENT, letters_topic, texts};

#[test]
fn tail_reads_all_partitions_in_the_order_of_time() {
    let Some(bus) = Bus::new(3) else { return };
    for task in ["one", "two", "three", "four", "five", "six"] {
        bus.post(&[task]);
        thread::sleep(Duration::from_millis(2));
    }
    let all = bus.done(&["tail", "-t", "parcels"]);
    assert!(!all.stdout.contains(RECIPIENT), "{}", all.stdout);
    let all = all.json_lines();
    let task = |line: &serde_json::Value| line["data"]["parcel"]["task"].as_str().unwrap().to_owned();
    let tasks = |lines: &[serde_json::Value]| lines.iter().map(task).collect::<Vec<_>>();
    assert_eq!(tasks(&all), ["one", "two", "three", "four", "five", "six"]);
    let ids = texts(&all, "id");
    let from = bus.done(&["tail", "-t", "parcels", "--from", &ids[2], "--reveal"]);
    assert!(from.stdout.contains(RECIPIENT));
    assert_eq!(tasks(&from.json_lines()), ["four", "five", "six"]);
    assert_eq!(tasks(&bus.done(&["tail", "-t", "parcels", "--last", "2"]).json_lines()), ["five", "six"]);
    assert_eq!(tasks(&bus.done(&["tail", "-t", "parcels", "--count", "1"]).json_lines()), ["one"]);
    assert_eq!(bus.done(&["tail", "-t", "parcels", "--since", "1h"]).json_lines().len(), 6);
    for (id, part) in [
        ("0-900", "the next one in partition 0 gets the offset"),
        ("9-0", "it has 3 partitions"),
        ("1679676448892", "is not the id of a Kafka record"),
    ] {
        let ran = bus.run(&["tail", "-t", "parcels", "--from", id]);
        assert!(ran.code == 2 && ran.stderr.contains(part), "{}", ran.stderr);
    }
}

#[test]
fn tail_follows_new_entries() {
    let Some(bus) = Bus::new(2) else { return };
    bus.post(&["one"]);
    thread::scope(|scope| {
        let tail = scope.spawn(|| bus.done(&["tail", "-t", "parcels", "--follow", "--count", "3"]));
        thread::sleep(Duration::from_secs(1));
        bus.post(&["two"]);
        bus.post(&["three"]);
        assert_eq!(tail.join().unwrap().json_lines().len(), 3);
    });
}

#[test]
fn topics_and_groups_that_do_not_exist_are_named() {
    let Some(bus) = Bus::new(1) else { return };
    let ran = bus.run(&["tail", "-t", "parcel"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("does not exist") && ran.stderr.contains(&bus.topic), "{}", ran.stderr);
    for command in ["pending", "lag"] {
        let ran = bus.run_group(&[command], &[]);
        assert!(ran.code == 2 && ran.stderr.contains("has no group"), "{command}: {}", ran.stderr);
    }
    // The questions have created nothing.
    let topics = bus.server.partitions(&letters_topic(&bus));
    assert!(topics.is_empty(), "{topics:?}");
    assert_eq!(bus.run_group(&["dlq", "list"], &[]).code, 2);
}

#[test]
fn lag_counts_what_the_group_has_not_received() {
    let Some(bus) = Bus::new(2) else { return };
    bus.post(&["one", "two", "three"]);
    bus.server.commit(&bus.topic, &bus.group, |partition| {
        if partition == 0 { bus.server.watermarks(&bus.topic, 0).1 } else { 0 }
    });
    let expected = bus.server.watermarks(&bus.topic, 1).1;
    let ran = bus.run_group(&["lag"], &[]);
    let lines = ran.json_lines();
    let total: i64 =
        lines.iter().filter_map(|line| line["lag"].as_i64().or_else(|| line["count"].as_i64())).sum();
    assert_eq!(total, expected, "{}", ran.stdout);
}
