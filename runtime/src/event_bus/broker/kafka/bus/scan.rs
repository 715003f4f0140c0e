//! Reads the records in ranges of offsets.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    time::{Duration, Instant},
};

use rdkafka::{
    consumer::Consumer,
    error::KafkaError,
    message::{BorrowedMessage, Message as _},
    types::RDKafkaErrorCode as Code,
};

use super::{
    failure,
    offsets::{self, Ranges},
    position::Position,
    reader::Reader,
    record::Record,
};
use crate::event_bus::broker::BusError;

/// How long one poll waits.
const SLICE: Duration = Duration::from_millis(100);
/// How long to wait for the next record before the read fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// Calls `each` with the records in ranges of offsets, each partition in its order. Offsets without a record are skipped.
pub(super) fn scan(
    reader: &Reader,
    topic: &str,
    ranges: &Ranges,
    mut each: impl FnMut(Position, &BorrowedMessage<'_>),
) -> Result<(), BusError> {
    scan_while(reader, topic, ranges, |at, record| {
        each(at, record);
        true
    })
}

/// Returns whether a range of offsets has no record: transactions and compaction leave such offsets.
pub(super) fn has_no_record(
    reader: &Reader,
    topic: &str,
    partition: i32,
    range: Range<i64>,
) -> Result<bool, BusError> {
    let mut is_empty = true;
    scan_while(reader, topic, &BTreeMap::from([(partition, range)]), |_, _| {
        is_empty = false;
        false
    })?;
    Ok(is_empty)
}

/// Calls `each` with the records in ranges of offsets, until it returns `false`.
fn scan_while(
    reader: &Reader,
    topic: &str,
    ranges: &Ranges,
    mut each: impl FnMut(Position, &BorrowedMessage<'_>) -> bool,
) -> Result<(), BusError> {
    let mut left: Ranges = ranges
        .iter()
        .filter(|(_, range)| !range.is_empty())
        .map(|(one, range)| (*one, range.clone()))
        .collect();
    if left.is_empty() {
        return Ok(());
    }
    let action = format!("cannot read topic `{topic}`");
    let starts = offsets::list(topic, left.iter().map(|(one, range)| (*one, range.start)));
    reader.checked(&action, starts.and_then(|starts| reader.client().assign(&starts)))?;
    let mut last = Instant::now();
    let read = loop {
        match reader.client().poll(SLICE) {
            Some(Ok(record)) => {
                last = Instant::now();
                let at = Position::new(record.partition(), record.offset());
                let Some(range) = left.get(&at.partition).cloned() else { continue };
                if at.offset < range.end && !each(at, &record) {
                    break Ok(());
                }
                if at.offset + 1 >= range.end {
                    left.remove(&at.partition);
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                left.remove(&partition);
            }
            Some(Err(error)) if !is_passing(&error) => break reader.checked(&action, Err(error)),
            Some(Err(_)) | None if last.elapsed() > PATIENCE => {
                break Err(failure::no_answer(&action, reader.errors()));
            }
            Some(Err(_)) | None => {}
        }
        if left.is_empty() {
            break Ok(());
        }
    };
    // The client has stopped fetching.
    reader.checked(&action, reader.client().unassign())?;
    read
}

/// Returns the records at some positions, as far as they are still there.
pub(super) fn records(
    reader: &Reader,
    topic: &str,
    positions: impl IntoIterator<Item = Position>,
) -> Result<BTreeMap<Position, Record>, BusError> {
    let mut ranges: Ranges = Ranges::new();
    let mut wanted = BTreeSet::new();
    for position in positions {
        wanted.insert(position);
        let Position { partition, offset } = position;
        let range = ranges.entry(partition).or_insert(offset..offset + 1);
        *range = range.start.min(offset)..range.end.max(offset + 1);
    }
    let mut records = BTreeMap::new();
    scan(reader, topic, &ranges, |at, record| {
        if wanted.contains(&at) {
            records.insert(at, Record::read(record.into()));
        }
    })?;
    Ok(records)
}

/// Returns when a record was stored, in milliseconds since 1970.
pub(super) fn time_of(reader: &Reader, topic: &str, position: Position) -> Result<Option<i64>, BusError> {
    let range = BTreeMap::from([(position.partition, position.offset..position.offset + 1)]);
    let mut time = None;
    scan(reader, topic, &range, |at, record| {
        if at == position {
            time = record.timestamp().to_millis();
        }
    })?;
    Ok(time)
}

/// Returns whether the client goes on by itself after an error.
pub(super) fn is_passing(error: &KafkaError) -> bool {
    !matches!(
        error.rdkafka_error_code(),
        Some(
            Code::TopicAuthorizationFailed
                | Code::UnknownTopicOrPartition
                | Code::UnknownTopic
                | Code::UnknownPartition
        )
    ) && !matches!(error, KafkaError::MessageConsumptionFatal(_))
}
