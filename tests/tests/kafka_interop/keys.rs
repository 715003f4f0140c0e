//! The paths that Python can use as keys.

use openedx_events::EventDefinition;
use openedx_events_tests::golden::Vector;
use serde_json::Value;

/// An event, and the path to its key.
pub(crate) struct Keyed<'a> {
    pub(crate) vector: &'a Vector,
    pub(crate) key_field: String,
}

impl Keyed<'_> {
    /// Returns the line for Python's producer.
    pub(crate) fn line(&self) -> String {
        let mut line: Value = serde_json::from_str(&self.vector.line).unwrap();
        line["key_field"] = self.key_field.as_str().into();
        line.to_string()
    }

    fn value(&self) -> &Value {
        self.key_field.split('.').fold(&self.vector.data, |value, name| &value[name])
    }

    /// Returns Avro's bytes of the key, without the frame.
    pub(crate) fn avro(&self) -> Vec<u8> {
        match self.value() {
            Value::String(text) => [&long(i64::try_from(text.len()).unwrap()), text.as_bytes()].concat(),
            Value::Bool(value) => vec![u8::from(*value)],
            Value::Number(number) => long(number.as_i64().unwrap()),
            other => panic!("{}: not a key: {other}", self.key_field),
        }
    }

    /// Returns the key's schema, as Python registers it.
    pub(crate) fn schema(&self) -> String {
        let name = self.key_field.rsplit('.').next().unwrap();
        format!(r#"{{"name": "{name}", "type": "{}"}}"#, self.kind())
    }

    /// Returns the Avro type of the key.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value() {
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            _ => "long",
        }
    }
}

fn long(value: i64) -> Vec<u8> {
    let mut rest = u64::from_ne_bytes(((value << 1) ^ (value >> 63)).to_ne_bytes());
    let mut bytes = Vec::new();
    while rest > 127 {
        bytes.push(u8::try_from(rest & 127).unwrap() | 128);
        rest >>= 7;
    }
    bytes.push(u8::try_from(rest).unwrap());
    bytes
}

/// Gives each event one of the paths that Python can use, in turn. Events without such a path are left out.
pub(crate) fn keyed<'a>(vectors: &[&'a Vector]) -> Vec<Keyed<'a>> {
    let with_key = |(number, vector): (usize, &&'a Vector)| {
        let paths = paths(vector.event);
        let key_field = paths.get(number.checked_rem(paths.len())?)?.clone();
        Some(Keyed { vector, key_field })
    };
    vectors.iter().enumerate().filter_map(with_key).collect()
}

/// Returns the paths to fields that are neither optional nor behind an optional or repeated record.
fn paths(event: &EventDefinition) -> Vec<String> {
    fn descend(fields: &Value, prefix: &str, paths: &mut Vec<String>) {
        for field in fields.as_array().into_iter().flatten() {
            let path = format!("{prefix}{}", field["name"].as_str().unwrap());
            match &field["type"] {
                Value::String(name) if ["string", "long", "boolean"].contains(&name.as_str()) => {
                    paths.push(path);
                }
                kind => descend(&kind["fields"], &format!("{path}."), paths),
            }
        }
    }
    let mut paths = Vec::new();
    let schema: Value =
        event.schema_string().map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    descend(&schema["fields"], "", &mut paths);
    paths
}

#[test]
fn most_events_have_a_key_for_python() {
    let vectors = openedx_events_tests::golden::all_vectors();
    let all: Vec<&Vector> = vectors.iter().collect();
    let keyed = keyed(&all);
    assert!(keyed.len() >= 300, "{} of {}", keyed.len(), all.len());
    let kinds = ["string", "long", "boolean"].map(|kind| keyed.iter().any(|event| event.kind() == kind));
    assert_eq!(kinds, [true; 3]);
}
