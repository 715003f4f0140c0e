//! Reads all partitions of a topic as one sequence, by the times at which the records were stored.
//!
//! The records of a partition stay in their order. Between partitions, the oldest next record comes first.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant, UNIX_EPOCH},
};

use rdkafka::{
    consumer::Consumer,
    error::{KafkaError, KafkaResult},
    message::{BorrowedMessage, Message as _},
};

use super::deadline;
use crate::event_bus::{
    broker::{
        BusError, Cursor, Page,
        kafka::bus::{
            Connector, failure,
            offsets::{Offsets, list},
            position::Position,
            ranges,
            reader::Reader,
            record::Record,
            scan,
        },
    },
    wire::Entry,
};

/// How long one poll waits.
const SLICE: Duration = Duration::from_millis(50);
/// How long to wait for a partition that should have more records, before checking whether its last offsets have records.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to wait for a partition that should have more records, before the read fails.
const PATIENCE: Duration = Duration::from_secs(10);
/// The number of bytes of one partition that wait for records of others. Then it is not read for a while.
const MOST_BYTES: usize = 2_000_000;

/// Writes the next offset of each partition, such as `0:15,1:7`.
pub(super) fn cursor(offsets: &Offsets) -> Cursor {
    let mut text = String::new();
    for (partition, offset) in offsets {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}{partition}:{offset}");
    }
    Cursor::new(text)
}

fn offsets(cursor: &Cursor) -> Result<Offsets, BusError> {
    let parse = |part: &str| {
        let (partition, offset) = part.split_once(':')?;
        Some((partition.parse().ok()?, offset.parse().ok()?))
    };
    let parts = cursor.as_str().split(',').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            parse(part).ok_or_else(|| BusError::permanent(format!("{cursor:?} is not a cursor of Kafka")))
        })
        .collect()
}

/// A topic that is being read.
pub(super) struct Merge {
    connector: Arc<Connector>,
    topic: String,
    reader: Reader,
    partitions: BTreeMap<i32, Partition>,
}

struct Partition {
    /// The offset of the next record that was not returned.
    next: i64,
    /// The end of the partition when it was last looked at.
    end: i64,
    /// The next records, and about how many bytes of memory they take.
    waiting: VecDeque<Waiting>,
    bytes: usize,
    is_paused: bool,
}

struct Waiting {
    /// When it was stored, in milliseconds since 1970.
    time: Option<i64>,
    offset: i64,
    record: Record,
}

impl Merge {
    /// Begins to read a topic. Records before its oldest one are gone, and a re-created topic is read from its beginning.
    pub(super) fn new(connector: Arc<Connector>, topic: &str, cursor: &Cursor) -> Result<Self, BusError> {
        let offsets = offsets(cursor)?;
        let reader = Reader::new(&connector)?;
        let deadline = deadline();
        let partitions = reader.partitions(topic, deadline)?.unwrap_or_default();
        let ranges = ranges::of(&reader, topic, &partitions, deadline)?;
        let partitions: BTreeMap<_, _> = ranges
            .into_iter()
            .map(|(partition, range)| {
                let start = offsets.get(&partition).copied().filter(|offset| *offset <= range.end);
                let next = start.unwrap_or_default().max(range.start);
                let waiting = VecDeque::new();
                (partition, Partition { next, end: range.end, waiting, bytes: 0, is_paused: false })
            })
            .collect();
        let merge = Self { connector, topic: topic.to_owned(), reader, partitions };
        if !merge.partitions.is_empty() {
            let starts = list(topic, merge.partitions.iter().map(|(partition, one)| (*partition, one.next)));
            merge.checked(starts.and_then(|starts| merge.reader.client().assign(&starts)))?;
        }
        Ok(merge)
    }

    fn checked<T>(&self, result: KafkaResult<T>) -> Result<T, BusError> {
        self.reader.checked(&format!("cannot read topic `{}`", self.topic), result)
    }

    /// Returns whether this reads `topic` and would continue at `cursor`.
    pub(super) fn is_at(&self, topic: &str, cursor: &Cursor) -> bool {
        self.topic == topic && self.cursor() == *cursor
    }

    fn cursor(&self) -> Cursor {
        cursor(&self.partitions.iter().map(|(partition, one)| (*partition, one.next)).collect())
    }

    /// Looks for the new end of each partition, and for new partitions.
    fn look_for_more(&mut self) -> Result<(), BusError> {
        let deadline = deadline();
        let partitions = self.reader.partitions(&self.topic, deadline)?.unwrap_or_default();
        let mut is_other = !partitions.iter().eq(self.partitions.keys());
        for (partition, one) in &mut self.partitions {
            if is_other {
                break;
            }
            one.end = ranges::of_partition(&self.reader, &self.topic, *partition, deadline)?.end;
            is_other = one.end < one.next;
        }
        if is_other {
            *self = Self::new(Arc::clone(&self.connector), &self.topic, &self.cursor())?;
        }
        Ok(())
    }

