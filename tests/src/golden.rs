//! What the Python implementation wrote: `tests/golden/vectors.jsonl`.

use openedx_events::{EventDefinition, registry};
use serde_json::Value;

/// An event as Python wrote it.
pub struct Vector {
    /// The definition of its type.
    pub event: &'static EventDefinition,
    /// Its Avro bytes.
    pub avro: Vec<u8>,
    /// Its metadata in JSON.
    pub metadata: String,
}

/// All of them.
///
/// # Panics
///
/// Where the file has something else in it.
pub fn vectors() -> impl Iterator<Item = Vector> {
    include_str!("../golden/vectors.jsonl").lines().map(|line| {
        let vector: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| vector[name].as_str().unwrap();
        let hex = text("avro_hex");
        let pairs = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
        Vector {
            event: registry::get(text("event_type")).unwrap(),
            avro: pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect(),
            metadata: text("metadata_json").to_owned(),
        }
    })
}
