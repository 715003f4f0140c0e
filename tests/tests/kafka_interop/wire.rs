//! The records: keys, values, headers and partitions.

use std::collections::BTreeMap;

use openedx_events_tests::{
    golden::{Vector, all_vectors},
    kafka_server::Record,
    schema_registry::Keeps,
};
use serde_json::Value;

use crate::{
    differences::{known, not_in},
    expected::{headers, in_order, partition, unframe},
    keys::{Keyed, keyed},
    python::{Python, each},
    servers::{each_registry, with_our_registry},
};

/// Checks the answers of Python's producer and returns the events that this release can produce.
fn produced<'a>(python: &Python, events: Vec<Keyed<'a>>, answers: &[Value]) -> Vec<Keyed<'a>> {
    let mut known = Vec::new();
    for (event, answer) in events.into_iter().zip(answers) {
        let vector = event.vector;
        match not_in(python, vector.event.event_type()) {
            Some(reason) => {
                assert!(answer["error"].as_str().unwrap().starts_with(reason), "{}: {answer}", vector.id);
            }
            None => {
                assert_eq!(answer["error"], Value::Null, "{}", vector.id);
                known.push(event);
            }
        }
    }
    known
}

/// Checks the record of an event, apart from the ids of its schemas, which it returns.
fn check(event: &Keyed<'_>, record: &Record) -> [u32; 2] {
    let id = &event.vector.id;
    assert_eq!(record.headers, headers(event.vector), "{id}");
    let (key_id, key) = unframe(record.key.as_ref());
    assert_eq!(key, event.avro(), "{id}: {}", event.key_field);
    let (value_id, value) = unframe(record.value.as_ref());
    assert_eq!(value, event.vector.avro, "{id}");
    assert_eq!(record.partition, Some(partition(record.key.as_ref().unwrap(), 4)), "{id}");
    [key_id, value_id]
}

/// Python writes what the golden vectors say, and registers the texts that we expect.
#[test]
fn records_and_schemas_of_python() {
    let vectors = all_vectors();
    let all: Vec<&Vector> = vectors.iter().collect();
    each(|python| {
        for keeps in [Keeps::Canonical, Keeps::Verbatim] {
            let Some((servers, registry)) = with_our_registry(keeps) else { return };
            let topic = servers.new_topic();
            let events = keyed(&all);
            let answers = python.produce(&servers, &topic, &events);
            let events = produced(python, events, &answers);
            let records = servers.kafka.records(&topic);
            assert_eq!(records.len(), events.len());
            let ids = events.iter().map(|event| event.vector.message_id());
            let mut key_ids: BTreeMap<String, u32> = BTreeMap::new();
            for (event, record) in events.iter().zip(in_order(&records, ids)) {
                let [key_id, value_id] = check(event, record);
                let event_type = event.vector.event.event_type();
                let schema = event.vector.event.schema_string().unwrap();
                assert_eq!(registry.register(&format!("{topic}-{event_type}.CloudEvent"), &schema), value_id);
                let text = if keeps == Keeps::Verbatim { event.schema() } else { event.kind().to_owned() };
                let subject = format!("{topic}-{}", event.kind());
                assert!(registry.subjects().contains(&subject), "{subject}");
                // One id for each text that the registry keeps.
                assert_eq!(*key_ids.entry(text).or_insert(key_id), key_id, "{}", event.key_field);
            }
            let texts = if keeps == Keeps::Canonical { 3..=3 } else { 10..=1000 };
            assert!(texts.contains(&key_ids.len()), "{key_ids:?}");
        }
    });
}

/// Python and Rust produce the same events to one topic. The records are equal, so each key has one partition.
#[test]
fn both_write_the_same_records() {
    let vectors = all_vectors();
    each(|python| {
        each_registry(|servers| {
            let topic = servers.new_topic();
            let events = keyed(&servers.takes(known(python, &vectors)));
            for answer in python.produce(servers, &topic, &events) {
                assert_eq!(answer["error"], Value::Null, "{answer}");
            }
            let service = servers.service();
            for Keyed { vector, key_field } in &events {
                service.produce_with_key(&topic, vector, Some(key_field));
            }
            let records = servers.kafka.records(&topic);
            let mut of_event: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
            for record in &records {
                of_event.entry(record.header("ce_id").unwrap()).or_default().push(record);
            }
            assert_eq!(of_event.len(), events.len());
            for (id, records) in of_event {
                let [python, rust] = records[..] else { panic!("{id}: {records:?}") };
                let content = |record: &Record| Record { offset: 0, timestamp: 0, ..record.clone() };
                assert_eq!(content(python), content(rust), "{id}");
            }
        });
    });
}
