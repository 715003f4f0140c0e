//! Python produces, Rust consumes.

use std::collections::BTreeMap;

use openedx_events_tests::golden::all_vectors;
use serde_json::Value;

use crate::{
    differences::{known, same_data},
    keys::{Keyed, keyed},
    python::each,
    rust::Received,
    servers::each_registry,
};

#[test]
fn python_produces_and_rust_consumes() {
    let vectors = all_vectors();
    each(|python| {
        each_registry(|servers| {
            let topic = servers.new_topic();
            let events = keyed(&servers.takes(known(python, &vectors)));
            python.produce(servers, &topic, &events);
            let (report, received) =
                servers.service().consume(&topic, "rust", r#"{"check_backlog": true}"#, events.len());
            assert_eq!((report.handled, report.failed_attempts, report.lost), (events.len() as u64, 0, 0));
            let received: BTreeMap<&str, &Received> =
                received.iter().map(|event| (event.id(), event)).collect();
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
        });
    });
}
