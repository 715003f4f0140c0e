//! Events to Avro bytes and back: what the Python services put on an event bus, byte for byte.
//!
//! The generated code goes straight between structs and bytes; there is no tree of values between them.
//! The bytes are those of one record, without a schema or a header (ADR-5: the consumer knows the schema
//! from its own event definition): what a Redis message of the Python services has in `event_data`. Their Kafka
//! messages have five bytes before it, a zero and the number of a schema, which the caller takes away.

pub use crate::avro::DecodeError;
use crate::{avro::Decoder, event::WireEvent};

/// Returns the Avro bytes of `event`.
///
/// ```
/// # use openedx_events::{codec, learning::data::*, learning::signals::StudentRegistrationCompleted};
/// let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
/// let user = UserData::builder().id(7).is_active(true).pii(pii).build();
/// let bytes = codec::encode(&StudentRegistrationCompleted { user });
/// assert_eq!(bytes, b"\x0e\x01\x06ada\x1eada@example.com\x00");
/// ```
#[must_use]
pub fn encode<E: WireEvent>(event: &E) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    encode_into(event, &mut out);
    out
}

/// Appends the Avro bytes of `event` to `out`, which a producer can use again and again.
#[inline]
pub fn encode_into<E: WireEvent>(event: &E, out: &mut Vec<u8>) {
    event.encode_fields::<()>(out);
}

/// Returns the event whose Avro bytes `bytes` begin with; what follows the record is ignored, as in Python.
///
/// # Errors
///
/// [`DecodeError`] where the bytes are no legal Avro of this event's schema, or a value in them is
/// refused by its type (a number out of range, a course key that is none).
#[inline]
pub fn decode<E: WireEvent>(bytes: &[u8]) -> Result<E, DecodeError> {
    E::decode_fields::<()>(&mut Decoder::new(bytes))
}
