//! A JSON value that remembers which keys its tables had twice.
//!
//! `serde_json::Value` keeps the last of several values of one key, as Python does, and drops the others without a word.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

/// The key under which `serde_json` passes a number as a string, if any crate enables its feature `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// A value, and the paths of the keys that occur more than once in their tables.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) value: Value,
    pub(super) repeated: Vec<Vec<String>>,
}

/// Wraps a value whose keys are unique.
#[cfg(feature = "settings-file")]
impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        Self { value, repeated: Vec::new() }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (mut path, mut repeated) = (Vec::new(), Vec::new());
        let value = Node { path: &mut path, repeated: &mut repeated }.deserialize(deserializer)?;
        Ok(Self { value, repeated })
    }
}

/// Reads the value at a path.
struct Node<'a> {
    path: &'a mut Vec<String>,
    repeated: &'a mut Vec<Vec<String>>,
}

impl Node<'_> {
    /// Returns a reader for a value inside this one.
    fn inner(&mut self) -> Node<'_> {
        Node { path: self.path, repeated: self.repeated }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Number::from_i128(value).map_or_else(|| value.to_string().into(), Value::Number))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Number::from_u128(value).map_or_else(|| value.to_string().into(), Value::Number))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        self.path.push("[]".to_owned());
        while let Some(value) = items.next_element_seed(self.inner())? {
            values.push(value);
        }
        self.path.pop();
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut table = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER {
                let digits = entries.next_value::<String>()?;
                return digits.parse().map(Value::Number).map_err(A::Error::custom);
            }
            self.path.push(key);
            let value = entries.next_value_seed(self.inner())?;
            let key = self.path.last().cloned().unwrap_or_default();
            if table.insert(key, value).is_some() && !self.repeated.contains(self.path) {
                self.repeated.push(self.path.clone());
            }
            self.path.pop();
        }
        Ok(Value::Object(table))
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn repeated_keys_are_found_at_any_depth() {
        let json = r#"{"a": {"b": 1, "c": [{"d": 1, "d": 2}], "b": 2, "b": 3}, "e": 1.5, "a": {"f": null}}"#;
        let tree: Tree = serde_json::from_str(json).unwrap();
        assert_eq!(tree.value, serde_json::from_str::<serde_json::Value>(json).unwrap());
        let paths: Vec<String> = tree.repeated.iter().map(|path| path.join(".")).collect();
        assert_eq!(paths, ["a.c.[].d", "a.b", "a"]);
    }

    #[test]
    fn values_are_read_as_by_serde_json() {
        let json = r#"[null, true, -7, 18446744073709551615, 1e300, "é\n", [], {}, {"": 0}]"#;
        let tree: Tree = serde_json::from_str(json).unwrap();
        assert_eq!(tree.value, serde_json::from_str::<serde_json::Value>(json).unwrap());
        assert!(tree.repeated.is_empty());
    }
}
