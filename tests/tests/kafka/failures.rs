//! Failures that have nothing to do with logins.

use std::time::{Duration, Instant};

use openedx_events::event_bus::{EventBus as _, KafkaBus, KafkaOptions};
use openedx_events_tests::kafka_server::KafkaServer;

use super::support::{World, new_topic, number, soon};

#[test]
fn a_missing_topic_is_named_and_does_not_delay_other_topics() {
    let Some(world) = World::new() else { return };
    let (missing, topic) = (new_topic(), world.topic(1));
    let producer = world.bus().producer().unwrap();
    let start = Instant::now();
    let deadline = start + Duration::from_secs(2);
    let outcomes = producer.send(&[number(&missing, 1), number(&topic, 1)], deadline);
    assert!(Instant::now() < deadline, "{:?}", start.elapsed());
    let error = outcomes[0].as_ref().unwrap_err();
    assert!(!error.is_transient() && !error.is_refused());
    assert_eq!(
        error.to_string(),
        format!(
            "Kafka has no topic `{missing}`; check its name, or let an administrator create it: `kafka-topics.sh --bootstrap-server {} \
             --create --topic {missing} --partitions 3`",
            world.kafka.bootstrap()
        )
    );
    outcomes[1].as_ref().unwrap();
    // When somebody creates it, it is found.
    world.kafka.create_topic(&missing, 1);
    let limit = soon();
    while let Err(error) = producer.send(&[number(&missing, 2)], soon()).remove(0) {
        assert!(Instant::now() < limit, "{error}");
    }
}

#[test]
fn a_message_that_is_too_large_is_refused_and_its_neighbours_are_not() {
    let Some(world) = World::new() else { return };
    let topic = new_topic();
    world.kafka.create_topic_with(&topic, 1, &[("max.message.bytes", "2000")]);
    let mut envelopes: Vec<_> = (0..20).map(|value| number(&topic, value)).collect();
    let mut large = envelopes[7].message.to_builder();
    large.extra("trace", "x".repeat(3000));
    envelopes[7].message = large.build();
    let outcomes = world.bus().producer().unwrap().send(&envelopes, soon());
    for (index, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(_) => assert_ne!(index, 7),
            Err(error) => {
                assert_eq!(index, 7, "{error}");
                assert!(error.is_refused());
                assert_eq!(
                    error.to_string(),
                    format!(
                        "the message is too large for topic `{topic}`; its limit is `max.message.bytes`, or `message.max.bytes` of the brokers"
                    )
                );
            }
        }
    }
}

#[test]
fn brokers_that_cannot_be_reached_are_named() {
    let Some(world) = World::new() else { return };
    for (servers, reason) in
        [("127.0.0.1:1", "Connection refused"), ("no.such.host.invalid:9092", "the host has no address")]
    {
        let producer =
            KafkaBus::new(KafkaOptions::new(servers, [world.registry.url()])).unwrap().producer().unwrap();
        let start = Instant::now();
        let error =
            producer.send(&[number("dev-topic", 1)], start + Duration::from_secs(2)).remove(0).unwrap_err();
        assert!(start.elapsed() < Duration::from_millis(2500), "{:?}", start.elapsed());
        assert!(error.is_transient());
        let error = error.to_string();
        assert!(
            error.starts_with(&format!("cannot connect to Kafka at {servers}: {reason}"))
                && error.matches(servers).count() == 1,
            "{error}"
        );
    }
}

#[test]
fn wrong_properties_are_named_when_the_bus_is_made() {
    let mut options = KafkaOptions::new("127.0.0.1:1", ["http://127.0.0.1:1"]);
    options.client_config.set("no.such.property", "s3cret").unwrap();
    let error = KafkaBus::new(options).unwrap_err().to_string();
    assert!(
        error.contains("`no.such.property` is not a property of librdkafka") && !error.contains("s3cret"),
        "{error}"
    );
    let mut options = KafkaOptions::new("127.0.0.1:1", ["http://127.0.0.1:1"]);
    options.client_config.set("security.protocol", "SSL").unwrap();
    options.client_config.set("ssl.ca.location", "/no/such/file").unwrap();
    let error = KafkaBus::new(options).unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("`ssl.ca.location` in "), "{error}");
}

#[test]
fn a_broker_that_was_away_is_found_again() {
    let Some(mut kafka) = KafkaServer::start() else { return };
    let registry = openedx_events_tests::schema_registry::Registry::start(
        openedx_events_tests::schema_registry::Keeps::Canonical,
    );
    let topic = new_topic();
    kafka.create_topic(&topic, 1);
    let producer =
        KafkaBus::new(KafkaOptions::new(kafka.bootstrap(), [registry.url()])).unwrap().producer().unwrap();
    producer.send(&[number(&topic, 1)], soon()).remove(0).unwrap();
    kafka.kill(0);
    let error =
        producer.send(&[number(&topic, 2)], Instant::now() + Duration::from_secs(2)).remove(0).unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("cannot connect to Kafka"), "{error}");
    kafka.restart(0);
    let start = Instant::now();
    producer.send(&[number(&topic, 3)], soon()).remove(0).unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

/// A wrong path is answered like an unknown schema, but says nothing about schemas.
#[test]
fn a_wrong_path_of_the_registry_is_named() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let options = KafkaOptions::new(world.kafka.bootstrap(), [format!("{}/nowhere", world.registry.url())]);
    let producer = KafkaBus::new(options).unwrap().producer().unwrap();
    let error = producer.send(&[number(&topic, 1)], soon()).remove(0).unwrap_err();
    assert!(error.is_transient(), "{error}");
    let part =
        "is not the answer of a schema registry; check the path of `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL`";
    assert!(error.to_string().contains(part), "{error}");
}
