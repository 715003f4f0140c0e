//! Output of the Python implementation: the files in `tests/golden`, or in the folder that the environment variable
//! `GOLDEN_DIR` names.

use std::{borrow::Cow, env, fs, path::Path};

use openedx_events::{EventDefinition, registry};
use serde_json::Value;

/// An event that Python wrote.
pub struct Vector {
    /// The event type and a number.
    pub id: String,
    /// The definition of the event.
    pub event: &'static EventDefinition,
    /// The Avro record dictionary.
    pub data: Value,
    /// The Avro bytes.
    pub avro: Vec<u8>,
    /// The metadata as JSON.
    pub metadata: String,
    /// The fields of the Redis stream entry, without `event_data`.
    pub redis_fields: Value,
    /// The line of the file.
    pub line: String,
}

impl Vector {
    /// Returns the id of the message.
    ///
    /// # Panics
    ///
    /// Panics if the vector has none.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.redis_fields["id"].as_str().expect("each vector has an id")
    }
}

/// Bytes that Python can read but would write differently.
pub struct Reading {
    /// The definition of the event.
    pub event: &'static EventDefinition,
    /// The bytes.
    pub avro: Vec<u8>,
    /// The Avro record dictionary that Python reads.
    pub data: Value,
    /// The bytes that Python writes for it.
    pub rewritten: Vec<u8>,
}

/// An event that a former release of Python's openedx-events wrote.
pub struct Former {
    /// The definition of today's event.
    pub event: &'static EventDefinition,
    /// The release.
    pub sourcelib: Vec<u64>,
    /// Whether the event had another schema then.
    pub is_former: bool,
    /// The Avro record dictionary of that release.
    pub data: Value,
    /// The Avro bytes.
    pub avro: Vec<u8>,
}

/// Returns the events of former releases.
///
/// # Panics
///
/// Panics if the file is invalid.
#[must_use]
pub fn former() -> Vec<Former> {
    include_str!("../golden/former.jsonl").lines().map(former_event).collect()
}

/// Returns the short vectors of this repository, for tests that process each byte.
///
/// # Panics
///
/// Panics if the file is invalid.
pub fn vectors() -> impl Iterator<Item = Vector> {
    const FILE: &str = include_str!("../golden/vectors.jsonl");
    FILE.lines().map(vector).filter(|vector| vector.avro.len() < 1000)
}

/// Returns all vectors, from `GOLDEN_DIR` if it is set.
///
/// # Panics
///
/// Panics if the file is invalid.
#[must_use]
pub fn all_vectors() -> Vec<Vector> {
    file("vectors.jsonl", include_str!("../golden/vectors.jsonl")).lines().map(vector).collect()
}

/// Returns all readings, from `GOLDEN_DIR` if it is set.
///
/// # Panics
///
/// Panics if the file is invalid.
#[must_use]
pub fn all_readings() -> Vec<Reading> {
    file("readings.jsonl", include_str!("../golden/readings.jsonl")).lines().map(reading).collect()
}

/// Returns the opaque keys, from `GOLDEN_DIR` if it is set.
///
/// # Panics
///
/// Panics if the file is invalid.
#[must_use]
pub fn opaque_keys() -> Value {
    serde_json::from_str(&file("opaque_keys.json", include_str!("../golden/opaque_keys.json"))).unwrap()
}

fn file(name: &str, own: &'static str) -> Cow<'static, str> {
    match env::var_os("GOLDEN_DIR") {
        Some(folder) => fs::read_to_string(Path::new(&folder).join(name)).unwrap().into(),
        None => own.into(),
    }
}

fn vector(line: &str) -> Vector {
    let mut vector: Value = serde_json::from_str(line).unwrap();
    Vector {
        line: line.to_owned(),
        id: text(&vector, "id").to_owned(),
        event: registry::get(text(&vector, "event_type")).unwrap(),
        avro: unhex(text(&vector, "avro_hex")),
        metadata: text(&vector, "metadata_json").to_owned(),
        redis_fields: vector["redis_fields"].take(),
        data: vector["data_json"].take(),
    }
}

fn reading(line: &str) -> Reading {
    let mut reading: Value = serde_json::from_str(line).unwrap();
    Reading {
        event: registry::get(text(&reading, "event_type")).unwrap(),
        avro: unhex(text(&reading, "avro_hex")),
        rewritten: unhex(text(&reading, "rewritten_hex")),
        data: reading["reads_as"].take(),
    }
}

fn former_event(line: &str) -> Former {
    let mut former: Value = serde_json::from_str(line).unwrap();
    Former {
        event: registry::get(text(&former, "event_type")).unwrap(),
        sourcelib: serde_json::from_value(former["sourcelib"].take()).unwrap(),
        is_former: former["former"].as_bool().unwrap(),
        avro: unhex(text(&former, "avro_hex")),
        data: former["data_json"].take(),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn unhex(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
