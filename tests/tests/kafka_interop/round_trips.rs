//! Events that one side produces and the other consumes.

use std::collections::{BTreeMap, BTreeSet};

use openedx_events_tests::{golden::Vector, kafka_server::Record};
use serde_json::Value;

use crate::{
    differences::{known, lost_by_python, not_in, same_data, unhex},
    expected::{headers, unframe},
    keys::{Keyed, keyed},
    python::{Member, Python},
    rust::Received,
    servers::Servers,
};

/// Python produces, Rust consumes.
pub(crate) fn python_to_rust(python: &Python, servers: &Servers, vectors: &[Vector]) {
    let topic = servers.new_topic();
    let events = keyed(&servers.takes(known(python, vectors)));
    python.produce(servers, &topic, &events);
    let (report, received) =
        servers.service().consume(&topic, "rust", r#"{"check_backlog": true}"#, events.len());
    assert_eq!((report.handled, report.failed_attempts, report.lost), (events.len() as u64, 0, 0));
    let received: BTreeMap<&str, &Received> = received.iter().map(|event| (event.id(), event)).collect();
    assert_eq!(received.len(), events.len());
    for Keyed { vector, .. } in &events {
        let event = received[vector.message_id()];
        assert_eq!(event.event_type, vector.event.event_type());
        // On Kafka, unlike on Redis, empty headers are kept.
        let metadata: Value = serde_json::from_str(&vector.metadata).unwrap();
        assert_eq!(event.metadata, metadata, "{}", vector.id);
        assert!(same_data(&event.data, &vector.data), "{}: {}", vector.id, event.data);
        assert_eq!(event.avro, vector.avro, "{}", vector.id);
    }
    assert_eq!(servers.kafka.lag(&topic, "rust"), 0);
}

/// Rust produces, Python consumes.
pub(crate) fn rust_to_python(python: &Python, servers: &Servers, vectors: &[Vector]) {
    let topic = servers.new_topic();
    // Rust also sends events that have no key for Python.
    let all = servers.takes(vectors.iter().collect());
    servers.service().produce(&topic, &all);
    check_records(servers, &topic, &all);
    servers.kafka.begin_at_start(&topic, "python");
    let member = Member { topic: &topic, group: "python", count: Some(all.len()), die_at: None };
    check_python(python, &all, &python.consume(servers, &member).end());
    assert_eq!(servers.kafka.lag(&topic, "python"), 0);
}

fn check_records(servers: &Servers, topic: &str, vectors: &[&Vector]) {
    let records = servers.kafka.records(topic);
    assert_eq!(records.len(), vectors.len());
    let of_id: BTreeMap<String, &Record> =
        records.iter().map(|record| (record.header("ce_id").unwrap(), record)).collect();
    for vector in vectors {
        let record = of_id[vector.message_id()];
        assert_eq!(record.headers, headers(vector), "{}", vector.id);
        assert_eq!(unframe(record.value.as_ref()).1, vector.avro, "{}", vector.id);
    }
}

/// Checks what Python received: every event once, with its metadata and data.
fn check_python(python: &Python, vectors: &[&Vector], received: &[Value]) {
    assert_eq!(received.len(), vectors.len());
    let of_id: BTreeMap<&str, &Value> =
        received.iter().filter_map(|answer| Some((answer["metadata"]["id"].as_str()?, answer))).collect();
    let errors: Vec<&Value> = received.iter().filter(|answer| answer["error"].is_string()).collect();
    let mut lost = BTreeSet::new();
    for vector in vectors {
        let event_type = vector.event.event_type();
        if let Some(reason) = not_in(python, event_type) {
            // The buses word this differently.
            let reason = if reason.starts_with("KeyError") { "Unrecognized type" } else { reason };
            let mut of_type = errors.iter().filter(|answer| answer["event_type"] == event_type);
            assert!(of_type.any(|answer| answer["error"].as_str().unwrap().contains(reason)), "{errors:?}");
            continue;
        }
        let answer = of_id.get(vector.message_id()).unwrap_or_else(|| panic!("{}: {errors:?}", vector.id));
        assert_eq!(answer["event_type"], event_type);
        // On Kafka, unlike on Redis, Python keeps empty headers.
        let metadata: Value = serde_json::from_str(&vector.metadata).unwrap();
        assert_eq!(answer["metadata"], metadata, "{}", vector.id);
        let bytes = answer["avro_hex"].as_str().map(unhex);
        lost.extend(lost_by_python(vector, answer, bytes.as_deref()));
    }
    println!("lost by Python: {lost:?}");
}
