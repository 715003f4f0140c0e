//! Topics change, and records disappear before they are handled.

use serde_json::json;

use super::{
    ledger::{Ledger, report},
    scenario::{Scenario, eventually},
};

#[test]
fn items_in_added_partitions_are_handled() {
    let Some(mut scenario) = Scenario::new() else { return };
    // Clients look for new partitions after this time.
    scenario.settings["EVENT_BUS_KAFKA_CLIENT_CONFIG"] = json!({
        "topic.metadata.refresh.interval.ms": "500",
        "session.timeout.ms": "1500",
        "heartbeat.interval.ms": "300",
    });
    let mut producer = scenario.producer(&json!({"pause_micros": 500}));
    let mut consumers = ["ann", "bob"].map(|name| scenario.consumer(name, &json!({})));
    eventually("the members handle items", || consumers.iter().all(|consumer| consumer.lines() > 20));
    scenario.kafka().add_partitions(&scenario.topic, 12);
    eventually("the new partitions are used", || {
        (6..12).any(|partition| scenario.kafka().watermarks(&scenario.topic, partition).1 > 0)
    });
    eventually("there are enough items", || producer.lines() > 400);
    assert!(producer.stop().success(), "{}", producer.log());
    scenario.until_done();
    for consumer in &mut consumers {
        assert!(consumer.stop().success(), "{}", consumer.log());
    }
    let ledger = Ledger::of(&scenario);
    report("added partitions", &ledger.summary());
    ledger.check(300);
    assert_eq!((ledger.lost_unread, ledger.lost_uncounted), (0, 0), "{:#?}", ledger.log);
}

/// The records that retention deleted before the group read them are reported with their number.
#[test]
fn records_deleted_before_they_were_read_are_reported() {
    let Some(scenario) = Scenario::new() else { return };
    scenario.produce(&json!({"count": 300}));
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    scenario.produce(&json!({"count": 600}));
    let mut deleted = 0;
    let committed = scenario.kafka().committed(&scenario.topic, &scenario.group);
    for (partition, committed) in (0..6).zip(committed) {
        let (committed, end) =
            (committed.unwrap().0, scenario.kafka().watermarks(&scenario.topic, partition).1);
        let before = committed + (end - committed) / 3;
        scenario.kafka().delete_records(&scenario.topic, partition, before);
        deleted += before - committed;
    }
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("retention", &ledger.summary());
    assert!(deleted > 100);
    assert_eq!(i64::try_from(ledger.lost_unread).unwrap(), deleted, "{:#?}", ledger.log);
    assert_eq!(i64::try_from(ledger.missing().len()).unwrap(), deleted, "{}", ledger.summary());
}

/// In a topic that was deleted and created again, records begin with offset 0, which is before the group's commits.
#[test]
fn a_topic_made_again_is_read_from_its_start() {
    let Some(scenario) = Scenario::new() else { return };
    scenario.produce(&json!({"count": 300}));
    let mut consumer = scenario.consumer("ann", &json!({}));
    scenario.until_done();
    scenario.kafka().delete_topic(&scenario.topic);
    eventually("the topic is gone", || scenario.kafka().partitions(&scenario.topic).is_empty());
    scenario.kafka().create_topic(&scenario.topic, 6);
    scenario.produce(&json!({"count": 200}));
    eventually("the new items are handled", || Ledger::of(&scenario).missing().is_empty());
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("topic made again", &ledger.summary());
    ledger.check(500);
}
