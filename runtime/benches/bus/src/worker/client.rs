//! The same work with the plain Redis client, in the shortest possible loop, which does not look at the events.

use openedx_events::event_bus::Message;
use redis::{Connection, Value, cmd};

use super::{
    protocol::Latencies,
    task::{Task, Worker},
};
use crate::Result;

/// The default of `EVENT_BUS_REDIS_STREAM_MAX_LEN`.
const MAX_LEN: u32 = 10_000;

/// The names and values of an entry, alternating.
pub(crate) fn entry_fields(message: &Message) -> Result<Vec<Vec<u8>>> {
    let headers = message.headers().map(|(header, value)| (header.name(), value));
    let fields = headers.chain([("event_data", message.event_data()?)]);
    Ok(fields.flat_map(|(name, value)| [name.as_bytes().to_vec(), value.to_vec()]).collect())
}

pub(super) fn produce(task: &Task) -> Result<Worker> {
    let mut connection = connect(task)?;
    let topic = task.topic.clone();
    let fields = entry_fields(&task.size.message()?)?;
    Ok(Box::new(move |order| {
        for _ in 0..order.count {
            let mut add = cmd("XADD");
            add.arg(&topic).arg("MAXLEN").arg("~").arg(MAX_LEN).arg("*");
            for field in &fields {
                add.arg(field);
            }
            let _id: String = add.query(&mut connection)?;
        }
        Ok(Latencies::default())
    }))
}

pub(super) fn consume(task: &Task) -> Result<Worker> {
    let mut connection = connect(task)?;
    let topic = task.topic.clone();
    Ok(Box::new(move |order| {
        cmd("XGROUP").arg("CREATE").arg(&topic).arg(&order.group).arg("0").exec(&mut connection)?;
        let mut left = order.count;
        while left > 0 {
            let mut read = cmd("XREADGROUP");
            read.arg("GROUP").arg(&order.group).arg(&order.member).arg("COUNT").arg(order.batch);
            let read: Value = read.arg("STREAMS").arg(&topic).arg(">").query(&mut connection)?;
            let ids = ids(&read).ok_or("the stream has no more entries")?;
            let mut acknowledge = cmd("XACK");
            acknowledge.arg(&topic).arg(&order.group);
            for id in ids {
                acknowledge.arg(id);
                left = left.saturating_sub(1);
            }
            acknowledge.exec(&mut connection)?;
        }
        Ok(Latencies::default())
    }))
}

pub(super) fn connect(task: &Task) -> Result<Connection> {
    Ok(redis::Client::open(&*task.url)?.get_connection()?)
}

/// Returns the ids in the answer to `XREADGROUP`: one stream, with its name and entries of id and fields.
pub(crate) fn ids(answer: &Value) -> Option<impl Iterator<Item = &[u8]>> {
    let stream = items(answer)?.first()?;
    let entries = items(items(stream)?.get(1)?)?;
    Some(entries.iter().filter_map(|entry| match items(entry)?.first()? {
        Value::BulkString(id) => Some(&id[..]),
        _ => None,
    }))
}

fn items(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(items) => Some(items),
        _ => None,
    }
}
