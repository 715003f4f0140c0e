//! The schema as a string, as Python's `json.dumps(schema, sort_keys=True)` writes it.

use super::{Field, Record, Schema};

/// Returns the schema of the event type `event_type` with the data keys `data`.
///
/// Python puts every event into a record `CloudEvent` whose namespace is the event type.
#[must_use]
pub fn event_schema_string(event_type: &str, data: &[Field]) -> String {
    event_schema_with_defaults(event_type, data, |_| None)
}

/// Returns the same schema, in which data keys have the defaults that `default` returns as JSON for their indexes.
pub(crate) fn event_schema_with_defaults(
    event_type: &str,
    data: &[Field],
    default: impl Fn(usize) -> Option<String>,
) -> String {
    let mut writer = Writer { out: String::with_capacity(1024), defined: Vec::new() };
    writer.out.push_str(
        r#"{"doc": "Avro Event Format for CloudEvents created with openedx_events/schema", "fields": ["#,
    );
    writer.fields(data, default);
    writer.out.push_str(r#"], "name": "CloudEvent", "namespace": ""#);
    writer.out.push_str(event_type);
    writer.out.push_str(r#"", "type": "record"}"#);
    writer.out
}

/// Writes without escapes, since names, event types and Avro's own words are ASCII without quotes.
struct Writer {
    out: String,
    /// The records that were written. Each is written out at its first mention, and later by its name.
    defined: Vec<&'static str>,
}

impl Writer {
    fn fields(&mut self, fields: &[Field], default: impl Fn(usize) -> Option<String>) {
        for (index, field) in fields.iter().enumerate() {
            self.out.push_str(if index > 0 { ", {" } else { "{" });
            if matches!(field.schema, Schema::Optional(_)) {
                self.out.push_str(r#""default": null, "#);
            } else if let Some(default) = default(index) {
                self.push(&[r#""default": "#, &default, ", "]);
            }
            self.push(&[r#""name": ""#, field.name, r#"", "type": "#]);
            self.schema(&field.schema);
            self.out.push('}');
        }
    }

    fn schema(&mut self, schema: &Schema) {
        match schema {
            Schema::Boolean => self.out.push_str(r#""boolean""#),
            Schema::Long => self.out.push_str(r#""long""#),
            Schema::Double => self.out.push_str(r#""double""#),
            Schema::String | Schema::PersonalString => self.out.push_str(r#""string""#),
            Schema::Bytes => self.out.push_str(r#""bytes""#),
            Schema::Array(items) => self.wrap(r#"{"items": "#, items, r#", "type": "array"}"#),
            Schema::Map(values) => self.wrap(r#"{"type": "map", "values": "#, values, "}"),
            Schema::Optional(some) => self.wrap(r#"["null", "#, some, "]"),
            Schema::Record(record) => self.record(record.get()),
            // Programs in which a type has no Avro form do not compile.
            Schema::Unknown => self.out.push_str(r#""null""#),
        }
    }

    fn wrap(&mut self, before: &str, inner: &Schema, after: &str) {
        self.out.push_str(before);
        self.schema(inner);
        self.out.push_str(after);
    }

    fn record(&mut self, record: &'static Record) {
        if self.defined.contains(&record.name) {
            return self.push(&["\"", record.name, "\""]);
        }
        self.defined.push(record.name);
        self.out.push_str(r#"{"fields": ["#);
        self.fields(record.fields, |_| None);
        self.push(&[r#"], "name": ""#, record.name, r#"", "type": "record"}"#]);
    }

    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.out.push_str(part);
        }
    }
}
