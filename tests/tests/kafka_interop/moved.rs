//! The move of a group from one side to the other.

use std::collections::BTreeMap;

use openedx_events_tests::{
    golden::{Vector, all_vectors},
    schema_registry::Keeps,
};
use serde_json::Value;

use crate::{
    differences::known,
    python::{Member, Python, received_ids},
    rust::Received,
    servers::with_our_registry,
};

/// Counts how often each event was received.
pub(crate) fn times<'a>(by_python: &'a [Value], by_rust: &'a [Received]) -> BTreeMap<&'a str, u32> {
    let mut times = BTreeMap::new();
    for id in received_ids(by_python).into_iter().chain(by_rust.iter().map(Received::id)) {
        *times.entry(id).or_default() += 1;
    }
    times
}

pub(crate) fn once<'a>(vectors: &[&'a Vector]) -> BTreeMap<&'a str, u32> {
    vectors.iter().map(|vector| (vector.message_id(), 1)).collect()
}

/// Python stops, and Rust continues after Python's commits. Then Rust stops, and Python continues after Rust's.
pub(crate) fn to_rust_and_back(python: &Python) {
    let vectors = all_vectors();
    let Some((servers, _registry)) = with_our_registry(Keeps::Verbatim) else { return };
    let topic = servers.new_topic();
    let service = servers.service();
    let vectors = &known(python, &vectors)[..30];
    service.produce(&topic, &vectors[..10]);
    servers.kafka.begin_at_start(&topic, "group");
    let member = |count| Member { topic: &topic, group: "group", count: Some(count), die_at: None };
    let first = python.consume(&servers, &member(10)).end();
    assert_eq!(times(&first, &[]), once(&vectors[..10]));
    // No member runs when these are sent. Rust must not skip them.
    service.produce(&topic, &vectors[10..20]);
    let (report, second) = service.consume(&topic, "group", "{}", 10);
    assert_eq!((report.handled, report.lost), (10, 0));
    assert_eq!(times(&[], &second), once(&vectors[10..20]));
    assert_eq!(servers.kafka.lag(&topic, "group"), 0);
    service.produce(&topic, &vectors[20..]);
    let third = python.consume(&servers, &member(10)).end();
    assert_eq!(times(&third, &[]), once(&vectors[20..]));
}
