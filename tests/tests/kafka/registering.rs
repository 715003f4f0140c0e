//! What producers register, and what they do if the registry refuses it or is away.

use std::{
    fs,
    time::{Duration, Instant},
};

use openedx_events::{
    codec,
    event_bus::{EventBus as _, KafkaBus, KafkaOptions, settings::KafkaSecret},
    prelude::*,
};
use openedx_events_tests::{
    NUMBER_DRAWN,
    schema_registry::{Apicurio, Fault, Keeps, Registry},
};

use super::support::{World, envelope, number, soon};

/// A score.
#[payload]
pub struct ScoreData {
    /// The points.
    pub points: f64,
    /// Who scored.
    pub by: Option<String>,
    /// The sum of the file.
    pub checksum: Bytes,
}

/// Sent when somebody scores.
#[event(type = "com.example.learning.goal.scored.v1")]
pub struct GoalScored {
    /// The score.
    pub score: ScoreData,
    /// Added later.
    #[event(default = "say \"é\"".to_owned())]
    pub comment: String,
    /// Added later.
    #[event(default = Bytes::from_static(&[7, 200]))]
    pub raw: Bytes,
    /// Added later.
    #[event(default = ScoreData::builder().points(0.5).checksum(Bytes::new()).build())]
    pub first: ScoreData,
    /// Added later.
    #[event(default)]
    pub note: Option<String>,
}

/// Sent by an event type with a hyphen.
#[event(
    type = "com.example.re-learning.point.lost.v1",
    allow(type_hyphen, reason = "an event type of Python")
)]
pub struct PointLost {
    /// The points.
    pub points: i64,
}

fn subject(topic: &str) -> String {
    format!("{topic}-com.example.learning.number.drawn.v1.CloudEvent")
}

#[test]
fn a_schema_is_registered_once_with_the_text_of_python() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let producer = world.bus().producer().unwrap();
    for _ in 0..3 {
        producer
            .send(&[number(&topic, 1), number(&topic, 2)], soon())
            .into_iter()
            .for_each(|outcome| drop(outcome.unwrap()));
    }
    let requests = world.registry.requests();
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, format!("/subjects/{}/versions?normalize=false", subject(&topic)));
    assert_eq!(request.content_type.as_deref(), Some("application/vnd.schemaregistry.v1+json"));
    assert_eq!(request.authorization, None);
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    let schema = NUMBER_DRAWN.definition().schema_string().unwrap();
    assert_eq!(body, serde_json::json!({"schema": schema, "schemaType": "AVRO", "references": []}));
}

#[test]
fn defaults_of_data_keys_are_registered() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let score = || ScoreData::builder().points(1.0).checksum(Bytes::new()).build();
    let event = GoalScored::builder().score(score()).comment("").raw(Bytes::new()).first(score()).build();
    world.send(envelope(&topic, GOAL_SCORED.definition(), codec::encode(&event), None)).unwrap();
    let body: serde_json::Value = serde_json::from_str(&world.registry.requests()[0].body).unwrap();
    let schema: serde_json::Value = serde_json::from_str(body["schema"].as_str().unwrap()).unwrap();
    let defaults: Vec<_> =
        schema["fields"].as_array().unwrap().iter().map(|field| field.get("default")).collect();
    let first = serde_json::json!({"points": 0.5, "by": null, "checksum": ""});
    assert_eq!(
        defaults,
        [
            None,
            Some(&"say \"é\"".into()),
            Some(&"\u{7}\u{c8}".into()),
            Some(&first),
            Some(&serde_json::Value::Null)
        ]
    );
}

#[test]
fn an_incompatible_schema_is_refused_with_the_words_of_the_registry() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let other = r#"{"name": "CloudEvent", "type": "record", "namespace": "com.example.learning.number.drawn.v1", "fields": [{"name": "text", "type": "string"}]}"#;
    let _ = world.registry.register(&subject(&topic), other);
    // The other event of the topic is sent.
    let score = || ScoreData::builder().points(1.0).checksum(Bytes::new()).build();
    let event = GoalScored::builder().score(score()).comment("").raw(Bytes::new()).first(score()).build();
    let good = envelope(&topic, GOAL_SCORED.definition(), codec::encode(&event), None);
    let mut outcomes = world.bus().producer().unwrap().send(&[number(&topic, 1), good], soon());
    outcomes.remove(1).unwrap();
    let error = outcomes.remove(0).unwrap_err();
    assert!(error.is_refused());
    let error = error.to_string();
    assert!(error.starts_with("no schema for `com.example.learning.number.drawn.v1`: subject `"), "{error}");
    assert!(
        error.contains("409 Conflict: Schema being registered is incompatible with an earlier schema"),
        "{error}"
    );
}

