//! Errors that librdkafka's mock cluster injects.

use rdkafka::{
    mocking::{MockCluster, MockCoordinator},
    types::{RDKafkaApiKey, RDKafkaRespErr},
};
use serde_json::json;

use super::{
    ledger::{Ledger, report},
    scenario::{Scenario, eventually, wait},
};

/// The coordinator of the group answers with each error that it can return, and moves to another broker.
#[test]
fn errors_of_the_coordinator_lose_nothing() {
    use RDKafkaRespErr::{
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS as LOADING,
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE as NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION as ILLEGAL_GENERATION,
        RD_KAFKA_RESP_ERR_NOT_COORDINATOR as NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS as REBALANCING,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT as TIMED_OUT,
        RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID as UNKNOWN_MEMBER,
    };
    let cluster = MockCluster::new(3).unwrap();
    let mut scenario = Scenario::mock(cluster.bootstrap_servers());
    // The mock waits three seconds before it lets the first member in.
    scenario.settings["EVENT_BUS_KAFKA_CLIENT_CONFIG"] =
        json!({"session.timeout.ms": "6000", "heartbeat.interval.ms": "300"});
    cluster.create_topic(&scenario.topic, 6, 3).unwrap();
    cluster.create_topic(&format!("{}.dlq.{}", scenario.topic, scenario.group), 1, 3).unwrap();
    // The mock hands out one batch of a partition at a time, and drops unread records above 5 MB: a faster producer would leave the
    // consumer behind.
    let mut producer = scenario.producer(&json!({"pause_micros": 4000}));
    let mut consumer = scenario.consumer("ann", &json!({}));
    eventually("items are handled", || consumer.lines() > 50);
    for (request, errors) in [
        (RDKafkaApiKey::OffsetCommit, vec![NOT_COORDINATOR, LOADING, NOT_AVAILABLE]),
        (RDKafkaApiKey::OffsetCommit, vec![REBALANCING, ILLEGAL_GENERATION, UNKNOWN_MEMBER]),
        (RDKafkaApiKey::Heartbeat, vec![NOT_COORDINATOR, NOT_AVAILABLE, REBALANCING]),
        (RDKafkaApiKey::Heartbeat, vec![ILLEGAL_GENERATION, UNKNOWN_MEMBER]),
        (RDKafkaApiKey::OffsetFetch, vec![LOADING, NOT_COORDINATOR]),
        (RDKafkaApiKey::JoinGroup, vec![LOADING, NOT_COORDINATOR, UNKNOWN_MEMBER]),
        (RDKafkaApiKey::Produce, vec![TIMED_OUT, RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION]),
    ] {
        cluster.request_errors(request, &errors);
        let before = consumer.lines();
        eventually("items are handled again", || {
            assert_eq!(consumer.has_ended(), None, "{errors:?}: {}", consumer.log());
            consumer.lines() > before + 50
        });
    }
    for broker in [1, 2, 3] {
        cluster.coordinator(MockCoordinator::Group(scenario.group.clone()), broker).unwrap();
        cluster.partition_leader(&scenario.topic, broker - 1, Some(broker)).unwrap();
        let before = consumer.lines();
        eventually("items are handled again", || consumer.lines() > before + 50);
    }
    for broker in [1, 2, 3] {
        cluster.broker_down(broker).unwrap();
        wait(700);
        cluster.broker_up(broker).unwrap();
        let before = consumer.lines();
        eventually("items are handled again", || consumer.lines() > before + 50);
    }
    assert!(producer.stop().success(), "{}", producer.log());
    eventually("all are handled", || Ledger::of(&scenario).missing().is_empty());
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("errors of the coordinator", &ledger.summary());
    ledger.check(200);
    assert_eq!((ledger.lost_unread, ledger.lost_uncounted), (0, 0), "{:#?}", ledger.log);
}
