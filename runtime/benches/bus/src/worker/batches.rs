//! Receivers whose cost is for a call, however many events it has: one that takes events one by one, and one that takes batches. A
//! replay costs nothing but the work of the bus.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use openedx_events::{
    EventsMetadata, codec, event,
    event_bus::{Consumer, EventBus, Message, RedisBus, RedisOptions, Replayed, Start, Stop, replay_all},
    prelude::*,
};

use super::{
    ours::settings,
    protocol::Latencies,
    task::{Task, Work, Worker},
};
use crate::Result;

/// A line of a log, which a receiver takes alone.
#[event(type = "com.example.bench.line.written.v1", key = text)]
pub struct LineWritten {
    /// The line.
    pub text: String,
}

/// A line of a log, which a receiver takes with others.
#[event(type = "com.example.bench.line.batched.v1", key = text)]
pub struct LineBatched {
    /// The line.
    pub text: String,
}

/// The cost of a call.
static MICROS: AtomicU64 = AtomicU64::new(0);

fn pay() {
    thread::sleep(Duration::from_micros(MICROS.load(Ordering::Relaxed)));
}

#[receiver(LINE_WRITTEN)]
fn write(_text: &str) {
    pay();
}

#[receiver(LINE_BATCHED, batch(max = 100, wait = "1s"))]
fn write_all(_: &Batch<LineBatched>) {
    pay();
}

/// Returns the message of a line.
pub(crate) fn line(batched: bool) -> Message {
    let text = "a line of a log".to_owned();
    if batched {
        let metadata = EventsMetadata::of(LINE_BATCHED.definition());
        Message::new(&metadata, codec::encode(&LineBatched { text }))
    } else {
        let metadata = EventsMetadata::of(LINE_WRITTEN.definition());
        Message::new(&metadata, codec::encode(&LineWritten { text }))
    }
}

pub(super) fn consume(task: &Task) -> Result<Worker> {
    debug_assert!(task.work == Work::ConsumeLines);
    let consumer = Consumer::new(settings(&task.url, &task.topic, "wait")?).topic(&task.topic);
    Ok(Box::new(move |order| {
        MICROS.store(order.micros, Ordering::Relaxed);
        let consumer = consumer.clone().group(&order.group).consumer_name(&order.member);
        let report = consumer.start(Start::Backlog).count(order.count).run(Stop::new())?;
        if report.handled == order.count {
            Ok(Latencies::default())
        } else {
            Err(format!("not all messages were handled: {report}").into())
        }
    }))
}

/// Replays the dead letters of a group, as `dlq replay --all` does: in batches if their receiver takes batches.
pub(super) fn replay(task: &Task) -> Result<Worker> {
    const PAGE: usize = 500;
    const TIMEOUT: Duration = Duration::from_mins(1);
    let bus = RedisBus::new(RedisOptions::new(task.url.parse()?))?;
    let mut operations = bus.operations()?;
    let topic = task.topic.clone();
    Ok(Box::new(move |order| {
        let mut left = order.count;
        while left > 0 {
            let page = operations.dead_letters(&topic, &order.group, None, PAGE)?;
            if page.is_empty() {
                return Err(format!("{left} dead letters are missing").into());
            }
            let replayed = replay_all(&mut *operations, &topic, &order.group, &page, TIMEOUT)?;
            if let Some(other) = replayed.iter().find(|one| !matches!(one, Replayed::Handled(_))) {
                return Err(format!("not replayed: {other:?}").into());
            }
            left -= u64::try_from(replayed.len())?;
        }
        Ok(Latencies::default())
    }))
}
