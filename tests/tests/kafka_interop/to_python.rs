//! Rust produces, Python consumes.

use std::collections::{BTreeMap, BTreeSet};

use openedx_events_tests::{
    golden::{Vector, all_vectors},
    kafka_server::Record,
};
use serde_json::Value;

use crate::{
    differences::{lost_by_python, not_in, unhex},
    expected::{headers, unframe},
    python::{Member, Python, each},
    servers::{Servers, each_registry},
};

#[test]
fn rust_produces_and_python_consumes() {
    let vectors = all_vectors();
    each(|python| {
        each_registry(|servers| {
            let topic = servers.new_topic();
            // Rust also sends events that have no key for Python.
            let all = servers.takes(vectors.iter().collect());
            servers.service().produce(&topic, &all);
            check_records(servers, &topic, &all);
            servers.kafka.begin_at_start(&topic, "python");
            let member = Member { topic: &topic, group: "python", count: Some(all.len()), die_at: None };
            check_python(python, &all, &python.consume(servers, &member).end());
            assert_eq!(servers.kafka.lag(&topic, "python"), 0);
        });
    });
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
