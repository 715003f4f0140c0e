//! The keys of records, and the partitions that they choose.

use openedx_events::{codec, prelude::*};

use super::support::{World, envelope, soon};

/// A thing with values that can be keys, and values that cannot.
#[payload]
pub struct ThingData {
    /// An optional string.
    pub label: Option<String>,
    /// A number.
    pub number: i64,
    /// A boolean.
    pub is_there: bool,
    /// Bytes.
    pub checksum: Bytes,
    /// A measure.
    pub weight: f64,
    /// Words.
    pub tags: Vec<String>,
}

/// Sent when a thing moves.
#[event(type = "com.example.learning.thing.moved.v1")]
pub struct ThingMoved {
    /// The thing.
    pub thing: ThingData,
}

fn thing(label: Option<&str>) -> Vec<u8> {
    let thing = ThingData::builder().label(label.map(str::to_owned)).number(-3).is_there(true);
    let thing =
        thing.checksum(Bytes::from_static(b"\xff\x00raw")).weight(0.5).tags(vec!["a".to_owned()]).build();
    codec::encode(&ThingMoved { thing })
}

/// Sends with the producer of the bus, which finds the key in the event.
fn send(world: &World, topic: &str, field: &str, event_data: &[u8]) -> Result<(), String> {
    let mode = openedx_events::event_bus::settings::DeliveryMode::Wait;
    let producer =
        openedx_events::event_bus::Producer::of(&world.bus(), None, mode, std::time::Duration::from_secs(20));
    let metadata = EventsMetadata::of(THING_MOVED.definition());
    let sent = producer.unwrap().send(topic, Some(field), &metadata, event_data);
    sent.map_err(|error| std::error::Error::source(&error).unwrap().to_string())
}

#[test]
fn each_type_of_key_has_its_text_its_subject_and_its_bytes() {
    let Some(world) = World::new() else { return };
    for (field, subject, schema, key) in [
        ("thing.label", "string", r#"{"name": "label", "type": "string"}"#, &b"\x04ab"[..]),
        ("thing.number", "long", r#"{"name": "number", "type": "long"}"#, b"\x05"),
        ("thing.is_there", "boolean", r#"{"name": "is_there", "type": "boolean"}"#, b"\x01"),
        // Without a length, as in Python.
        ("thing.checksum", "bytes", r#"{"name": "checksum", "type": "bytes"}"#, b"\xff\x00raw"),
    ] {
        let topic = world.topic(1);
        send(&world, &topic, field, &thing(Some("ab"))).unwrap();
        let requests = world.registry.requests();
        let [key_request, value_request] = &requests[requests.len() - 2..] else { panic!("{requests:?}") };
        assert_eq!(key_request.target, format!("/subjects/{topic}-{subject}/versions?normalize=false"));
        let body: serde_json::Value = serde_json::from_str(&key_request.body).unwrap();
        assert_eq!(body, serde_json::json!({"schema": schema, "schemaType": "AVRO", "references": []}));
        assert!(value_request.target.contains(".CloudEvent/versions"), "the key comes first");
        let records = world.kafka.records(&topic);
        let stored = records[0].key.as_ref().unwrap();
        assert_eq!(stored[0], 0);
        assert_eq!(&stored[5..], key, "{field}");
    }
}

#[test]
fn an_absent_value_is_a_null_key() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    send(&world, &topic, "thing.label", &thing(None)).unwrap();
    assert_eq!(world.kafka.records(&topic)[0].key, None);
}

#[test]
fn values_that_cannot_be_keys_are_refused() {
    let Some(world) = World::new() else { return };
    for field in ["thing.weight", "thing.tags", "thing"] {
        let topic = world.topic(1);
        let error = send(&world, &topic, field, &thing(None)).unwrap_err();
        assert_eq!(error, format!("`{field}` of `com.example.learning.thing.moved.v1` cannot be a key"));
        assert!(world.kafka.records(&topic).is_empty());
    }
}

/// CRC32, as zlib computes it.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc));
    !bytes.iter().fold(!0, byte)
}

#[test]
fn the_partition_is_the_checksum_of_the_key() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    let Some(world) = World::new() else { return };
    let topic = world.topic(7);
    let envelopes: Vec<_> = (0..200)
        .map(|number: i32| {
            let text = format!("key-{}", number * 31);
            let mut avro = vec![u8::try_from(text.len() * 2).unwrap()];
            avro.extend_from_slice(text.as_bytes());
            envelope(&topic, THING_MOVED.definition(), thing(None), Some(("thing.label", &avro)))
        })
        .collect();
    let producer = openedx_events::event_bus::EventBus::producer(&world.bus()).unwrap();
    let outcomes = producer.send(&envelopes, soon());
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let records = world.kafka.records(&topic);
    assert_eq!(records.len(), 200);
    for record in &records {
        let key = record.key.as_ref().unwrap();
        assert_eq!(record.partition, Some(i32::try_from(crc32(key) % 7).unwrap()), "{key:?}");
    }
    // The ids name the place of each record.
    let places: std::collections::BTreeSet<_> =
        records.iter().map(|record| format!("{}-{}", record.partition.unwrap(), record.offset)).collect();
    assert_eq!(places, outcomes.into_iter().map(|id| id.unwrap().to_string()).collect());
}
