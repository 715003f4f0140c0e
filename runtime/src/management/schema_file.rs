//! The content of a schema file.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::event::EventDefinition;

/// Returns what Python's `generate_avro_schemas` writes: `json.dumps(schema, indent=2)`, with the keys in the order in which
/// Python makes them. Returns `None` for an event whose data has no Avro form.
pub(super) fn text(event: &EventDefinition) -> Option<String> {
    let schema: Value = serde_json::from_str(&event.schema_string()?).ok()?;
    serde_json::to_string_pretty(&InPythonsOrder(&schema)).ok()
}

const ORDER: [&str; 8] = ["name", "type", "doc", "items", "values", "fields", "default", "namespace"];

struct InPythonsOrder<'a>(&'a Value);

impl Serialize for InPythonsOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => {
                let mut entries: Vec<(&String, InPythonsOrder<'_>)> =
                    object.iter().map(|(key, value)| (key, InPythonsOrder(value))).collect();
                entries.sort_by_key(|(key, _)| ORDER.iter().position(|known| known == key));
                serializer.collect_map(entries)
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(InPythonsOrder)),
            scalar => scalar.serialize(serializer),
        }
    }
}
