//! The catalogue against data from the Python implementation.

use std::collections::BTreeMap;

use openedx_events::{EventsMetadata, registry};
use serde_json::Value;

fn vectors() -> impl Iterator<Item = Value> {
    include_str!("../golden/vectors.jsonl").lines().map(|line| serde_json::from_str(line).unwrap())
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn schemas_are_pythons() {
    let golden: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../golden/catalog.json")).unwrap();
    for (event_type, golden) in golden {
        let event = registry::get(&event_type).unwrap();
        assert_eq!(event.schema_string().unwrap(), golden["schema_string"].as_str().unwrap());
        assert_eq!(event.name(), golden["constant"].as_str().unwrap());
        assert_eq!(u64::from(event.minor_version()), golden["minor_version"].as_u64().unwrap());
    }
}

#[test]
fn bytes_and_json_are_pythons() {
    let mut count = 0;
    for vector in vectors() {
        let event = registry::get(vector["event_type"].as_str().unwrap()).unwrap();
        let bytes = unhex(vector["avro_hex"].as_str().unwrap());
        let json = event.decode_to_json(&bytes).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), vector["data_json"], "{}", vector["id"]);
        assert_eq!(event.encode_json(&json).unwrap(), bytes, "{}", vector["id"]);
        count += 1;
    }
    assert_eq!(count, 20);
}

#[test]
fn metadata_is_pythons() {
    for vector in vectors() {
        let json = vector["metadata_json"].as_str().unwrap();
        assert_eq!(EventsMetadata::from_json(json).unwrap().to_json(), json, "{}", vector["id"]);
    }
}
