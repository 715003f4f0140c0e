//! Messages as the fields of stream entries, under the names that Python's producer writes.

use bytes::Bytes;
use redis::Value;

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
    let (overridden, extra): (Vec<_>, Vec<_>) = message.extra().iter().partition(|(name, _)| is_known(name));
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

/// Makes the message of a stream entry from its fields: names and values, alternating. Returns `None` if they are something else.
///
/// The parts of the message share one allocation: a lane drops the message on another thread, and freeing the memory of another
/// thread makes both threads wait for the allocator.
pub(super) fn message(fields: &[Value]) -> Option<Message> {
    let words: Vec<&[u8]> = fields.iter().map(word).collect::<Option<_>>()?;
    let (pairs, []) = words.as_chunks::<2>() else { return None };
    // In the shared memory, the name of an extra field follows its value. Known names are left out.
    let parts = pairs.iter().flat_map(|[name, value]| [*value, if is_known(name) { b"" } else { *name }]);
    let all = Bytes::from(parts.collect::<Vec<_>>().concat());
    let mut at = 0;
    let mut next = |word: &[u8]| {
        at += word.len();
        all.slice(at - word.len()..at)
    };
    let mut message = Message::builder();
    for [name, value] in pairs {
        let value = next(value);
        if !is_known(name) {
            message.extra(next(name), value);
        } else if let Some(overridden) = set(&mut message, name, value) {
            message.extra(name.to_vec(), overridden);
        }
    }
    Some(message.build())
}

/// Sets the header or the data of this name. If a field occurs twice, its last value counts, as in Python; the message keeps the
/// other one, which this returns, as an extra field, so that a dead letter has it.
fn set(message: &mut MessageBuilder, name: &[u8], value: Bytes) -> Option<Bytes> {
    match header(name) {
        Some(header) => message.header(header, value),
        None => message.event_data(value),
    }
}

fn is_known(name: &[u8]) -> bool {
    name == EVENT_DATA.as_bytes() || header(name).is_some()
}

fn word(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) => Some(text.as_bytes()),
        _ => None,
    }
}

fn header(name: &[u8]) -> Option<Header> {
    Header::ALL.into_iter().find(|header| header.name().as_bytes() == name)
}
