//! Messages as the fields of stream entries, under the names that Python's producer writes.

use bytes::Bytes;

use super::command::Commands;
use crate::event_bus::wire::{Header, Message, MessageBuilder};

/// The field with the Avro bytes.
const EVENT_DATA: &str = "event_data";

/// Writes the command that adds `message` to a stream: the headers and the data in Python's order, then all other fields. A
/// value that a later field of the same name overrides comes first. With `max_len`, the stream drops its oldest entries above
/// about that number.
pub(super) fn write_add(commands: &mut Commands, stream: &str, max_len: Option<u64>, message: &Message) {
    let event_data = message.event_data().ok();
    let fields = message.headers().count() + usize::from(event_data.is_some()) + message.extra().len();
    let mut command = commands.command(3 + if max_len.is_some() { 3 } else { 0 } + 2 * fields);
    command.word("XADD").word(stream);
    if let Some(max_len) = max_len {
        command.word("MAXLEN").word("~").number(max_len);
    }
    command.word("*");
    let is_overridden = |name: &[u8]| name == EVENT_DATA.as_bytes() || header(name).is_some();
    let (overridden, extra): (Vec<_>, Vec<_>) =
        message.extra().iter().partition(|(name, _)| is_overridden(name));
    for (name, value) in overridden {
        command.word(name).word(value);
    }
    for (header, value) in message.headers() {
        command.word(header.name()).word(value);
    }
    if let Some(event_data) = event_data {
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
