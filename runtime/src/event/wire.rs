//! The wire form of events whose type is not known where they are encoded and decoded.

use std::{any::Any, cell::Cell, sync::Arc};

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
}
