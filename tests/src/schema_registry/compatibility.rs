//! Canonical texts of Avro schemas, and whether one can read what another wrote.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

/// Returns the schema as Java's Avro library prints it, apart from the order of attributes: a primitive type loses the attribute
/// `name`, which is reserved, and a namespace is written only if it differs from the one around.
pub(crate) fn canonical(schema: &Value, namespace: &str) -> Value {
    match schema {
        Value::Array(branches) => branches.iter().map(|branch| canonical(branch, namespace)).collect(),
        Value::Object(attributes) => canonical_object(attributes, namespace),
        other => other.clone(),
    }
}

fn canonical_object(attributes: &Map<String, Value>, namespace: &str) -> Value {
    let kind = attributes.get("type").and_then(Value::as_str).unwrap_or_default();
    if PRIMITIVES.contains(&kind) {
        let mut kept = attributes.clone();
        kept.retain(|name, _| !["name", "namespace", "doc"].contains(&name.as_str()));
        return if kept.len() == 1 { kind.into() } else { kept.into() };
    }
    if attributes.get("type").is_some_and(|inner| !inner.is_string()) {
        return canonical(&attributes["type"], namespace);
    }
    let own = attributes.get("namespace").and_then(Value::as_str).unwrap_or(namespace).to_owned();
    let mut kept = attributes.clone();
    if own == namespace {
        kept.remove("namespace");
    }
    for (name, value) in &mut kept {
        match (name.as_str(), value) {
            ("items" | "values", value) => *value = canonical(value, &own),
            ("fields", Value::Array(fields)) => {
                for field in fields {
                    if let Some(of_field) = field.get_mut("type") {
                        *of_field = canonical(of_field, &own);
                    }
                }
            }
            _ => {}
        }
    }
    kept.into()
}

/// Returns the path and the reason if values of the schema `writer` cannot be read with the schema `reader`.
pub(crate) fn can_read(reader: &Value, writer: &Value) -> Result<(), String> {
    let (mut readers, mut writers) = (BTreeMap::new(), BTreeMap::new());
    collect(reader, &mut readers);
    collect(writer, &mut writers);
    let mut pair = Pair { readers, writers, compared: Vec::new() };
    pair.can_read(reader, writer, "")
}

struct Pair<'a> {
    readers: BTreeMap<&'a str, &'a Value>,
    writers: BTreeMap<&'a str, &'a Value>,
    /// The records that were compared, or are being compared: a record may contain itself.
    compared: Vec<&'a str>,
}

/// Collects the named types of a schema, by their last name.
fn collect<'a>(schema: &'a Value, named: &mut BTreeMap<&'a str, &'a Value>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| collect(item, named)),
        Value::Object(attributes) => {
            if let (Some("record" | "enum" | "fixed"), Some(name)) = (kind(schema), schema["name"].as_str()) {
                named.insert(name, schema);
            }
            for name in ["type", "items", "values", "fields"] {
                attributes.get(name).into_iter().for_each(|inner| collect(inner, named));
            }
        }
        _ => {}
    }
}

fn kind(schema: &Value) -> Option<&str> {
    schema.as_str().or_else(|| schema.get("type")?.as_str())
}

/// Replaces a name by its type, and `{"type": {…}}` by the inner type.
fn resolve<'a>(schema: &'a Value, named: &BTreeMap<&'a str, &'a Value>) -> &'a Value {
    match schema {
        Value::String(name) => named.get(name.rsplit('.').next().unwrap_or(name)).copied().unwrap_or(schema),
        Value::Object(attributes) if attributes.get("type").is_some_and(|inner| !inner.is_string()) => {
            resolve(&attributes["type"], named)
        }
        _ => schema,
    }
}

