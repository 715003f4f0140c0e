//! Checks that we read and write events as openedx-events 11.2.0 does, with the data in `golden/vectors.jsonl` and
//! `golden/readings.jsonl`.
//!
//! `GOLDEN_DIR=…` selects other data of the same kind; `golden/README.md` explains how to generate it.

use std::{collections::BTreeSet, fmt::Display};

use openedx_events::{EventDefinition, EventsMetadata, registry};
use openedx_events_tests::golden::{self, Reading, Vector};
use serde_json::Value;

/// Collects all differences, so that a run with much data reports more than the first.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check(&mut self, right: bool, id: &str, what: impl Display) {
        if !right {
            self.0.push(format!("{id}: {what}"));
        }
    }

    #[track_caller]
    fn assert_none(self) {
        let shown = self.0.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(self.0.is_empty(), "{} differences:\n{shown}", self.0.len());
    }
}

/// Returns true if both values are equal; an integer equals the same float.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) if left.is_f64() || right.is_f64() => {
            left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}

/// Checks that `avro` decodes to `data`, and that `data` encodes to `rewritten`.
fn check(
    differences: &mut Differences,
    id: &str,
    event: &EventDefinition,
    (avro, data, rewritten): (&[u8], &Value, &[u8]),
) {
    match event.decode_to_json(avro) {
        Ok(json) => {
            differences.check(same(&serde_json::from_str(&json).unwrap(), data), id, &json);
            differences.check(
                event.encode_json(&json).is_ok_and(|bytes| bytes == rewritten),
                id,
                "other bytes",
            );
        }
        Err(error) => differences.check(false, id, error),
    }
}

#[test]
fn pythons_bytes_and_json_convert_to_each_other() {
    let mut differences = Differences::default();
    for Vector { id, event, data, avro, .. } in golden::all_vectors() {
        check(&mut differences, &id, event, (&avro, &data, &avro));
        match event.encode_json(&data.to_string()) {
            Ok(bytes) => differences.check(bytes == avro, &id, "other bytes"),
            Err(error) => differences.check(false, &id, error),
        }
    }
    differences.assert_none();
}

#[test]
fn other_encodings_are_read_and_rewritten_as_in_python() {
    let mut differences = Differences::default();
    for (line, Reading { event, avro, data, rewritten }) in (1..).zip(golden::all_readings()) {
        let id = format!("{}, line {line}", event.event_type());
        check(&mut differences, &id, event, (&avro, &data, &rewritten));
    }
    differences.assert_none();
}

#[test]
fn metadata_is_read_and_written_as_in_python() {
    let mut differences = Differences::default();
    for Vector { id, metadata, .. } in golden::all_vectors() {
        match EventsMetadata::from_json(&metadata) {
            Ok(own) => differences.check(own.to_json() == metadata, &id, own.to_json()),
            Err(error) => differences.check(false, &id, error),
        }
    }
    differences.assert_none();
}

#[test]
fn the_data_covers_every_event_that_can_go_to_a_bus() {
    let vectors: BTreeSet<&str> =
        golden::all_vectors().iter().map(|vector| vector.event.event_type()).collect();
    let readings: BTreeSet<&str> =
        golden::all_readings().iter().map(|reading| reading.event.event_type()).collect();
    let ours = registry::events()
        .filter(|event| event.module_path().starts_with("openedx_events::"))
        .filter(|event| event.local_only().is_none());
    assert!(vectors.iter().copied().eq(ours.map(EventDefinition::event_type)));
    assert_eq!(readings, vectors);
    assert_eq!(vectors.len(), 72);
}
