//! Properties that must hold for any input from outside. `tests/fuzz` checks them for any length of time, and
//! `tests/tests/fuzz_bounded.rs` briefly; both start with the seeds.

use openedx_events::{DateTime, EventDefinition, EventsMetadata, codec, keys::CourseKey, registry};

use crate::{golden, samples};

/// A property with initial inputs.
pub struct Target {
    /// The name of the file in `tests/fuzz/fuzz_targets`.
    pub name: &'static str,
    /// Panics if the property does not hold for the input.
    pub run: fn(&[u8]),
    /// Valid inputs.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 4] = [
    Target { name: "decode", run: decode, seeds: decode_seeds },
    Target { name: "json", run: json, seeds: json_seeds },
    Target { name: "date_time", run: date_time, seeds: date_time_seeds },
    Target { name: "course_key", run: course_key, seeds: course_key_seeds },
];

fn wire_events() -> impl Iterator<Item = &'static EventDefinition> {
    registry::events().filter(|event| event.local_only().is_none())
}

/// Decodes the bytes as every event. Each result is an error, or JSON that encodes to the same event.
///
/// # Panics
///
/// Panics if the property does not hold.
pub fn decode(input: &[u8]) {
    for event in wire_events() {
        match event.decode_to_json(input) {
            Ok(json) => assert_survives(event, &json),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Checks that JSON written by us encodes to bytes that decode to the same JSON.
fn assert_survives(event: &EventDefinition, json: &str) {
    let bytes = event.encode_json(json).unwrap();
    assert_eq!(event.decode_to_json(&bytes).unwrap(), json);
    if let Some((_, cut)) = bytes.split_last() {
        assert_refused_or_earlier(event, cut);
    }
}

/// Checks that the beginning of a record is refused, unless it is the record of an earlier minor version. Then only the
/// later data keys are missing, and get the values of their absence.
///
/// # Panics
///
/// Panics if the property does not hold.
pub fn assert_refused_or_earlier(event: &EventDefinition, cut: &[u8]) {
    match event.decode_to_json(cut) {
        Ok(json) => {
            assert!(
                event.minor_version() > 0,
                "{} has no earlier minor version: {cut:?}",
                event.event_type()
            );
            let whole = event.encode_json(&json).unwrap();
            assert!(whole.starts_with(cut), "{whole:?} does not begin with {cut:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn decode_seeds() -> Vec<Vec<u8>> {
    let golden = golden::vectors().map(|vector| vector.avro).filter(|avro| avro.len() < 1000);
    let samples =
        [samples::sample_taken(), samples::sample_without_remarks()].map(|sample| codec::encode(&sample));
    golden.chain(samples).chain([codec::encode(&samples::article_added())]).collect()
}

/// Reads the JSON as every event and as metadata. Each result is an error or survives a round trip.
///
/// # Panics
///
/// Panics if the property does not hold.
pub fn json(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    for event in wire_events() {
        match event.encode_json(text) {
            Ok(bytes) => assert_survives(event, &event.decode_to_json(&bytes).unwrap()),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    match EventsMetadata::from_json(text) {
        Ok(metadata) => assert_eq!(EventsMetadata::from_json(&metadata.to_json()).unwrap(), metadata),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn json_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for vector in golden::vectors().filter(|vector| vector.avro.len() < 1000) {
        seeds.push(vector.event.decode_to_json(&vector.avro).unwrap().into_bytes());
        seeds.push(vector.metadata.into_bytes());
    }
    for sample in [samples::sample_taken(), samples::sample_without_remarks()] {
        seeds.push(serde_json::to_vec(&sample).unwrap());
    }
    seeds.push(serde_json::to_vec(&samples::article_added()).unwrap());
    seeds
}

/// Parses a time. The result is an error that points into the input, or a time that survives a round trip.
///
/// # Panics
///
/// Panics if the property does not hold.
pub fn date_time(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    match text.parse::<DateTime>() {
        Ok(time) => {
            let own = time.to_string();
            assert_eq!(own.parse::<DateTime>().unwrap(), time);
            assert!(own.is_ascii() && own.len() <= 42);
            assert_eq!(time.is_naive(), time.unix_micros().is_none());
            if let Some(instant) =
                time.unix_micros().and_then(|micros| DateTime::from_unix_micros(micros).ok())
            {
                assert!(time.same_instant(&instant));
            }
        }
        Err(error) => {
            assert!(error.byte().is_none_or(|byte| byte <= text.len()));
            assert!(!error.to_string().is_empty());
        }
    }
}

fn date_time_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "2024-02-29T09:30:00.000250+00:00",
        "2024-02-29T15:00:00+05:30",
        "2024-02-29T09:30:00",
        "0001-01-01T00:00:00-23:59:59.999999",
        "9999-12-31T23:59:59.999999Z",
        "20240229T0930Z",
        "2024-W09-4 09:30",
        "2024-02-29",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

/// Parses a course key. The result is an error that points into the input, or a key that survives a round trip.
///
/// # Panics
///
/// Panics if the property does not hold.
pub fn course_key(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    match text.parse::<CourseKey>() {
        Ok(key) => {
            let again: CourseKey = key.as_str().parse().unwrap();
            assert_eq!((again.as_str(), &again), (key.as_str(), &key));
            assert_eq!(again.class_name(), key.class_name());
            assert_eq!(again.is_deprecated(), key.is_deprecated());
            assert_eq!((again.version_guid(), again.library()), (key.version_guid(), key.library()));
            assert_eq!(again.ccx(), key.ccx());
        }
        Err(error) => {
            assert!(error.offset() <= text.len(), "{error}");
            assert!(!error.part().is_empty() && !error.to_string().is_empty());
        }
    }
}

fn course_key_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "course-v1:edX+DemoX+2026",
        "course-v1:edX+DemoX+2026+branch@draft+version@519665f6223ebd6980884f2b",
        "course-v1:version@519665f6223ebd6980884f2b",
        "library-v1:edX+Maths+branch@library",
        "ccx-v1:edX+DemoX+2026+ccx@7",
        "slashes:edX+DemoX+2026",
        "edX/DemoX/2013",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}
