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
