//! The offsets that the partitions of a topic have, and where reading begins in them.

use std::{
    ops::Range,
    thread,
    time::{Duration, Instant},
};

use rdkafka::{consumer::Consumer, error::KafkaError, types::RDKafkaErrorCode as Code};

use super::{
    offsets::{self, At, Offsets, Ranges},
    position::Position,
    reader::{Reader, left},
    scan,
};
use crate::event_bus::broker::{BusError, Start};

/// How long to wait before another look.
const PAUSE: Duration = Duration::from_millis(100);

/// Returns the offsets that each partition has.
pub(super) fn of(
    reader: &Reader,
    topic: &str,
    partitions: &[i32],
    deadline: Instant,
) -> Result<Ranges, BusError> {
    let bounds = |at| bounds(reader, topic, partitions, at, deadline);
    Ok(offsets::between(&bounds(At::Beginning)?, bounds(At::End)?))
}

/// Returns the first offset of each partition, or the one after the last.
fn bounds(
    reader: &Reader,
    topic: &str,
    partitions: &[i32],
    bound: At,
    deadline: Instant,
) -> Result<Offsets, BusError> {
    let action = format!("cannot inspect the partitions of topic `{topic}`");
    loop {
        let partitions = partitions.iter().copied();
        match offsets::find(reader.client(), topic, partitions, bound, left(deadline)) {
            // The leader of a partition may be another one in a moment.
            Err(error) if is_moving(&error) && Instant::now() + PAUSE < deadline => thread::sleep(PAUSE),
            found => return reader.checked(&action, found),
        }
    }
}

/// Returns the offsets that one partition has.
pub(super) fn of_partition(
    reader: &Reader,
    topic: &str,
    partition: i32,
    deadline: Instant,
) -> Result<Range<i64>, BusError> {
    let action = format!("cannot inspect partition {partition} of topic `{topic}`");
    let bounds = reader.client().fetch_watermarks(topic, partition, left(deadline));
    let (low, high) = reader.checked(&action, bounds)?;
    Ok(low..high)
}

/// Returns the offset at which reading begins in each partition.
///
/// # Errors
///
/// If `at` names an entry that the topic does not have.
pub(super) fn start(
    reader: &Reader,
    topic: &str,
    ranges: &Ranges,
    at: &Start,
    deadline: Instant,
) -> Result<Offsets, BusError> {
    match at {
        Start::New => Ok(ends(ranges).collect()),
        Start::Backlog => Ok(ranges.iter().map(|(one, range)| (*one, range.start)).collect()),
        Start::At(time) => since(reader, topic, ranges, offsets::millis(*time), deadline),
        Start::After(id) => {
            let position = Position::read(id)?;
            let missing =
                |why: &str| BusError::permanent(format!("topic `{topic}` has no entry `{id}`: {why}"));
            let range = ranges.get(&position.partition).ok_or_else(|| {
                missing(&format!("it has {} partitions, and the first one is 0", ranges.len()))
            })?;
            if position.offset >= range.end {
                return Err(missing(&format!(
                    "the next one in partition {} gets the offset {}",
                    position.partition, range.end
                )));
            }
            let next = (position.offset + 1).max(range.start);
            if ranges.len() == 1 {
                return Ok(Offsets::from([(position.partition, next)]));
            }
            let time = scan::time_of(reader, topic, position)?.ok_or_else(|| {
                missing("it no longer exists, so its time is unknown; give a time instead of an entry")
            })?;
            let mut offsets = since(reader, topic, ranges, time, deadline)?;
            offsets.insert(position.partition, next);
            Ok(offsets)
        }
    }
}

/// Returns the offset of the first record of each partition that was stored at a time, in milliseconds since 1970, or later, or
/// the end of a partition without one.
pub(super) fn since(
    reader: &Reader,
    topic: &str,
    ranges: &Ranges,
    millis: i64,
    deadline: Instant,
) -> Result<Offsets, BusError> {
    let action = format!("cannot find a time in topic `{topic}`");
    let partitions = ranges.keys().copied();
    let found = offsets::find(reader.client(), topic, partitions, At::Time(millis), left(deadline));
    Ok(offsets::or_ends(reader.checked(&action, found)?, ends(ranges)))
}

fn ends(ranges: &Ranges) -> impl Iterator<Item = (i32, i64)> {
    ranges.iter().map(|(one, range)| (*one, range.end))
}

fn is_moving(error: &KafkaError) -> bool {
    matches!(error.rdkafka_error_code(), Some(Code::NotLeaderForPartition | Code::LeaderNotAvailable))
}
