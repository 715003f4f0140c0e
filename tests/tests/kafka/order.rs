//! The order of messages in the background, if a topic is refused and accepted again while several calls are open.

use std::{collections::BTreeSet, thread, time::Duration};

use openedx_events::{
    EventsMetadata, codec,
    event_bus::{
        KafkaBus, KafkaOptions, Producer,
        settings::{DeliveryMode, KafkaSecret},
    },
};
use openedx_events_tests::{
    NUMBER_DRAWN, NumberDrawn,
    kafka_server::{KafkaServer, Operation, Resource, Setup},
    schema_registry::{Keeps, Registry},
};
use rdkafka::{
    mocking::MockCluster,
    types::{RDKafkaApiKey, RDKafkaRespErr},
};

use super::{
    delivering::send,
    support::{World, new_topic, number_in},
};

const LIMIT: Duration = Duration::from_secs(20);

/// Checks that a topic has these numbers in order, apart from repetitions.
fn check(kafka: &KafkaServer, topic: &str, expected: impl Iterator<Item = i64>) {
    let mut seen = BTreeSet::new();
    let numbers =
        kafka.records(topic).iter().map(number_in).filter(|number| seen.insert(*number)).collect::<Vec<_>>();
    let expected: Vec<_> = expected.collect();
    let wrong = numbers.iter().zip(&expected).position(|(found, expected)| found != expected);
    assert!(
        numbers == expected,
        "{} of {} numbers; the first wrong one is {:?}",
        numbers.len(),
        expected.len(),
        wrong.map(|at| &numbers[at.saturating_sub(2)..(at + 5).min(numbers.len())]),
    );
}

/// If a request is refused, librdkafka drops the messages that it still holds, so that they do not overtake the refused ones.
#[test]
fn a_refused_request_is_not_overtaken_by_what_the_client_has() {
    let cluster = MockCluster::new(1).unwrap();
    for topic in ["dev-refused", "dev-other"] {
        cluster.create_topic(topic, 1, 1).unwrap();
    }
    let registry = Registry::start(Keeps::Canonical);
    let bus = KafkaBus::new(KafkaOptions::new(cluster.bootstrap_servers(), [registry.url()])).unwrap();
    let producer = Producer::of(&bus, None, DeliveryMode::Background, LIMIT).unwrap();
    for topic in ["dev-refused", "dev-other"] {
        send(&producer, topic, 0).unwrap();
    }
    producer.flush(LIMIT).unwrap();
    cluster.broker_round_trip_time(1, Duration::from_millis(30)).unwrap();
    let mut next = 1;
    for error in [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS,
    ] {
        for number in next..next + 3000 {
            // The mock does not check sequence numbers, so it takes small requests that are on the way.
            if number == next + 1500 {
                cluster.request_errors(RDKafkaApiKey::Produce, &[error]);
            }
            send(&producer, "dev-refused", number).unwrap();
        }
        send(&producer, "dev-other", next).unwrap();
        next += 3000;
        producer.flush(LIMIT).unwrap();
    }
    let kafka = KafkaServer::at(&cluster.bootstrap_servers());
    check(&kafka, "dev-refused", 0..9001);
    check(&kafka, "dev-other", [0, 1, 3001, 6001].into_iter());
}

/// A broker refuses all messages of a request that is too large. They are sent again before the messages of the next request,
/// which is small enough.
#[test]
fn messages_that_are_too_large_together_are_not_overtaken() {
    let Some(kafka) = KafkaServer::start() else { return };
    let registry = Registry::start(Keeps::Canonical);
    let topic = new_topic();
    // The client's requests have up to 1,000,000 bytes.
    kafka.create_topic_with(&topic, 1, &[("max.message.bytes", "900000")]);
    let bus = KafkaBus::new(KafkaOptions::new(kafka.bootstrap(), [registry.url()])).unwrap();
    let producer = Producer::of(&bus, None, DeliveryMode::Background, LIMIT).unwrap();
    send(&producer, &topic, 0).unwrap();
    producer.flush(LIMIT).unwrap();
    kafka.pause(0);
    for number in 1..4000 {
        let mut metadata = EventsMetadata::of(NUMBER_DRAWN.definition());
        if number == 100 {
            metadata.sourcehost = "x".repeat(500_000).into();
        }
        producer.send(&topic, None, &metadata, &codec::encode(&NumberDrawn { number })).unwrap();
    }
    thread::sleep(Duration::from_millis(500));
    kafka.resume(0);
    producer.flush(LIMIT).unwrap();
    drop(producer);
    check(&kafka, &topic, 0..4000);
}

/// While `refuse` and `accept` change a topic again and again, numbers arrive in order, there and in another topic.
fn check_while(
    kafka: &KafkaServer,
    bus: &KafkaBus,
    [topic, other]: [&str; 2],
    refuse: impl Fn(),
    accept: impl Fn(),
) {
    let producer = Producer::of(bus, None, DeliveryMode::Background, LIMIT).unwrap();
    let mut next = 0;
    for turn in 0..2 {
        for part in 0..4 {
            for number in next..next + 300 {
                send(&producer, topic, number).unwrap();
                send(&producer, other, number).unwrap();
            }
            next += 300;
            match part {
                0 => refuse(),
                // Some pauses are longer than the client needs to send the messages that it holds.
                1 if turn % 2 == 0 => thread::sleep(Duration::from_millis(300)),
                2 => accept(),
                _ => {}
            }
        }
        producer.flush(LIMIT).unwrap();
    }
    drop(producer);
    check(kafka, topic, 0..next);
    check(kafka, other, 0..next);
}

#[test]
fn a_topic_whose_limit_changes_keeps_its_order() {
    let Some(world) = World::new() else { return };
    let (topic, other) = (world.topic(1), world.topic(1));
    let limit = |bytes| world.kafka.alter_topic(&topic, ("max.message.bytes", bytes));
    check_while(world.kafka, &world.bus(), [&topic, &other], || limit("1000"), || limit("1000000"));
}

#[test]
fn a_topic_whose_rights_change_keeps_its_order() {
    let Some(kafka) = Setup::new().login("worker", "s3cret").start() else { return };
    let registry = Registry::start(Keeps::Canonical);
    let topics = [new_topic(), new_topic()];
    for topic in &topics {
        kafka.create_topic(topic, 1);
        kafka.allow("worker", Resource::Topic(topic), Operation::Write);
    }
    let [topic, other] = &topics;
    let mut options = KafkaOptions::new(kafka.bootstrap_tls(), [registry.url()]);
    options.login = Some(("worker".to_owned(), KafkaSecret::new("s3cret")));
    options.client_config.set("ssl.ca.location", kafka.file("ca.crt").display().to_string()).unwrap();
    check_while(
        &kafka,
        &KafkaBus::new(options).unwrap(),
        [topic, other],
        || kafka.forbid("worker", Resource::Topic(topic), Operation::Write),
        || kafka.allow("worker", Resource::Topic(topic), Operation::Write),
    );
}