    /// Returns the next entries, at most `max`.
    ///
    /// # Errors
    ///
    /// If the brokers or the registry cannot be reached. Nothing is skipped then.
    pub(super) fn page(&mut self, max: usize) -> Result<Page, BusError> {
        if self.partitions.values().all(Partition::is_at_end) {
            self.look_for_more()?;
        }
        let mut entries = Vec::new();
        while entries.len() < max {
            self.fill()?;
            let heads = self
                .partitions
                .iter()
                .filter_map(|(partition, one)| Some((one.waiting.front()?.time, *partition)));
            let Some((_, partition)) = heads.min() else { break };
            let Some(one) = self.partitions.get_mut(&partition) else { break };
            let Some(next) = one.waiting.front() else { break };
            match entry(&self.connector, partition, next) {
                Ok(entry) => entries.push(entry),
                // Records that were read before are returned first.
                Err(_) if !entries.is_empty() => break,
                Err(error) => return Err(error),
            }
            one.take();
            if one.is_paused && one.bytes < MOST_BYTES / 2 {
                one.is_paused = false;
                self.resume(partition)?;
            }
        }
        Ok(Page { entries, next: self.cursor() })
    }

    /// Waits until each partition has a record, or no more.
    fn fill(&mut self) -> Result<(), BusError> {
        let mut last = Instant::now();
        let mut is_checked = false;
        while self.partitions.values().any(Partition::is_missing) {
            let polled = match self.reader.client().poll(SLICE) {
                Some(Ok(record)) => {
                    last = Instant::now();
                    let partition = record.partition();
                    let is_full = self.partitions.get_mut(&partition).is_some_and(|one| one.add(&record));
                    is_full.then_some(partition)
                }
                Some(Err(error))
                    if !matches!(error, KafkaError::PartitionEOF(_)) && !scan::is_passing(&error) =>
                {
                    return self.checked(Err(error));
                }
                Some(Err(_)) | None if last.elapsed() > PATIENCE => {
                    let action = format!("cannot read topic `{}`", self.topic);
                    return Err(failure::no_answer(&action, self.reader.errors()));
                }
                Some(Err(_)) | None if last.elapsed() > PAUSE && !is_checked => {
                    is_checked = true;
                    self.pass_over_ends()?;
                    None
                }
                Some(Err(_)) | None => None,
            };
            if let Some(partition) = polled {
                self.pause(partition)?;
            }
        }
        Ok(())
    }

    /// Skips offsets at the end of a partition that have no record: markers of transactions have offsets too.
    fn pass_over_ends(&mut self) -> Result<(), BusError> {
        let missing = self.partitions.iter().filter(|(_, one)| one.is_missing());
        let ranges: BTreeMap<_, _> =
            missing.map(|(partition, one)| (*partition, one.next..one.end)).collect();
        let mut seen = BTreeSet::new();
        scan::scan(&Reader::new(&self.connector)?, &self.topic, &ranges, |at, _| {
            seen.insert(at.partition);
        })?;
        for (partition, range) in ranges {
            if let Some(one) = self.partitions.get_mut(&partition).filter(|_| !seen.contains(&partition)) {
                one.next = range.end;
            }
        }
        Ok(())
    }

    fn pause(&self, partition: i32) -> Result<(), BusError> {
        let one = list(&self.topic, [(partition, 0)]);
        self.checked(one.and_then(|one| self.reader.client().pause(&one)))
    }

    fn resume(&self, partition: i32) -> Result<(), BusError> {
        let one = list(&self.topic, [(partition, 0)]);
        self.checked(one.and_then(|one| self.reader.client().resume(&one)))
    }
}

impl Partition {
    fn is_at_end(&self) -> bool {
        self.waiting.is_empty() && self.next >= self.end
    }

    /// Returns whether it has a record that has not arrived.
    fn is_missing(&self) -> bool {
        self.waiting.is_empty() && self.next < self.end
    }

    /// Adds a record. Returns whether the partition must be paused now.
    fn add(&mut self, record: &BorrowedMessage<'_>) -> bool {
        let (time, offset) = (record.timestamp().to_millis(), record.offset());
        let record = Record::read(record.into());
        self.bytes += record.memory();
        self.waiting.push_back(Waiting { time, offset, record });
        self.bytes > MOST_BYTES && !std::mem::replace(&mut self.is_paused, true)
    }

    /// Takes the next record.
    fn take(&mut self) {
        if let Some(taken) = self.waiting.pop_front() {
            self.bytes -= taken.record.memory();
            self.next = taken.offset + 1;
        }
    }
}

/// Makes the entry of a record.
fn entry(connector: &Connector, partition: i32, waiting: &Waiting) -> Result<Entry, BusError> {
    let Waiting { time, offset, record } = waiting;
    let message =
        connector.readings.read(&connector.registry, record, deadline()).map_err(|(id, error)| {
            error.into_error(&format!("cannot read the entries with the schema of id {id}"))
        })?;
    let mut entry = Entry::new(Position::new(partition, *offset).into(), message, 1);
    entry.key = record.key();
    entry.timestamp =
        time.and_then(|time| u64::try_from(time).ok()).map(|time| UNIX_EPOCH + Duration::from_millis(time));
    Ok(entry)
}
