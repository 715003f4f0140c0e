//! The feature `apache-avro`: values and schemas of other writers.

use std::error::Error;

use apache_avro::{Schema, types::Value};
use openedx_events::{
    apache, apache::ApacheError, codec, learning::signals::CourseEnrollmentCreated, prelude::*, registry,
};
use openedx_events_tests::golden::{self, Vector};

/// A shelf.
#[payload]
pub struct ShelfData {
    /// The number of the shelf.
    pub number: i64,
}

/// Sent when a shelf is filled.
#[event(type = "com.example.archive.shelf.filled.v1", minor_version = 1)]
pub struct ShelfFilled {
    /// The shelf.
    pub shelf: ShelfData,
    /// The person who filled it, if known.
    pub by: Option<String>,
    /// The filled fraction; since minor version 1.
    #[event(default = f64::INFINITY)]
    pub filled: f64,
    /// The next shelf; since minor version 1.
    #[event(default = ShelfData::builder().number(1).build())]
    pub next: ShelfData,
}

#[test]
fn golden_events_survive_conversion_to_values() {
    let is_enrollment = |vector: &Vector| vector.event.name() == "COURSE_ENROLLMENT_CREATED";
    for vector in golden::all_vectors().into_iter().filter(is_enrollment) {
        let event: CourseEnrollmentCreated = codec::decode(&vector.avro).unwrap();
        let value = apache::to_value(&event).unwrap();
        assert_eq!(apache::from_value::<CourseEnrollmentCreated>(value).unwrap(), event);
    }
}

#[test]
fn every_event_of_the_catalogue_has_a_schema() {
    for event in registry::events().filter(|event| event.schema_string().is_some()) {
        event.avro_schema().unwrap_or_else(|error| panic!("{}: {error}", event.event_type()));
    }
    let without =
        registry::get("org.openedx.content_authoring.course.certificate_config.changed.v1").unwrap();
    assert!(without.avro_schema().unwrap_err().to_string().contains("stays in its process"));
}

#[test]
fn bytes_of_another_schema_are_matched_by_name() {
    let writer = r#"{"type": "record", "name": "CloudEvent", "namespace": "com.example.archive.shelf.filled.v1", "fields": [
        {"name": "left", "type": "long"},
        {"name": "shelf", "type": {"type": "record", "name": "ShelfData", "fields": [{"name": "number", "type": "long"}]}}
    ]}"#;
    let writer = Schema::parse_str(writer).unwrap();
    let event: ShelfFilled = apache::decode_written_with(&writer, &[8, 14]).unwrap();
    assert_eq!(event, ShelfFilled::builder().shelf(ShelfData::builder().number(7).build()).build());
    assert_eq!((event.filled, event.next.number), (f64::INFINITY, 1));
}

/// Errors of `apache-avro` repeat the value, which may be personal data.
#[test]
fn errors_about_wrong_values_do_not_repeat_them() {
    let value = Value::Record(vec![("shelf".to_owned(), Value::String("ada@example.com".to_owned()))]);
    let error = apache::from_value::<ShelfFilled>(value).unwrap_err();
    assert!(matches!(&error, ApacheError::Avro(inner) if inner.to_string().contains("ada@")), "{error}");
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    texts.extend(error.source().map(ToString::to_string));
    assert!(texts.iter().all(|text| !text.contains("ada@")), "{texts:?}");
}
