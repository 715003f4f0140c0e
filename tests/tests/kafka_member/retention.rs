//! Kafka deletes old data: records that a group has not read, and the positions of groups.

use openedx_events::event_bus::Start;
use openedx_events_tests::eventually;

use crate::support::{LONG, World, poll, receive, soon};

/// Returns a world whose topic has these properties and a few records, the first of which a member has received.
fn world(topic: &str, properties: &[(&str, &str)]) -> Option<World> {
    let world = World::new(&format!("{topic}-other"), 1)?;
    world.kafka.create_topic_with(topic, 1, properties);
    let world = World { topic: topic.to_owned(), ..world };
    world.write(1..=10);
    Some(world)
}

#[test]
fn records_that_are_almost_too_old_are_a_risk() {
    for (topic, retention, is_risky) in [("risk-time", "1000", true), ("risk-long", "3600000", false)] {
        let Some(world) = world(topic, &[("retention.ms", retention)]) else { return };
        let consumer = &mut *world.consumer("a");
        receive(consumer, 1);
        if !is_risky {
            assert_eq!(consumer.at_risk().unwrap(), None);
            continue;
        }
        let mut risk = None;
        eventually("the records are old", LONG, || {
            risk = consumer.at_risk().unwrap();
            risk.is_some()
        });
        let risk = risk.unwrap();
        assert!(risk.contains("10 entries of topic `risk-time`"), "{risk}");
        assert!(risk.contains("keeps them for 1 seconds (`retention.ms`); raise it"), "{risk}");
    }
}

#[test]
fn a_group_far_behind_in_a_full_partition_is_at_risk() {
    let limit = ("retention.bytes", "1000");
    let Some(world) = world("risk-bytes", &[("retention.ms", "-1"), limit]) else { return };
    let consumer = &mut *world.consumer("a");
    let entries = receive(consumer, 4);
    assert_eq!(consumer.at_risk().unwrap(), None, "Kafka has deleted nothing yet");
    world.kafka.delete_records(&world.topic, 0, 1);
    let risk = consumer.at_risk().unwrap().expect("a warning");
    assert!(risk.contains("9 entries") && risk.contains("1000 bytes of each partition"), "{risk}");
    let done: Vec<_> = entries.iter().map(|entry| entry.id.clone()).collect();
    poll(consumer, &done, 0, LONG);
    assert_eq!(consumer.at_risk().unwrap(), None, "the group has read enough");
}

#[test]
fn a_lost_position_of_a_group_is_reported() {
    let Some(world) = World::new("forgotten", 1) else { return };
    let mut subscription = world.backlog("a");
    subscription.stores_dead_letters = true;
    world.write([1]);
    for (start, is_first, says) in [
        (Start::New, true, None),
        (Start::New, false, Some("it misses an unknown number of messages")),
        (Start::Backlog, false, Some("handled")),
    ] {
        if !is_first {
            eventually("the group is empty", LONG, || world.kafka.members(&world.group) == 0);
            world.kafka.delete_group(&world.group);
        }
        subscription.start = start;
        let mut consumer = world.consumer_of(&subscription);
        let mut notes = Vec::new();
        eventually("the group is there", LONG, || {
            notes.extend(consumer.poll(&[], 1, LONG / 100).unwrap().notes);
            world.kafka.members(&world.group) == 1
        });
        match says {
            None => assert_eq!(notes, [""; 0]),
            Some(says) => {
                assert!(notes[0].contains("Kafka has forgotten the position"), "{notes:?}");
                assert!(notes[0].contains(says), "{notes:?}");
            }
        }
        consumer.close(soon()).unwrap();
    }
}
