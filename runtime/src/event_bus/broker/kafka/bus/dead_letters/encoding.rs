//! The format of a dead letter: the record of the entry, with headers that say why it failed.

use bytes::Bytes;
use rdkafka::message::{Header, OwnedHeaders};

use crate::event_bus::{
    broker::kafka::bus::{position::Position, record::Record},
    wire::{
        DeadLetter, EntryId, Failure,
        dead_letter::{ERROR, PREFIX, fields},
    },
};

/// The topic that the entry came from.
const TOPIC: &str = "dlq_topic";
/// The group that could not handle it.
const GROUP: &str = "dlq_group";
/// The key of the entry, if it had one.
const KEY: &str = "dlq_key";
/// When the entry was stored, in milliseconds since 1970.
const TIMESTAMP: &str = "dlq_timestamp";
/// Says that the entry had no value. A dead letter has one, because a record without a value removes it.
const VALUE: &str = "dlq_value";
const NULL: &[u8] = b"null";

/// The longest error in a dead letter, in bytes.
const LONGEST_ERROR: usize = 8 * 1024;

/// The headers that describe the failure. A replay replaces them, and keeps the others.
fn is_of_failure(name: &[u8]) -> bool {
    name.starts_with(PREFIX)
        && ![TOPIC, GROUP, KEY, TIMESTAMP, VALUE].iter().any(|kept| name == kept.as_bytes())
}

/// An entry that becomes a dead letter.
pub(in crate::event_bus::broker::kafka::bus) struct Failed<'a> {
    pub(in crate::event_bus::broker::kafka::bus) topic: &'a str,
    pub(in crate::event_bus::broker::kafka::bus) group: &'a str,
    pub(in crate::event_bus::broker::kafka::bus) consumer_name: &'a str,
    pub(in crate::event_bus::broker::kafka::bus) position: Position,
    /// When the entry was stored, in milliseconds since 1970.
    pub(in crate::event_bus::broker::kafka::bus) timestamp: Option<i64>,
    pub(in crate::event_bus::broker::kafka::bus) record: &'a Record,
}

/// A record for the dead-letter topic.
pub(in crate::event_bus::broker::kafka::bus) struct LetterRecord {
    pub(super) key: String,
    pub(super) value: Option<Bytes>,
    pub(super) headers: OwnedHeaders,
}

impl LetterRecord {
    /// Makes the dead letter of an entry.
    pub(in crate::event_bus::broker::kafka::bus) fn new(failed: &Failed<'_>, failure: &Failure) -> Self {
        let Failed { topic, group, consumer_name, position, timestamp, record } = *failed;
        let id = EntryId::from(position);
        let mut headers = copy(record, |_| true);
        headers = add_failure(headers, &id, failure, consumer_name);
        headers = add(headers, TOPIC, topic.as_bytes());
        headers = add(headers, GROUP, group.as_bytes());
        if let Some(key) = record.key() {
            headers = add(headers, KEY, &key);
        }
        if let Some(timestamp) = timestamp {
            headers = add(headers, TIMESTAMP, timestamp.to_string().as_bytes());
        }
        if record.value().is_none() {
            headers = add(headers, VALUE, NULL);
        }
        Self { key: id.to_string(), value: Some(value(record)), headers }
    }

    /// Makes the record that replaces the dead letter `stored`: `letter` says what is known about its failure now.
    pub(in crate::event_bus::broker::kafka::bus) fn replacing(stored: &Record, letter: &DeadLetter) -> Self {
        let headers = copy(stored, |name| !is_of_failure(name));
        let headers = add_failure(headers, &letter.entry_id, &letter.failure, &letter.consumer_name);
        Self { key: letter.id.to_string(), value: Some(value(stored)), headers }
    }

    /// Makes the record that removes the dead letter, or another record, of this key.
    pub(in crate::event_bus::broker::kafka::bus) fn removing(key: &str) -> Self {
        Self { key: key.to_owned(), value: None, headers: OwnedHeaders::new() }
    }

    /// Makes a record of this key that is not a dead letter.
    pub(in crate::event_bus::broker::kafka::bus) fn note(key: &str, value: &'static str) -> Self {
        Self {
            key: key.to_owned(),
            value: Some(Bytes::from_static(value.as_bytes())),
            headers: OwnedHeaders::new(),
        }
    }
}

/// Returns why the value of a dead letter is not the value of an event, if its headers say so.
pub(in crate::event_bus::broker::kafka::bus) fn without_value(stored: &Record) -> Option<&'static str> {
    let is_null = stored.headers().any(|(name, value)| name == VALUE.as_bytes() && value == Some(NULL));
    is_null.then_some("the record has no value")
}

fn value(record: &Record) -> Bytes {
    record.value().map(Bytes::copy_from_slice).unwrap_or_default()
}

fn copy(record: &Record, keep: impl Fn(&[u8]) -> bool) -> OwnedHeaders {
    let kept = record.headers().filter(|(name, _)| keep(name));
    kept.fold(OwnedHeaders::new(), |headers, (name, value)| {
        // Kafka's client takes only strings as names of headers.
        headers.insert(Header { key: &String::from_utf8_lossy(name), value })
    })
}

fn add(headers: OwnedHeaders, key: &str, value: &[u8]) -> OwnedHeaders {
    headers.insert(Header { key, value: Some(value) })
}

fn add_failure(headers: OwnedHeaders, id: &EntryId, failure: &Failure, consumer_name: &str) -> OwnedHeaders {
    fields(id, failure, consumer_name).iter().fold(headers, |headers, (name, value)| {
        let end = if *name == ERROR { value.floor_char_boundary(LONGEST_ERROR) } else { value.len() };
        add(headers, name, &value.as_bytes()[..end])
    })
}
