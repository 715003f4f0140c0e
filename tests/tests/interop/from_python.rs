//! Python produces, Rust consumes.

use std::collections::HashMap;

use openedx_events_tests::{
    golden::{Vector, all_vectors},
    redis_server::RedisServer,
};
use serde_json::Value;

use crate::{
    differences::{expected_metadata, known, not_in, same_data},
    python::{Python, each},
    rust::{Received, Service},
    stream::{self, FIELDS},
};

/// Produces the vectors in Python, checks the entries, and returns the vectors that this release can produce.
fn produced<'a>(python: &Python, server: &RedisServer, vectors: &'a [Vector]) -> Vec<&'a Vector> {
    let all: Vec<&Vector> = vectors.iter().collect();
    let answers = python.produce(server, "events", &all);
    for (vector, answer) in vectors.iter().zip(&answers) {
        match not_in(python, vector.event.event_type()) {
            Some(reason) => {
                assert!(answer["error"].as_str().unwrap().starts_with(reason), "{}: {answer}", vector.id);
            }
            None => assert_eq!(answer["error"], Value::Null, "{}", vector.id),
        }
    }
    let vectors = known(python, vectors);
    same_as_vectors(&stream::entries(server, "events"), &vectors);
    vectors
}

/// Checks that the entries have exactly the fields of the vectors, in order.
pub(crate) fn same_as_vectors(entries: &[stream::Fields], vectors: &[&Vector]) {
    assert_eq!(entries.len(), vectors.len());
    for (entry, vector) in entries.iter().zip(vectors) {
        let expected: Vec<(String, Vec<u8>)> = FIELDS
            .iter()
            .map(|&name| {
                let header = vector.redis_fields[name].as_str().map(|value| value.as_bytes().to_vec());
                (name.to_owned(), header.unwrap_or_else(|| vector.avro.clone()))
            })
            .collect();
        assert_eq!(*entry, expected, "{}", vector.id);
    }
}

#[test]
fn python_produces_all_vectors() {
    let vectors = all_vectors();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let vectors = produced(python, &server, &vectors);
        let extra = r#"{"check_backlog": true, "consumer_name": "rust"}"#;
        let (report, received) = service.consume("events", "group", extra, vectors.len());
        assert_eq!((report.handled, report.failed_attempts, report.lost), (vectors.len() as u64, 0, 0));
        assert_eq!(received.len(), vectors.len());
        for (Received { event_type, metadata, avro, data }, vector) in received.iter().zip(vectors) {
            assert_eq!(event_type, vector.event.event_type());
            assert_eq!(*metadata, expected_metadata(vector, "rust"), "{}", vector.id);
            assert!(same_data(data, &vector.data), "{}: {data}", vector.id);
            assert_eq!(*avro, vector.avro, "{}", vector.id);
        }
        assert_eq!(stream::pending(&server, "events", "group"), 0);
    });
}

/// A signal sent in Python gets its metadata there and goes to the topic of its route.
#[test]
fn signals_and_their_metadata() {
    let vectors = all_vectors();
    each(|python| {
        let server = RedisServer::start();
        let service = Service::start(&server);
        let vectors = known(python, &vectors);
        let answers = python.send_signals(&server, "events", &vectors);
        let extra = r#"{"check_backlog": true}"#;
        let (_, received) = service.consume("events", "group", extra, vectors.len());
        let received: HashMap<&str, &Received> = received.iter().map(|event| (event.id(), event)).collect();
        assert_eq!(received.len(), vectors.len(), "the ids are unique");
        let release: Vec<u64> = python.release.split('.').map(|number| number.parse().unwrap()).collect();
        for (answer, vector) in answers.iter().zip(vectors) {
            assert_eq!(answer["error"], Value::Null, "{}", vector.id);
            let event = received[answer["metadata"]["id"].as_str().unwrap()];
            assert_eq!(event.metadata, answer["metadata"], "{}", vector.id);
            assert_eq!(event.metadata["source"], "openedx/python/web");
            assert_eq!(event.metadata["sourcelib"], serde_json::json!(release));
            assert_eq!(event.avro, vector.avro, "{}", vector.id);
        }
    });
}
