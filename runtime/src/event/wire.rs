//! The wire form of events whose type is not known where they are encoded and decoded.

use std::any::Any;

use super::{JsonError, WireEvent};
use crate::{
    avro::{DecodeError, Decoder},
    payload::json::{RecordJson, deserialize_record},
};

/// An event of any type.
pub(crate) type BoxedEvent = Box<dyn Any>;

/// What a [`WireEvent`] can do, without its type.
#[doc(hidden)]
pub struct WireFunctions {
    encode: fn(&dyn Any, &mut Vec<u8>),
    decode: fn(&[u8]) -> Result<BoxedEvent, DecodeError>,
    to_json: fn(&dyn Any) -> String,
    from_json: fn(&str) -> Result<BoxedEvent, JsonError>,
}

impl WireFunctions {
    /// Those of `E`.
    #[must_use]
    pub const fn of<E: WireEvent>() -> Self {
        Self {
            encode: |event, out| {
                if let Some(event) = event.downcast_ref::<E>() {
                    event.encode_fields(out);
                }
            },
            decode: |bytes| Ok(Box::new(E::decode_fields(&mut Decoder::new(bytes))?)),
            to_json: |event| event.downcast_ref::<E>().map(to_json).unwrap_or_default(),
            from_json: |json| Ok(Box::new(from_json::<E>(json)?)),
        }
    }

    pub(super) fn to_avro(&self, event: &dyn Any) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        (self.encode)(event, &mut out);
        out
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> Result<BoxedEvent, DecodeError> {
        (self.decode)(bytes)
    }

    pub(super) fn to_json(&self, event: &dyn Any) -> String {
        (self.to_json)(event)
    }

    pub(super) fn read_json(&self, json: &str) -> Result<BoxedEvent, JsonError> {
        (self.from_json)(json)
    }
}

fn to_json<E: WireEvent>(event: &E) -> String {
    // Maps have text keys and floats are always written, so nothing can fail.
    serde_json::to_string(&RecordJson(event)).unwrap_or_default()
}

fn from_json<E: WireEvent>(json: &str) -> Result<E, JsonError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let event = deserialize_record::<E, _>(tracked);
    let event = event.and_then(|event| deserializer.end().map(|()| event));
    event.map_err(|error| JsonError::new(&error, &track.path(), E::RECORD.fields))
}
