//! `seek` and `pending`.

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::{Bus, texts};

fn committed(bus: &Bus) -> Vec<Option<i64>> {
    bus.server
        .committed(&bus.topic, &bus.group)
        .into_iter()
        .map(|one| one.map(|(offset, _)| offset))
        .collect()
}

#[test]
fn seek_moves_a_group_to_each_kind_of_place() {
    let Some(bus) = Bus::new(1) else { return };
    bus.post(&["one", "two"]);
    let seek = |arguments: &[&str]| bus.run_group(&["seek"], arguments);
    let refused = seek(&["--to", "start"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("has no group") && refused.stderr.contains("--create"),
        "{}",
        refused.stderr
    );
    let moved = seek(&["--to", "start", "--create"]);
    assert_eq!(
        moved.stdout,
        format!("group `{}` of `{}` is new, and begins with the oldest entry\n", bus.group, bus.topic)
    );
    for (arguments, offset) in [
        (&["--to", "0-0"][..], 1),
        (&["--to", "start"], 0),
        (&["--to", "end"], 2),
        (&["--since", "1h"], 0),
        (&["--to", "0-1"], 2),
        (&["--to-time", "2020-01-01T00:00:00Z"], 0),
        (&["--to-time", "2100-01-01T00:00:00Z"], 2),
    ] {
        let moved = seek(arguments);
        assert_eq!((moved.code, &*moved.stderr), (0, ""), "{arguments:?}");
        assert_eq!(committed(&bus), [Some(offset)], "{arguments:?}");
    }
    let beyond = seek(&["--to", "0-2"]);
    assert!(beyond.code == 2 && beyond.stderr.contains("has no entry `0-2`"), "{}", beyond.stderr);
    assert_eq!(committed(&bus), [Some(2)]);
}

#[test]
fn an_entry_is_a_time_in_the_other_partitions() {
    let Some(bus) = Bus::new(3) else { return };
    for _ in 0..6 {
        bus.post(&["one", "two"]);
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
    let ids = texts(&bus.done(&["tail", "-t", "parcels"]).json_lines(), "id");
    let moved = bus.run_group(&["seek"], &["--to", &ids[5], "--create"]);
    assert_eq!(moved.code, 0, "{}", moved.stderr);
    // It says where the group continues in the other partitions.
    let own: usize = ids[5].split('-').next().unwrap().parse().unwrap();
    let others = committed(&bus).into_iter().enumerate().filter(|(partition, _)| *partition != own);
    let others =
        others.map(|(partition, offset)| format!("partition {partition} at offset {}", offset.unwrap()));
    let others = others.collect::<Vec<_>>().join(", ");
    assert!(moved.stdout.ends_with(&format!("that are not older: {others}\n")), "{}", moved.stdout);
    let begun: i64 = committed(&bus).into_iter().flatten().sum();
    // Messages of the same millisecond may be read again.
    assert!((4..=6).contains(&begun), "{begun} of 12 are skipped");
}

#[test]
fn seek_names_the_members_of_a_group_that_is_alive() {
    let Some(bus) = Bus::new(1) else { return };
    bus.post(&["one"]);
    let mut config = bus.server.client();
    let member: BaseConsumer = config.set("group.id", &bus.group).set("client.id", "lorry").create().unwrap();
    member.subscribe(&[&bus.topic]).unwrap();
    openedx_events_tests::eventually("the member has joined", std::time::Duration::from_secs(20), || {
        member.poll(std::time::Duration::from_millis(100));
        bus.server.members(&bus.group) == 1 && member.assignment().unwrap().count() == 1
    });
    let ran = bus.run_group(&["seek"], &["--to", "end", "--create"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("has active members") && ran.stderr.contains("`lorry` on 127.0.0.1"),
        "{}",
        ran.stderr
    );
    // The group exists, because it has a member.
    assert_eq!(bus.run_group(&["pending"], &[]).stdout, "");
}

#[test]
fn a_topic_that_does_not_exist_is_not_created() {
    let Some(bus) = Bus::without_topic() else { return };
    let data = super::parcel(1, "one").to_string();
    let ran = bus.run(&["produce-event", "--topic", "parcels", "--signal", super::SENT, "--data", &data]);
    assert!(ran.code == 2 && ran.stderr.contains("Kafka has no topic"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("creating it"), "{}", ran.stderr);
    // A consumer says it once.
    let told = |stderr: &str| {
        stderr.matches("does not exist").count() + stderr.matches("Kafka has no topic").count()
    };
    let prefix = format!("unlike-any-other-{}", std::process::id());
    let bus = bus.with("EVENT_BUS_TOPIC_PREFIX", &*prefix);
    let group = bus.group.clone();
    let consume = || bus.run(&["consume-events", "-t", "quince", "-g", &group]);
    let ran = consume();
    assert!(ran.code == 2 && told(&ran.stderr) == 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("kafka-topics.sh") && !ran.stderr.contains("WARN"), "{}", ran.stderr);
    let ran = bus.run(&["seek", "-t", "quince", "-g", &group, "--to", "start", "--create"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("kafka-topics.sh") && ran.stderr.contains(&prefix), "{}", ran.stderr);
    // A similar name helps.
    bus.server.create_topic(&format!("{prefix}-quinces"), 1);
    let ran = consume();
    assert!(ran.code == 2 && told(&ran.stderr) == 1 && ran.stderr.contains("did you mean"), "{}", ran.stderr);
}

#[test]
fn the_offset_time_of_python_moves_the_group_and_ends() {
    let Some(bus) = Bus::new(2) else { return };
    bus.post(&["one", "two", "three"]);
    let reset = |time: &str| {
        bus.run_group(&["consume-events"], &["--extra", &format!(r#"{{"offset_time": "{time}"}}"#)])
    };
    let ran = reset("2100-01-01T00:00:00Z");
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    assert_eq!(committed(&bus).into_iter().flatten().sum::<i64>(), 3);
    assert_eq!(reset("2020-01-01T00:00:00+00:00").code, 0);
    assert_eq!(committed(&bus), [Some(0), Some(0)]);
    let naive = reset("2020-01-01T00:00:00");
    assert!(naive.code == 2 && naive.stderr.contains("no offset from UTC"), "{}", naive.stderr);
    assert!(bus.notes().is_empty());
}

/// All groups of a topic are asked for at once.
#[test]
fn the_lag_of_a_hundred_groups_is_that_of_each() {
    let Some(bus) = Bus::new(2) else { return };
    bus.post(&["one", "two", "three"]);
    let names: Vec<String> = (0..100).map(|number| format!("{}-{number:03}", bus.group)).collect();
    std::thread::scope(|scope| {
        for names in names.chunks(13) {
            scope.spawn(|| names.iter().for_each(|name| bus.server.begin_at_start(&bus.topic, name)));
        }
    });
    let all = bus.done(&["lag", "-t", "parcels"]).json_lines();
    let groups: Vec<&str> = all.iter().map(|line| line["group"].as_str().unwrap()).collect();
    let expected: Vec<&str> = names.iter().flat_map(|name| [&**name; 2]).collect();
    assert_eq!(groups, expected);
    for lines in all.chunks(2) {
        let count: i64 = lines.iter().map(|line| line["count"].as_i64().unwrap()).sum();
        assert_eq!(count, 3, "{lines:?}");
    }
    let one = bus.done(&["lag", "-t", "parcels", "-g", &names[7]]).json_lines();
    assert_eq!(one, all[14..16]);
}
