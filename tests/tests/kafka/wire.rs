//! The bytes and headers of records, as Python writes them.

use std::time::Duration;

use openedx_events::{
    EventsMetadata, codec,
    event_bus::{Envelope, Header, Message, PartitionKey, Producer, settings::DeliveryMode},
    keys::CourseKey,
    learning::{data::*, signals::*},
};
use openedx_events_tests::{NUMBER_DRAWN, NumberDrawn};

use super::support::{World, lines, number};

/// The event, the key and the value of a sample that Python wrote.
fn sample() -> (CourseEnrollmentCreated, Vec<u8>, Vec<u8>) {
    let pii = UserPersonalData::builder().username("u1").email("e@x.y").name("N").build();
    let user = UserData::builder().id(7).is_active(true).pii(pii).build();
    let course_key: CourseKey = "course-v1:edX+D+2026".parse().unwrap();
    let course = CourseData::builder().course_key(course_key).display_name("Demo").build();
    let enrollment = CourseEnrollmentData::builder()
        .user(user)
        .course(course)
        .mode("audit")
        .is_active(true)
        .creation_date("2026-01-02T03:04:05.678901+00:00".parse::<openedx_events::DateTime>().unwrap())
        .build();
    let key = b"\x00\x00\x00\x00\x01\x28course-v1:edX+D+2026".to_vec();
    let value = b"\x00\x00\x00\x00\x02\x0e\x01\x04u1\x0ae@x.y\x02N\x28course-v1:edX+D+2026\x08Demo\x00\x00\x0aaudit\x01\
                  \x402026-01-02T03:04:05.678901+00:00\x00";
    (CourseEnrollmentCreated { enrollment }, key, value.to_vec())
}

#[test]
fn a_record_has_the_bytes_and_headers_of_python() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let (event, key, value) = sample();
    let definition = COURSE_ENROLLMENT_CREATED.definition();
    let event_data = codec::encode(&event);
    let mut metadata = EventsMetadata::of(definition);
    metadata.id = "01234567-89AB-4CDE-8F01-23456789ABCD".parse().unwrap();
    metadata.source = "openedx/lms/web".into();
    metadata.sourcehost = "host.example.org".into();
    metadata.sourcelib = vec![11, 2, 0].into();
    metadata.time = "2026-11-30T05:45:44.705732+00:00".parse().unwrap();
    metadata.minorversion = 3;
    let partition_key = PartitionKey {
        field: "enrollment.course.course_key".into(),
        value: b"\x28course-v1:edX+D+2026"[..].into(),
    };
    let message = Message::new(&metadata, event_data.clone());
    let envelope = Envelope { topic: topic.as_str().into(), key: Some(partition_key.clone()), message };
    let record = world.sent(envelope);
    assert_eq!(record.key, Some(key));
    assert_eq!(record.value, Some(value));
    let headers: Vec<_> = record
        .headers
        .iter()
        .map(|(name, value)| (&**name, str::from_utf8(value.as_ref().unwrap()).unwrap()))
        .collect();
    assert_eq!(
        headers,
        [
            ("ce_specversion", "1.0"),
            ("content-type", "application/avro"),
            ("ce_datacontenttype", "application/avro"),
            ("ce_type", "org.openedx.learning.course.enrollment.created.v1"),
            ("ce_id", "01234567-89ab-4cde-8f01-23456789abcd"),
            ("ce_source", "openedx/lms/web"),
            ("ce_time", "2026-11-30T05:45:44.705732+00:00"),
            ("ce_minorversion", "3"),
            ("sourcehost", "host.example.org"),
            ("sourcelib", "11.2.0"),
        ]
    );

    let topic = world.topic(1);
    metadata.time = "2026-11-30T05:45:44Z".parse().unwrap();
    let message = Message::new(&metadata, event_data);
    let record = world.sent(Envelope { topic: topic.as_str().into(), key: Some(partition_key), message });
    assert_eq!(record.header("ce_time").as_deref(), Some("2026-11-30T05:45:44+00:00"), "without a fraction");
}

#[test]
fn other_fields_of_a_message_follow_the_headers() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let mut envelope = number(&topic, 1);
    let mut message = envelope.message.to_builder();
    message.extra("trace", "abc");
    envelope.message = message.build();
    let record = world.sent(envelope);
    assert_eq!(record.headers.len(), 11);
    assert_eq!(record.headers[10], ("trace".to_owned(), Some(b"abc".to_vec())));
}

#[test]
fn the_audit_log_has_the_place_of_the_record() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let producer = Producer::of(&world.bus(), None, DeliveryMode::Wait, Duration::from_secs(20)).unwrap();
    let metadata = EventsMetadata::of(NUMBER_DRAWN.definition());
    let event_data = codec::encode(&NumberDrawn { number: 1 });
    producer.send(&topic, None, &metadata, &event_data).unwrap();
    let fields = format!("kafka_topic=\"{topic}\" kafka_partition=0 kafka_offset=0");
    assert_eq!(lines().with(&fields).len(), 1);
}

#[test]
fn an_event_type_that_no_crate_defines_is_refused() {
    let Some(world) = World::new() else { return };
    let topic = world.topic(1);
    let mut envelope = number(&topic, 1);
    let mut message = envelope.message.to_builder();
    message.header(Header::EventType, "com.example.learning.nothing.known.v1");
    envelope.message = message.build();
    let error = world.send(envelope).unwrap_err();
    assert!(error.is_refused());
    assert_eq!(
        error.to_string(),
        "no crate in this program defines `com.example.learning.nothing.known.v1`, so its schema is unknown"
    );
}
