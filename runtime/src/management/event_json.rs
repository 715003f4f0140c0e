//! Converts entries of a topic to JSON. Personal data is redacted, unless the caller asks for it.

use serde_json::{Map, Value};

use crate::{
    error::chain,
    event_bus::{EntryId, Message},
    former, registry,
    schema::{Field, Schema},
};

/// Replaces personal data, as in `Debug`.
const REDACTED: &str = "<redacted>";

/// Returns an entry's id, its metadata and its data, as far as they can be read. If something cannot be read, `error` says
/// why.
pub(super) fn entry(id: &EntryId, message: &Message, reveal: bool) -> Map<String, Value> {
    let mut line = Map::new();
    line.insert("id".to_owned(), id.as_str().into());
    if let Err(error) = describe(message, reveal, &mut line) {
        line.insert("error".to_owned(), error.into());
    }
    line
}

fn describe(message: &Message, reveal: bool, line: &mut Map<String, Value>) -> Result<(), String> {
    if let Some(event_type) = message.event_type() {
        line.insert("event_type".to_owned(), event_type.into());
    }
    let (metadata, absent) = message.metadata().map_err(|error| chain(&error))?;
    let mut headers: Map<String, Value> = serde_json::from_str(&metadata.to_json()).unwrap_or_default();
    // A consumer fills in headers that are absent. Here they are left out.
    headers.retain(|name, _| !absent.contains(&&**name));
    line.insert("metadata".to_owned(), headers.into());
    let definition = registry::get(&metadata.event_type).ok_or_else(|| {
        let gone = former::gone(&metadata.event_type).map_or_else(String::new, |gone| format!(" ({gone})"));
        format!("this program has no event of type `{}`{gone}", metadata.event_type)
    })?;
    let bytes = message.current_event_data(&metadata).map_err(|error| chain(&*error))?;
    let data = definition.decode_to_json(&bytes);
    let data = data.map_err(|error| chain(&*former::explain(definition, &metadata.sourcelib, error)))?;
    let mut data = serde_json::from_str(&data).unwrap_or(Value::Null);
    if !reveal {
        redact(definition.fields(), &mut data);
    }
    line.insert("data".to_owned(), data);
    Ok(())
}

/// Replaces everything that is marked `pii` in `data`, an Avro record dictionary with these fields.
fn redact(fields: &[Field], data: &mut Value) {
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
        (Schema::Record(record), value) => redact(record.get().fields, value),
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