impl<'a> Pair<'a> {
    fn can_read(&mut self, reader: &'a Value, writer: &'a Value, path: &str) -> Result<(), String> {
        let (reader, writer) = (resolve(reader, &self.readers), resolve(writer, &self.writers));
        if let Value::Array(branches) = writer {
            return branches.iter().try_for_each(|branch| self.can_read(reader, branch, path));
        }
        if let Value::Array(branches) = reader {
            let fits = branches.iter().any(|branch| self.can_read(branch, writer, path).is_ok());
            return if fits { Ok(()) } else { Err(format!("{path}: no branch of the union fits {writer}")) };
        }
        match (kind(reader), kind(writer)) {
            (Some("record"), Some("record")) => self.can_read_record(reader, writer, path),
            (Some("array"), Some("array")) => self.can_read(&reader["items"], &writer["items"], path),
            (Some("map"), Some("map")) => self.can_read(&reader["values"], &writer["values"], path),
            (Some(reader), Some(writer)) if reader == writer || promotes(writer, reader) => Ok(()),
            _ => Err(format!("{path}: {reader} cannot read {writer}")),
        }
    }

    fn can_read_record(&mut self, reader: &'a Value, writer: &'a Value, path: &str) -> Result<(), String> {
        let name = reader["name"].as_str().unwrap_or_default();
        if self.compared.contains(&name) {
            return Ok(());
        }
        if reader["name"] != writer["name"] {
            return Err(format!("{path}: record {} cannot read {}", reader["name"], writer["name"]));
        }
        self.compared.push(name);
        let fields = |schema: &'a Value| schema["fields"].as_array().into_iter().flatten();
        for field in fields(reader) {
            let path = format!("{path}/{}", field["name"].as_str().unwrap_or_default());
            match fields(writer).find(|written| written["name"] == field["name"]) {
                Some(written) => self.can_read(&field["type"], &written["type"], &path)?,
                None if field.get("default").is_some() => {}
                None => return Err(format!("{path}: a new field without a default")),
            }
        }
        Ok(())
    }
}

/// Returns true if Avro reads values of one primitive type as another.
fn promotes(from: &str, to: &str) -> bool {
    matches!(
        (from, to),
        ("int", "long" | "float" | "double")
            | ("long", "float" | "double")
            | ("float", "double")
            | ("string", "bytes")
            | ("bytes", "string")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{can_read, canonical};

    fn record(fields: &Value) -> Value {
        json!({"type": "record", "name": "CloudEvent", "namespace": "a.b", "fields": fields})
    }

    #[test]
    fn names_of_primitives_are_dropped() {
        assert_eq!(canonical(&json!({"name": "course_key", "type": "string"}), ""), json!("string"));
        assert_eq!(canonical(&json!({"type": "long", "logicalType": "date"}), "")["logicalType"], "date");
        let fields = json!([{"name": "a", "type": {"type": "string"}}]);
        assert_eq!(canonical(&record(&fields), "")["fields"][0]["type"], "string");
    }

    #[test]
    fn only_a_new_field_needs_a_default() {
        let old = record(&json!([{"name": "a", "type": "long"}]));
        let new = record(&json!([{"name": "a", "type": "long"}, {"name": "b", "type": "long"}]));
        let with_default =
            record(&json!([{"name": "a", "type": "long"}, {"name": "b", "type": "long", "default": 0}]));
        assert_eq!(can_read(&new, &old).unwrap_err(), "/b: a new field without a default");
        assert_eq!(can_read(&old, &new), Ok(()));
        assert_eq!(can_read(&with_default, &old), Ok(()));
    }

    #[test]
    fn unions_and_names_are_followed() {
        let inner = json!({"type": "record", "name": "In", "fields": [{"name": "x", "type": "int"}]});
        let old = record(&json!([{"name": "a", "type": inner}, {"name": "b", "type": "In"}]));
        let new =
            json!({"type": "record", "name": "In", "fields": [{"name": "x", "type": ["null", "long"]}]});
        let new = record(&json!([{"name": "a", "type": ["null", new]}, {"name": "b", "type": "In"}]));
        assert_eq!(can_read(&new, &old), Ok(()));
        assert!(can_read(&old, &new).unwrap_err().contains("cannot read"));
    }
}
