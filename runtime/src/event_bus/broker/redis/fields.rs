//! Messages as the fields of stream entries, under the names that Python's producer writes.

use bytes::Bytes;

use super::command::Words;
use crate::event_bus::wire::message::{Header, Message};

/// The field with the Avro bytes.
const EVENT_DATA: &str = "event_data";

/// Returns the number of words that [`write`] adds to a command.
pub(super) fn words(message: &Message) -> usize {
    let event_data = usize::from(message.event_data().is_ok());
    2 * (message.headers().count() + event_data + message.extra().len())
}

/// Adds names and values to a command: the headers and the data in Python's order, then all other fields.
pub(super) fn write(message: &Message, command: &mut Words<'_>) {
    let (overridden, extra): (Vec<_>, Vec<_>) =
        message.extra().iter().partition(|(name, _)| name == EVENT_DATA || header(name).is_some());
    let mut write = |name: &[u8], value: &[u8]| {
        command.word(name).word(value);
    };
    overridden.into_iter().for_each(|(name, value)| write(name, value));
    for (header, value) in message.headers() {
        write(header.name().as_bytes(), value);
    }
    if let Ok(event_data) = message.event_data() {
        write(EVENT_DATA.as_bytes(), event_data);
    }
    extra.into_iter().for_each(|(name, value)| write(name, value));
}

/// Makes the message of a stream entry. If a field occurs twice, its last value counts, as in Python; the other one is
/// kept, so that a dead letter has it.
pub(super) fn read(fields: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Message {
    let mut message = Message::builder();
    for (name, value) in fields {
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
    message.build()
}

fn header(name: &[u8]) -> Option<Header> {
    Header::ALL.into_iter().find(|header| header.name().as_bytes() == name)
}
