//! Encodes events to Avro bytes and decodes them: the same bytes that Python services put on an event bus.
//!
//! The generated code converts directly between structs and bytes, without a tree of values. The bytes are one record,
//! without a schema or a header (ADR-5: the consumer knows the schema from its own event definition). A Redis message
//! of a Python service has them in `event_data`. In a Kafka message, five bytes precede them: a zero and the number of
//! a schema. The caller must remove these five bytes.
//!
//! If the schema of the writer is known, [`WriterSchema`] reads messages of former and of later definitions as well.

pub use crate::{
    avro::DecodeError,
    resolution::{Resolution, ResolutionError, WriterSchema},
};
use crate::{avro::Decoder, event::WireEvent};

/// Encodes an event to Avro bytes.
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

/// Appends the Avro bytes of an event to `out`, so that a producer can reuse the buffer.
#[inline]
pub fn encode_into<E: WireEvent>(event: &E, out: &mut Vec<u8>) {
    event.encode_fields::<()>(out);
}

/// Decodes an event from Avro bytes. Bytes after the record are ignored, as in Python.
///
/// # Errors
///
/// If the bytes are not valid Avro for this event's schema, or if a type refuses its value, such as a number out of
/// range or an invalid course key.
#[inline]
pub fn decode<E: WireEvent>(bytes: &[u8]) -> Result<E, DecodeError> {
    E::decode_fields::<()>(&mut Decoder::new(bytes))
}
