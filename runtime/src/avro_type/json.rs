//! Values as JSON, where serde wants a type of its own.

use std::marker::PhantomData;

use serde::{Deserializer, Serialize, Serializer, de::DeserializeSeed};

use super::AvroType;

/// Writes a value as `AvroType` says, where serde wants something that is `Serialize`.
pub(crate) struct Json<'a, T>(pub(crate) &'a T);

impl<T: AvroType> Serialize for Json<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_json(serializer)
    }
}

/// Reads a value as `AvroType` says.
pub(crate) struct JsonSeed<T>(pub(crate) PhantomData<T>);

impl<'de, T: AvroType> DeserializeSeed<'de> for JsonSeed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize_json(deserializer)
    }
}

/// What serde says is wrong, without the value that it says it of, and without the place: what is wrong
/// with an event's JSON ends up in logs, and its values may be personal data.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    if text.starts_with("unknown field ")
        && let Some((_, known)) = text.rsplit_once("`, expected ")
    {
        return format!("unknown field, expected {known}");
    }
    for what in ["invalid type: ", "invalid value: "] {
        if let Some(rest) = text.strip_prefix(what)
            && let Some((found, expected)) = rest.rsplit_once(", expected ")
        {
            let kind = found.split(['"', '`']).next().unwrap_or_default().trim_end();
            // serde's name for JSON's `null`.
            let kind = if kind == "unit value" { "null" } else { kind };
            return format!("{what}{kind}, expected {expected}");
        }
    }
    text.to_owned()
}
