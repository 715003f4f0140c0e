//! Headers of other writers.

use crate::support::{World, receive, record};

const HEADERS: [(&str, &str); 7] = [
    ("ce_type", "org.example.number.drawn.v1"),
    ("ce_id", "0a50b0f4-1d4a-11ef-8ebb-0242ac120002"),
    ("ce_source", "openedx/tests/web"),
    ("ce_time", "2026-11-30T05:45:44.705732+00:00"),
    ("ce_minorversion", "0"),
    ("sourcehost", "host"),
    ("sourcelib", "11.2.0"),
];

/// As in Python, an empty string is valid only in headers that are strings.
#[test]
fn an_empty_header_is_a_value() {
    let Some(world) = World::new("empty-headers", 1) else { return };
    let records = HEADERS.map(|(empty, _)| {
        let header = |(name, value): (&str, &str)| {
            let value = if name == empty { "" } else { value };
            (name.to_owned(), Some(value.as_bytes().to_vec()))
        };
        let mut record = record(Some(0), 1);
        record.headers = HEADERS.map(header).to_vec();
        record
    });
    world.kafka.write(&world.topic, &records);
    for (entry, (empty, _)) in receive(&mut *world.consumer("a"), HEADERS.len()).iter().zip(HEADERS) {
        let read = entry.message.metadata();
        match empty {
            "ce_source" => assert_eq!(read.unwrap().0.source, ""),
            "sourcehost" => assert_eq!(read.unwrap().0.sourcehost, ""),
            _ => {
                let error = read.expect_err(empty).to_string();
                assert!(error.contains(empty.trim_start_matches("ce_")), "{empty}: {error}");
            }
        }
    }
}

#[test]
fn an_absent_header_has_a_default() {
    let Some(world) = World::new("absent-headers", 1) else { return };
    world.write([1]);
    let (metadata, absent) = receive(&mut *world.consumer("a"), 1)[0].message.metadata().unwrap();
    assert_eq!(metadata.minorversion, 0);
    assert_eq!(absent, ["source", "time", "minorversion", "sourcehost", "sourcelib"]);
}
