//! Reading bytes that were written with another schema.

mod generated;
mod refused;
mod writer;

use std::borrow::Cow;

use openedx_events::{
    EventDefinition,
    codec::{Resolution, WriterSchema},
    prelude::*,
    registry,
};

/// The contact details of a reader.
#[payload]
pub struct ReaderData {
    /// The number.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The mail address, if known.
    pub email: Option<String>,
    /// The language.
    #[payload(default = String::from("en"))]
    pub language: String,
}

/// Sent when a book is lent.
#[event(type = "com.example.library.book.lent.v1", minor_version = 1)]
pub struct BookLent {
    /// The reader.
    pub reader: ReaderData,
    /// The days until it is due.
    pub days: Vec<f64>,
    /// The shelf; since minor version 1.
    #[event(default = 3)]
    pub shelf: i64,
}

/// Returns a schema of `CloudEvent` with these fields, in JSON.
fn cloud_event(fields: &str) -> String {
    format!(r#"{{"type": "record", "name": "CloudEvent", "fields": [{fields}]}}"#)
}

fn resolve(definition: &'static EventDefinition, json: &str) -> Resolution {
    WriterSchema::parse(json).unwrap().resolve(definition).unwrap()
}

#[test]
fn the_events_own_schema_needs_no_conversion() {
    for definition in registry::events() {
        let Some(schema) = definition.schema_string() else { continue };
        let resolution = resolve(definition, &schema);
        assert!(resolution.is_same(), "{}", definition.event_type());
        assert!(matches!(resolution.rewrite(b"not looked at"), Ok(Cow::Borrowed(b"not looked at"))));
    }
}
