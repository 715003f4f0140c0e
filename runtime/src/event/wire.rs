//! The wire form of events whose Rust type is unknown to the code that encodes and decodes them.

use std::{any::Any, cell::Cell, marker::PhantomData, sync::Arc};

use super::WireEvent;
use crate::avro::{DecodeError, Decoder};

/// An event of any type, which any thread can hold.
pub(crate) type SharedEvent = Arc<dyn Any + Send + Sync>;

/// Encodes and decodes a [`WireEvent`] without its Rust type.
#[doc(hidden)]
pub struct WireFunctions {
    encode: fn(&dyn Any, &mut Vec<u8>),
    decode: fn(&[u8]) -> Result<SharedEvent, DecodeError>,
}

impl WireFunctions {
    /// Returns exactly the bytes needed, because the result may sit in a queue. The event is first written to a
    /// buffer that the thread keeps from one event to the next.
    pub(super) fn to_avro(&self, event: &dyn Any) -> Vec<u8> {
        const KEPT: usize = 64 << 10;
        thread_local! {
            static WRITTEN: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
        }
        // A thread that is ending may have dropped the buffer.
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

/// The wire form of `E`, which expansions can name for any `E`.
///
/// If a data key is refused, expansions get the constant of [`WireFallback`], and the only message is the one at the
/// key's type.
#[doc(hidden)]
pub struct WireForm<E>(PhantomData<E>);

impl<E: WireEvent> WireForm<E> {
    /// The functions of `E`.
    pub const FUNCTIONS: Option<WireFunctions> = Some(WireFunctions {
        encode: |event, out| {
            if let Some(event) = event.downcast_ref::<E>() {
                event.encode_fields::<()>(out);
            }
        },
        decode: |bytes| {
            let event = E::decode_fields::<()>(&mut Decoder::new(bytes))?;
            Ok((E::ERASURE.erase)(Arc::new(event)))
        },
    });
}

/// The fallback of [`WireForm`] for an event without a wire form.
#[doc(hidden)]
pub trait WireFallback {
    /// No functions.
    const FUNCTIONS: Option<WireFunctions> = None;
}

impl<E> WireFallback for WireForm<E> {}
