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
