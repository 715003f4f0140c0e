//! The record that both sides must write for a golden vector.

use openedx_events_tests::{golden::Vector, kafka_server::Record};

/// The names of the headers and the fields of Redis that have the same values, in the order in which both sides write them.
const HEADERS: [(&str, &str); 7] = [
    ("ce_type", "type"),
    ("ce_id", "id"),
    ("ce_source", "source"),
    ("ce_time", "time"),
    ("ce_minorversion", "minorversion"),
    ("sourcehost", "sourcehost"),
    ("sourcelib", "sourcelib"),
];

/// The headers that are the same for all events, which come first.
const CONSTANT: [(&str, &str); 3] = [
    ("ce_specversion", "1.0"),
    ("content-type", "application/avro"),
    ("ce_datacontenttype", "application/avro"),
];

pub(crate) fn headers(vector: &Vector) -> Vec<(String, Option<Vec<u8>>)> {
    let constant = CONSTANT.map(|(name, value)| (name, value));
    let own = HEADERS.map(|(name, field)| (name, vector.redis_fields[field].as_str().unwrap()));
    let all = constant.into_iter().chain(own);
    all.map(|(name, value)| (name.to_owned(), Some(value.as_bytes().to_vec()))).collect()
}

/// Splits a framed key or value into the id of its schema and Avro's bytes.
pub(crate) fn unframe(bytes: Option<&Vec<u8>>) -> (u32, &[u8]) {
    let bytes = bytes.expect("a key or value");
    let (head, avro) = bytes.split_at(5);
    assert_eq!(head[0], 0, "the magic byte");
    (u32::from_be_bytes(head[1..].try_into().unwrap()), avro)
}

/// Returns the records in the order of `ids`.
pub(crate) fn in_order<'a>(records: &'a [Record], ids: impl Iterator<Item = &'a str>) -> Vec<&'a Record> {
    ids.map(|id| {
        let mut found = records.iter().filter(|record| record.header("ce_id").as_deref() == Some(id));
        let record = found.next().unwrap_or_else(|| panic!("no record of {id}"));
        assert!(found.next().is_none(), "two records of {id}");
        record
    })
    .collect()
}

/// The partition that librdkafka's partitioner chooses, CRC-32 of the key.
pub(crate) fn partition(key: &[u8], partitions: u32) -> i32 {
    let mut crc = !0_u32;
    for byte in key {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    i32::try_from(!crc % partitions).unwrap()
}
