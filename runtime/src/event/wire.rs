//! The wire form of events whose type is not known where they are encoded and decoded.

use std::{any::Any, cell::Cell, sync::Arc};

use serde::de::Error as _;

use super::{JsonError, WireEvent};
use crate::{
    avro::{DecodeError, Decoder},
    payload::json::{ReadError, RecordJson, deserialize_record},
    schema::Field,
};

/// An event of any type, for any thread.
pub(crate) type SharedEvent = Arc<dyn Any + Send + Sync>;

/// Writes an event to wherever its JSON goes.
type WriteJson<'a> = dyn FnMut(&dyn erased_serde::Serialize) + 'a;

/// What a [`WireEvent`] can do, without its type.
#[doc(hidden)]
pub struct WireFunctions {
    encode: fn(&dyn Any, &mut Vec<u8>),
    decode: fn(&[u8]) -> Result<SharedEvent, DecodeError>,
    to_json: fn(&dyn Any, &mut WriteJson<'_>),
    from_json: fn(&mut dyn erased_serde::Deserializer<'_>) -> Result<SharedEvent, ReadError>,
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
            decode: |bytes| Ok(Arc::new(E::decode_fields(&mut Decoder::new(bytes))?).erase()),
            to_json: |event, write| {
                if let Some(event) = event.downcast_ref::<E>() {
                    write(&RecordJson(event));
                }
            },
            from_json: |json| Ok(Arc::new(deserialize_record::<E, _>(json)?).erase()),
        }
    }

    /// As many bytes as there are: they may wait in a queue. They are written to memory that the thread has from the last
    /// event, which grows once for large ones.
    pub(super) fn to_avro(&self, event: &dyn Any) -> Vec<u8> {
        const KEPT: usize = 64 << 10;
        thread_local! {
            static WRITTEN: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
        }
        // A thread that ends has none any more.
        let mut written = WRITTEN.try_with(Cell::take).unwrap_or_default();
        written.clear();
        (self.encode)(event, &mut written);
        let bytes = written.as_slice().to_vec();
        if written.capacity() <= KEPT {
            let _ = WRITTEN.try_with(|kept| kept.set(written));
        }
        bytes
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> Result<SharedEvent, DecodeError> {
        (self.decode)(bytes)
    }

    pub(super) fn to_json(&self, event: &dyn Any) -> String {
        let mut text = String::new();
        // Maps have text keys and floats are always written, so nothing can fail.
        (self.to_json)(event, &mut |json| text = serde_json::to_string(json).unwrap_or_default());
        text
    }

    pub(super) fn read_json(&self, json: &str, fields: &[Field]) -> Result<SharedEvent, JsonError> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
        let event = (self.from_json)(&mut <dyn erased_serde::Deserializer<'_>>::erase(tracked));
        // serde_json finds the place of an error in its text again.
        let event = event.map_err(serde_json::Error::custom);
        let event = event.and_then(|event| deserializer.end().map(|()| event));
        event.map_err(|error| JsonError::new(&error, &track.path(), fields))
    }
}