#[test]
fn apicurio_refuses_an_event_type_with_a_hyphen() {
    let (Some(world), Some(registry)) = (World::new(), Apicurio::shared(Keeps::Verbatim)) else { return };
    let topic = world.topic(1);
    let mut options = world.options.clone();
    options.registry_urls = vec![registry.url()];
    let producer = KafkaBus::new(options).unwrap().producer().unwrap();
    let event_data = codec::encode(&PointLost { points: 1 });
    let hyphen = envelope(&topic, POINT_LOST.definition(), event_data, None);
    let error = producer.send(std::slice::from_ref(&hyphen), soon()).remove(0).unwrap_err();
    assert!(error.is_refused(), "{error}");
    let error = error.to_string();
    assert!(error.contains(" 422 ") && error.contains("has a hyphen, which Avro does not allow"), "{error}");
    producer.send(&[number(&topic, 1)], soon()).remove(0).unwrap();
    // A registry that does not look at namespaces takes it.
    world.send(hyphen).unwrap();
}

#[test]
fn without_registering_a_schema_is_only_looked_up() {
    let Some(mut world) = World::new() else { return };
    world.options.auto_register = false;
    let topic = world.topic(1);
    let error = world.send(number(&topic, 1)).unwrap_err();
    assert!(!error.is_transient() && !error.is_refused());
    let error = error.to_string();
    assert!(
        error.contains(&format!(
            "the schema registry does not have the schema of subject `{}`",
            subject(&topic)
        )),
        "{error}"
    );
    assert!(world.registry.subjects().is_empty());
    let schema = NUMBER_DRAWN.definition().schema_string().unwrap();
    let _ = world.registry.register(&subject(&topic), &schema);
    world.send(number(&topic, 1)).unwrap();
    let last = world.registry.requests().pop().unwrap();
    assert_eq!(
        (&*last.method, last.target),
        ("POST", format!("/subjects/{}?normalize=false", subject(&topic)))
    );
}

#[test]
fn a_login_is_sent_and_a_wrong_one_is_named() {
    let Some(mut world) = World::new() else { return };
    let topic = world.topic(1);
    world.registry.set_login("user", "s3cret");
    let error = world.send(number(&topic, 1)).unwrap_err();
    assert!(!error.is_transient());
    let error = error.to_string();
    assert!(
        error.contains(" says 401 Unauthorized: ")
            && error.contains("check `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_API_KEY`"),
        "{error}"
    );
    world.options.registry_login = Some(("user".to_owned(), KafkaSecret::new("s3cret")));
    world.send(number(&topic, 1)).unwrap();
}

#[test]
fn a_registry_that_is_away_costs_no_event_when_it_is_back() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let known = world.topic(1);
    let producer = world.bus().producer().unwrap();
    producer.send(&[number(&known, 1)], soon()).remove(0).unwrap();
    for (fault, words) in [
        (Fault::Away, "cannot reach the schema registry at http://127.0.0.1:"),
        (Fault::HangUp, "cannot reach the schema registry at http://127.0.0.1:"),
        (Fault::status(503), "says 503 Service Unavailable: chosen by the test"),
        (Fault::status(429), "says 429 Too Many Requests"),
        (Fault::Slow(Duration::from_mins(1)), "cannot reach the schema registry at http://127.0.0.1:"),
    ] {
        world.registry.fail(fault.clone());
        let start = Instant::now();
        let deadline = start + Duration::from_millis(700);
        // Events whose schemas are known do not wait for the registry, and each topic keeps its order.
        let outcomes = producer.send(&[number(&topic, 1), number(&known, 2), number(&topic, 3)], deadline);
        assert!(start.elapsed() < Duration::from_millis(1500), "{fault:?}: {:?}", start.elapsed());
        for outcome in [&outcomes[0], &outcomes[2]] {
            let error = outcome.as_ref().unwrap_err();
            assert!(error.is_transient() && error.to_string().contains(words), "{fault:?}: {error}");
        }
        outcomes[1].as_ref().unwrap();
        world.registry.recover();
    }
    producer.send(&[number(&topic, 1)], soon()).remove(0).unwrap();
    assert_eq!(world.kafka.records(&topic).len(), 1);
}

#[test]
fn the_next_server_of_a_registry_is_asked() {
    let Some(mut world) = World::new() else { return };
    let topic = world.topic(1);
    let broken = Registry::start(Keeps::Canonical);
    broken.fail(Fault::status(500));
    world.options.registry_urls = vec!["http://127.0.0.1:1".to_owned(), broken.url(), world.registry.url()];
    world.send(number(&topic, 1)).unwrap();
    assert_eq!(broken.requests().len(), 1);
    assert_eq!(world.registry.requests().len(), 1);
}

#[test]
fn files_of_certificates_are_checked_when_the_bus_is_made() {
    let folder = openedx_events_tests::new_folder("certificates");
    let file = folder.join("ca.pem");
    let mut options = KafkaOptions::new("127.0.0.1:1", ["https://127.0.0.1:1"]);
    options.registry_ca_certs = Some(file.clone());
    let error = KafkaBus::new(options.clone()).unwrap_err().to_string();
    assert!(error.contains("cannot read the certificates in") && error.contains("CA_CERTS"), "{error}");
    fs::write(&file, "no certificate").unwrap();
    let error = KafkaBus::new(options).unwrap_err().to_string();
    assert!(error.contains("is not a PEM file of certificates"), "{error}");
}
