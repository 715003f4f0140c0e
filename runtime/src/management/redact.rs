//! Events as JSON, without personal data.

use serde_json::Value;

use crate::{
    event::EventDefinition,
    schema::{Field, Schema},
};

/// What stands in the place of personal data, as in `Debug`.
const REDACTED: &str = "<redacted>";

/// Replaces everything that is marked `pii` in `data`, the Avro record dictionary of an event of this definition.
pub(super) fn redact(definition: &EventDefinition, data: &mut Value) {
    redact_fields(definition.fields(), data);
}

fn redact_fields(fields: &[Field], data: &mut Value) {
    for field in fields {
        match data.get_mut(field.name) {
            None | Some(Value::Null) => {}
            Some(value) if field.pii => *value = REDACTED.into(),
            Some(value) => redact_parts(&field.schema, value),
        }
    }
}

fn redact_parts(schema: &Schema, value: &mut Value) {
    match (schema, value) {
        (Schema::Record(record), value) => redact_fields(record.get().fields, value),
        (Schema::Optional(some), value) => redact_parts(some, value),
        (Schema::Array(item), Value::Array(items)) => {
            for value in items {
                redact_parts(item, value);
            }
        }
        (Schema::Map(entry), Value::Object(entries)) => {
            for value in entries.values_mut() {
                redact_parts(entry, value);
            }
        }
        _ => {}
    }
}
