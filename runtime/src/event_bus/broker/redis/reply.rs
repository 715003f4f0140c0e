//! Replies of the server, taken apart.

use std::str;

use redis::Value;

use super::{failure::Trouble, fields, stream_id::StreamId};
use crate::event_bus::wire::{entry::EntryId, message::Message};

/// An entry of a stream; without its message where it is pending and was deleted.
pub(super) type StreamEntry = (StreamId, Option<Message>);

/// The error that the server answered with, if it did.
pub(super) fn checked(value: Value) -> Result<Value, Trouble> {
    match value {
        Value::ServerError(error) => Err(Trouble::server(&error)),
        value => Ok(value),
    }
}

/// Whether no more can be asked on the connection after this reply.
pub(super) fn breaks_connection(value: &Value) -> bool {
    matches!(value, Value::ServerError(error) if Trouble::server(error).breaks_connection())
}

pub(super) fn array(value: Value, to: &'static str) -> Result<Vec<Value>, Trouble> {
    match checked(value)? {
        Value::Array(values) => Ok(values),
        Value::Nil => Ok(Vec::new()),
        _ => Err(Trouble::Reply { to }),
    }
}

pub(super) fn bytes(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) => Some(text.into_bytes()),
        _ => None,
    }
}

pub(super) fn text(value: Value) -> Option<String> {
    bytes(value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

pub(super) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

pub(super) fn id(value: &Value) -> Option<StreamId> {
    match value {
        Value::BulkString(bytes) => str::from_utf8(bytes).ok()?.parse().ok(),
        _ => None,
    }
}

/// A number, for commands that answer with one.
pub(super) fn count(value: Value, to: &'static str) -> Result<u64, Trouble> {
    number(&checked(value)?).ok_or(Trouble::Reply { to })
}

/// What `XADD` answers: two numbers, which nobody here counts with.
pub(super) fn added(value: Value) -> Result<EntryId, Trouble> {
    const WRONG: Trouble = Trouble::Reply { to: "XADD" };
    let Value::BulkString(bytes) = checked(value)? else { return Err(WRONG) };
    let hyphen = bytes.iter().position(|byte| *byte == b'-').ok_or(WRONG)?;
    let is_number = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    if !is_number(&bytes[..hyphen]) || !is_number(&bytes[hyphen + 1..]) {
        return Err(WRONG);
    }
    str::from_utf8(&bytes).map(EntryId::new).map_err(|_| WRONG)
}

/// The entries that `XRANGE` and `XCLAIM` answer with. Redis 6.2 claims entries that were deleted, and answers with
/// nothing in their place.
pub(super) fn entries(value: Value, to: &'static str) -> Result<Vec<StreamEntry>, Trouble> {
    let values = array(value, to)?.into_iter().filter(|value| *value != Value::Nil);
    values.map(|value| entry(value).ok_or(Trouble::Reply { to })).collect()
}

fn entry(value: Value) -> Option<StreamEntry> {
    let Value::Array(parts) = value else { return None };
    let [entry_id, fields] = <[Value; 2]>::try_from(parts).ok()?;
    let entry_id = id(&entry_id)?;
    let Value::Array(fields) = fields else { return (fields == Value::Nil).then_some((entry_id, None)) };
    let mut words = fields.into_iter();
    let mut pairs = Vec::with_capacity(words.len() / 2);
    while let Some(name) = words.next() {
        pairs.push((bytes(name)?, bytes(words.next()?)?));
    }
    Some((entry_id, Some(fields::read(pairs))))
}

/// The entries that `XREADGROUP` answers with, from the one stream that was asked for.
pub(super) fn read(value: Value) -> Result<Vec<StreamEntry>, Trouble> {
    const TO: &str = "XREADGROUP";
    let Some(stream) = array(value, TO)?.into_iter().next() else { return Ok(Vec::new()) };
    let Some(of_stream) = array(stream, TO)?.into_iter().nth(1) else {
        return Err(Trouble::Reply { to: TO });
    };
    entries(of_stream, TO)
}

/// What `EXEC` answers: one reply a command.
pub(super) fn transaction<const N: usize>(replies: Vec<Value>) -> Result<[Value; N], Trouble> {
    const TO: &str = "EXEC";
    // A command that the server does not even take is answered at once, and `EXEC` then says less.
    let mut last = Value::Nil;
    for reply in replies {
        last = checked(reply)?;
    }
    array(last, TO)?.try_into().map_err(|_| Trouble::Reply { to: TO })
}

/// An entry that a member has, as `XPENDING` says it.
#[derive(Clone, Debug)]
pub(super) struct PendingEntry {
    pub(super) id: StreamId,
    pub(super) consumer: String,
    pub(super) idle_millis: u64,
    pub(super) deliveries: u64,
}

pub(super) fn pending(value: Value) -> Result<Vec<PendingEntry>, Trouble> {
    const TO: &str = "XPENDING";
    let one = |value: Value| {
        let Value::Array(parts) = value else { return None };
        let [entry_id, consumer, idle, deliveries] = <[Value; 4]>::try_from(parts).ok()?;
        Some(PendingEntry {
            id: id(&entry_id)?,
            consumer: text(consumer)?,
            // A clock that was set back makes an idle time negative.
            idle_millis: number(&idle).unwrap_or_default(),
            deliveries: number(&deliveries)?,
        })
    };
    array(value, TO)?.into_iter().map(|value| one(value).ok_or(Trouble::Reply { to: TO })).collect()
}

/// Names and values in turn, as `XINFO` answers.
pub(super) struct Info(Vec<(Vec<u8>, Value)>);

impl Info {
    pub(super) fn read(value: Value, to: &'static str) -> Result<Self, Trouble> {
        let mut values = array(value, to)?.into_iter();
        let mut pairs = Vec::new();
        while let (Some(name), Some(value)) = (values.next(), values.next()) {
            pairs.push((bytes(name).ok_or(Trouble::Reply { to })?, value));
        }
        Ok(Self(pairs))
    }

    pub(super) fn take(&mut self, name: &str) -> Value {
        let found = self.0.iter_mut().find(|(known, _)| known == name.as_bytes());
        found.map(|(_, value)| std::mem::take(value)).unwrap_or_default()
    }
}
