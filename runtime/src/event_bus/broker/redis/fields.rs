//! Messages as the fields of stream entries, under the names that Python's producer writes.

use bytes::Bytes;

use super::command::Words;
use crate::event_bus::wire::message::{Header, Message, MessageBuilder};

/// The field with the Avro bytes.
const EVENT_DATA: &str = "event_data";

/// Returns the number of words that [`write`] adds to a command.
pub(super) fn words(message: &Message) -> usize {
    let event_data = usize::from(message.event_data().is_ok());
    2 * (message.headers().count() + event_data + message.extra().len())
}

/// Adds names and values to a command: the headers and the data in Python's order, then all other fields. A value that a
/// later one with the same name overrides comes first.
pub(super) fn write(message: &Message, command: &mut Words<'_>) {
    let is_overridden = |name: &[u8]| name == EVENT_DATA.as_bytes() || header(name).is_some();
    let (overridden, extra): (Vec<_>, Vec<_>) =
        message.extra().iter().partition(|(name, _)| is_overridden(name));
    for (name, value) in overridden {
        command.word(name).word(value);
    }
    for (header, value) in message.headers() {
        command.word(header.name()).word(value);
    }
    if let Ok(event_data) = message.event_data() {
        command.word(EVENT_DATA).word(event_data);
    }
    for (name, value) in extra {
        command.word(name).word(value);
    }
}

/// Adds a field of a stream entry to a message. If a field occurs twice, its last value counts, as in Python; the message
/// keeps the other one as an extra field, so that a dead letter has it.
pub(super) fn add(message: &mut MessageBuilder, name: Vec<u8>, value: Vec<u8>) {
    let value = Bytes::from(value);
    let overridden = match header(&name) {
        Some(header) => message.header(header, value),
        None if name == EVENT_DATA.as_bytes() => message.event_data(value),
        None => Some(value),
    };
    if let Some(value) = overridden {
        message.extra(name, value);
    }
}

fn header(name: &[u8]) -> Option<Header> {
    Header::ALL.into_iter().find(|header| header.name().as_bytes() == name)
}
