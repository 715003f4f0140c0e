//! Parses the server's replies.

use redis::Value;

use super::{failure::Trouble, fields, stream_id::StreamId};
use crate::event_bus::wire::{EntryId, Message};

pub(super) type StreamEntry = (StreamId, Message);

/// Turns an error reply into an error.
pub(super) fn checked(reply: Value) -> Result<Value, Trouble> {
    match reply {
        Value::ServerError(error) => Err(Trouble::server(&error)),
        reply => Ok(reply),
    }
}

/// Returns whether a connection is unusable after this reply.
pub(super) fn breaks_connection(reply: &Value) -> bool {
    matches!(reply, Value::ServerError(error) if Trouble::server(error).breaks_connection())
}

pub(super) fn array(reply: Value, to: &'static str) -> Result<Vec<Value>, Trouble> {
    match checked(reply)? {
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
        Value::BulkString(bytes) => StreamId::parse(bytes),
        _ => None,
    }
}

/// Reads the number that commands such as `XACK` return.
pub(super) fn count(reply: Value, to: &'static str) -> Result<u64, Trouble> {
    number(&checked(reply)?).ok_or(Trouble::Reply { to })
}

/// Reads the id that `XADD` returns.
pub(super) fn added(reply: Value) -> Result<EntryId, Trouble> {
    added_id(reply).map(EntryId::from)
}

/// Reads the id that `XADD` returns.
pub(super) fn added_id(reply: Value) -> Result<StreamId, Trouble> {
    id(&checked(reply)?).ok_or(Trouble::Reply { to: "XADD" })
}

/// Reads the entries that `XRANGE` and `XCLAIM` return.
pub(super) fn entries(reply: Value, to: &'static str) -> Result<Vec<StreamEntry>, Trouble> {
    array(reply, to)?.into_iter().map(|value| entry(value).ok_or(Trouble::Reply { to })).collect()
}

fn entry(value: Value) -> Option<StreamEntry> {
    let Value::Array(parts) = value else { return None };
    let [entry_id, fields] = <[Value; 2]>::try_from(parts).ok()?;
    let Value::Array(fields) = fields else { return None };
    Some((id(&entry_id)?, fields::message(&fields)?))
}

/// Reads the entries that `XREADGROUP` on one stream returns.
pub(super) fn new_entries(reply: Value) -> Result<Vec<StreamEntry>, Trouble> {
    const TO: &str = "XREADGROUP";
    let Some(stream) = array(reply, TO)?.into_iter().next() else { return Ok(Vec::new()) };
    let [_name, entries_of_stream] = array(stream, TO)?.try_into().map_err(|_| Trouble::Reply { to: TO })?;
    entries(entries_of_stream, TO)
}

/// Returns the replies to `N` commands, one each, error replies included.
pub(super) fn each<const N: usize>(replies: Vec<Value>) -> Result<[Value; N], Trouble> {
    replies.try_into().map_err(|_| Trouble::Reply { to: "the commands" })
}

/// An entry that was delivered and not acknowledged, as `XPENDING` describes it.
#[derive(Clone, Debug)]
pub(super) struct PendingEntry {
    pub(super) id: StreamId,
    pub(super) consumer_name: String,
    pub(super) idle_millis: u64,
    pub(super) deliveries: u64,
}

/// Reads the entries that `XPENDING` returns.
pub(super) fn pending(reply: Value) -> Result<Vec<PendingEntry>, Trouble> {
    const TO: &str = "XPENDING";
    let one = |value: Value| {
        let Value::Array(parts) = value else { return None };
        let [entry_id, consumer_name, idle, deliveries] = <[Value; 4]>::try_from(parts).ok()?;
        Some(PendingEntry {
            id: id(&entry_id)?,
            consumer_name: text(consumer_name)?,
            // The idle time is negative after the server's clock was set back.
            idle_millis: number(&idle).unwrap_or_default(),
            deliveries: number(&deliveries)?,
        })
    };
    array(reply, TO)?.into_iter().map(|value| one(value).ok_or(Trouble::Reply { to: TO })).collect()
}

/// Reads the next cursor and the keys that `SCAN` returns.
pub(super) fn scanned(reply: Value) -> Result<(String, Vec<String>), Trouble> {
    const TO: &str = "SCAN";
    let [cursor, keys] = array(reply, TO)?.try_into().map_err(|_| Trouble::Reply { to: TO })?;
    let cursor = text(cursor).ok_or(Trouble::Reply { to: TO })?;
    Ok((cursor, array(keys, TO)?.into_iter().filter_map(text).collect()))
}

/// Reads the names of the groups that `XINFO GROUPS` returns.
pub(super) fn groups(reply: Value) -> Result<Vec<String>, Trouble> {
    let groups = array(reply, "XINFO GROUPS")?;
    Ok(groups.iter().filter_map(|group| text(info(group, "name")?.clone())).collect())
}

/// Returns the name in one of the entries of a list that `XINFO` returns.
pub(super) fn name(entry: &Value) -> Option<&str> {
    let Value::BulkString(name) = info(entry, "name")? else { return None };
    str::from_utf8(name).ok()
}

/// Returns the value called `name` in a reply of `XINFO`, in which names and values alternate.
pub(super) fn info<'a>(reply: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Array(values) = reply else { return None };
    let is_name = |value: &Value| matches!(value, Value::BulkString(bytes) if bytes == name.as_bytes());
    values.chunks_exact(2).find(|pair| is_name(&pair[0])).map(|pair| &pair[1])
}
