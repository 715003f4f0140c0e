//! The feature `apache-avro`: values and other writers' schemas.

use std::error::Error;

use apache_avro::{Schema, types::Value};
use openedx_events::{
    apache, apache::ApacheError, codec, learning::signals::CourseEnrollmentCreated, prelude::*, registry,
};
use openedx_events_tests::golden::{self, Vector};

/// A shelf.
#[payload]
pub struct ShelfData {
    /// Its number.
    pub number: i64,
}

/// Sent when a shelf was filled.
#[event(type = "com.example.archive.shelf.filled.v1", minor_version = 1)]
pub struct ShelfFilled {
    /// The shelf.
    pub shelf: ShelfData,
    /// Who filled it, if that is known.
    pub by: Option<String>,
    /// How full it is; since minor version 1.
    #[event(default = f64::INFINITY)]
    pub filled: f64,
    /// The shelf beside it; since minor version 1.
    #[event(default = ShelfData::builder().number(1).build())]
    pub beside: ShelfData,
}

#[test]
fn golden_events_come_back_from_values() {
    let of_enrollments = |vector: &Vector| vector.event.name() == "COURSE_ENROLLMENT_CREATED";
    for vector in golden::all_vectors().into_iter().filter(of_enrollments) {
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
fn bytes_of_another_schema_are_read_by_name() {
    let writer = r#"{"type": "record", "name": "CloudEvent", "namespace": "com.example.archive.shelf.filled.v1", "fields": [
        {"name": "left", "type": "long"},
        {"name": "shelf", "type": {"type": "record", "name": "ShelfData", "fields": [{"name": "number", "type": "long"}]}}
    ]}"#;
    let writer = Schema::parse_str(writer).unwrap();
    let event: ShelfFilled = apache::decode_written_with(&writer, &[8, 14]).unwrap();
    assert_eq!(event, ShelfFilled::builder().shelf(ShelfData::builder().number(7).build()).build());
    assert_eq!((event.filled, event.beside.number), (f64::INFINITY, 1));
}

/// What `apache-avro` says repeats the value, which may be personal data.
#[test]
fn values_that_do_not_fit_are_refused_without_repeating_them() {
    let value = Value::Record(vec![("shelf".to_owned(), Value::String("ada@example.com".to_owned()))]);
    let error = apache::from_value::<ShelfFilled>(value).unwrap_err();
    assert!(matches!(&error, ApacheError::Avro(inner) if inner.to_string().contains("ada@")), "{error}");
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    texts.extend(error.source().map(ToString::to_string));
    assert!(texts.iter().all(|text| !text.contains("ada@")), "{texts:?}");
}
