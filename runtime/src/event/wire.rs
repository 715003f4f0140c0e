//! The wire form of events whose type is not known where they are encoded and decoded.

use std::{any::Any, sync::Arc};

use super::WireEvent;
use crate::avro::{DecodeError, Decoder};

/// An event of any type, for any thread.
pub(crate) type SharedEvent = Arc<dyn Any + Send + Sync>;

/// What a [`WireEvent`] can do, without its type.
#[doc(hidden)]
pub struct WireFunctions {
    encode: fn(&dyn Any, &mut Vec<u8>),
    decode: fn(&[u8]) -> Result<SharedEvent, DecodeError>,
}

impl WireFunctions {
    /// Those of `E`.
    #[must_use]
    pub const fn of<E: WireEvent>() -> Self {
        Self {
            encode: |event, out| {
                if let Some(event) = event.downcast_ref::<E>() {
                    event.encode_fields::<()>(out);
                }
            },
            decode: |bytes| {
                let event = E::decode_fields::<()>(&mut Decoder::new(bytes))?;
                Ok((E::ERASURE.erase)(Arc::new(event)))
            },
        }
    }

    pub(super) fn to_avro(&self, event: &dyn Any) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        (self.encode)(event, &mut out);
        out
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> Result<SharedEvent, DecodeError> {
        (self.decode)(bytes)
    }
}
