//! A client that looks at topics and reads records of known offsets. It joins no group and creates no topic.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    message::{BorrowedMessage, Message as _},
    metadata::MetadataPartition,
    topic_partition_list::TopicPartitionListElem,
    types::RDKafkaErrorCode as Code,
};

use super::{
    Connector,
    client::{self, Context},
    client_errors::ClientErrors,
    failure,
    position::Position,
    record::Record,
};
use crate::event_bus::broker::{BusError, Start};

/// The group of clients that read without a group. The Kafka client requires a name; no such group is created.
const NO_GROUP: &str = "openedx-events";
/// How long one poll waits.
const SLICE: Duration = Duration::from_millis(100);
/// How long one look at the offsets of a group takes.
const LOOK: Duration = Duration::from_millis(500);
/// How long the client is asked for its latest errors.
const NEWS: Duration = Duration::from_millis(20);
/// How long to wait before another look.
const PAUSE: Duration = Duration::from_millis(100);
/// How long to wait for the next record before the read fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a topic exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Exists,
    Missing,
}

pub(super) type ReaderClient = BaseConsumer<Context>;

/// Looks at topics and reads records.
pub(super) struct Reader {
    client: Arc<ReaderClient>,
    errors: Arc<ClientErrors>,
}

impl Reader {
    /// Makes a reader. Does not connect.
    pub(super) fn new(connector: &Connector) -> Result<Self, BusError> {
        Self::in_group(connector, NO_GROUP)
    }

    /// Makes a reader that can read and change the offsets of a group.
    pub(super) fn in_group(connector: &Connector, group: &str) -> Result<Self, BusError> {
        let errors = Arc::new(ClientErrors::new(&connector.options));
        let own = [
            ("group.id", group),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("allow.auto.create.topics", "false"),
            ("enable.partition.eof", "true"),
            // A record that is gone by the time it is read is skipped.
            ("auto.offset.reset", "earliest"),
            ("isolation.level", "read_committed"),
            // The end of a partition is known only when a fetch finds nothing.
            ("fetch.wait.max.ms", "20"),
            ("queued.min.messages", "1000"),
            ("queued.max.messages.kbytes", "4096"),
        ];
        let context = Context { errors: Arc::clone(&errors) };
        Ok(Self { client: Arc::new(client::create(&connector.options, &own, context)?), errors })
    }

    pub(super) fn client(&self) -> &ReaderClient {
        &self.client
    }

    pub(super) fn errors(&self) -> &ClientErrors {
        &self.errors
    }

    /// Makes the error of a call that failed, or notes that a broker has answered.
    pub(super) fn checked<T>(&self, action: &str, result: Result<T, KafkaError>) -> Result<T, BusError> {
        match result {
            Ok(value) => {
                self.errors.clear();
                Ok(value)
            }
            Err(error) => {
                let refusal = self.refusal().filter(|_| !matches!(error, KafkaError::PartitionEOF(_)));
                Err(failure::explain(action, &refusal.unwrap_or(error), &self.errors))
            }
        }
    }

    /// Polls the client, which then tells why a connection failed, and returns whether a broker has refused a right. The caller reads
    /// nothing after an error.
    fn refusal(&self) -> Option<KafkaError> {
        let mut refusal = None;
        let deadline = Instant::now() + NEWS;
        while Instant::now() < deadline {
            // It is also `None` after an event that is not a record, such as a log line: others may follow.
            let Some(polled) = self.client.poll(Duration::from_millis(1)) else { continue };
            let is_refusal = |error: &KafkaError| {
                matches!(
                    error.rdkafka_error_code(),
                    Some(
                        Code::GroupAuthorizationFailed
                            | Code::TopicAuthorizationFailed
                            | Code::ClusterAuthorizationFailed
                    )
                )
            };
            refusal = polled.err().filter(is_refusal).or(refusal);
        }
        refusal
    }

    /// Returns what the reader's group has committed for partitions of a topic.
    ///
    /// A client without the right to see the group waits for its broker until the time is over, so this looks for the refusal
    /// meanwhile.
    pub(super) fn committed(
        &self,
        action: &str,
        partitions: &TopicPartitionList,
        deadline: Instant,
    ) -> Result<TopicPartitionList, BusError> {
        loop {
            let committed = self.client.committed_offsets(partitions.clone(), left(deadline).min(LOOK));
            // Each partition has an error of its own.
            let committed = committed.and_then(|list| {
                list.elements().iter().try_for_each(TopicPartitionListElem::error)?;
                Ok(list)
            });
            match committed {
                Err(error) if may_change(&error) && Instant::now() < deadline => {
                    if let Some(refusal) = self.refusal() {
                        return Err(failure::explain(action, &refusal, &self.errors));
                    }
                    if let Some(cause) = self.errors.cause().filter(|cause| !cause.is_transient()) {
                        return Err(BusError::permanent(action).with_source(cause));
                    }
                    thread::sleep(PAUSE);
                }
                committed => return self.checked(action, committed),
            }
        }
    }

    /// Lists the topics that this user may see, except Kafka's own.
    pub(super) fn topics(&self, deadline: Instant) -> Result<Vec<String>, BusError> {
        let metadata = self.client.fetch_metadata(None, left(deadline));
        let metadata = self.checked("cannot list the topics", metadata)?;
        let names = metadata.topics().iter().map(|topic| topic.name().to_owned());
        Ok(names.filter(|name| !name.starts_with("__")).collect())
    }

    /// Returns whether a topic exists.
    pub(super) fn known(&self, topic: &str, deadline: Instant) -> Result<Known, BusError> {
        Ok(if self.partitions(topic, deadline)?.is_some() { Known::Exists } else { Known::Missing })
    }

    /// Lists the partitions of a topic, or returns `None` if it does not exist.
    pub(super) fn partitions(&self, topic: &str, deadline: Instant) -> Result<Option<Vec<i32>>, BusError> {
        let action = format!("cannot inspect topic `{topic}`");
        let metadata = self.checked(&action, self.client.fetch_metadata(Some(topic), left(deadline)))?;
        let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else {
            return Ok(None);
        };
        match found.error().map(Code::from) {
            None | Some(Code::LeaderNotAvailable) => {}
            // No topic can have such a name.
            Some(Code::UnknownTopicOrPartition | Code::InvalidTopic) => return Ok(None),
            Some(code) => return Err(failure::explain_code(&action, code, &self.errors)),
        }
        let mut partitions: Vec<i32> = found.partitions().iter().map(MetadataPartition::id).collect();
        partitions.sort_unstable();
        Ok(Some(partitions))
    }

    /// Returns the offsets that a partition has: from the oldest one to the next one.
    pub(super) fn range(
        &self,
        topic: &str,
        partition: i32,
        deadline: Instant,
    ) -> Result<Range<i64>, BusError> {
        let action = format!("cannot inspect partition {partition} of topic `{topic}`");
        let (low, high) =
            self.checked(&action, self.client.fetch_watermarks(topic, partition, left(deadline)))?;
        Ok(low..high)
    }

    /// Returns the offsets that each partition has.
    pub(super) fn ranges(
        &self,
        topic: &str,
        partitions: &[i32],
        deadline: Instant,
    ) -> Result<BTreeMap<i32, Range<i64>>, BusError> {
        if partitions.is_empty() {
            return Ok(BTreeMap::new());
        }
        let beginnings = self.bounds(topic, partitions, Offset::Beginning, deadline)?;
        let ends = self.bounds(topic, partitions, Offset::End, deadline)?;
        let range = |(partition, end): (i32, i64)| Some((partition, *beginnings.get(&partition)?..end));
        Ok(ends.into_iter().filter_map(range).collect())
    }

    /// Returns the first offset of each partition, or the one after the last.
    fn bounds(
        &self,
        topic: &str,
        partitions: &[i32],
        bound: Offset,
        deadline: Instant,
    ) -> Result<BTreeMap<i32, i64>, BusError> {
        let action = format!("cannot inspect the partitions of topic `{topic}`");
        loop {
            let mut list = TopicPartitionList::new();
            for partition in partitions {
                self.checked(&action, list.add_partition_offset(topic, *partition, bound))?;
            }
            let found = self.client.offsets_for_times(list, left(deadline)).and_then(|list| {
                list.elements().iter().try_for_each(TopicPartitionListElem::error)?;
                Ok(list)
            });
            match found {
                // The leader of a partition may be another one in a moment.
                Err(error) if is_moving(&error) && Instant::now() + PAUSE < deadline => thread::sleep(PAUSE),
                found => {
                    let found = self.checked(&action, found)?;
                    let offset = |one: &TopicPartitionListElem<'_>| match one.offset() {
                        Offset::Offset(offset) => Some((one.partition(), offset)),
                        _ => None,
                    };
                    return Ok(found.elements().iter().filter_map(offset).collect());
                }
            }
        }
    }

    /// Calls `each` with the records in ranges of offsets, each partition in its order. Offsets without a record are skipped.
    pub(super) fn scan(
        &self,
        topic: &str,
        ranges: &BTreeMap<i32, Range<i64>>,
        mut each: impl FnMut(Position, &BorrowedMessage<'_>),
    ) -> Result<(), BusError> {
        self.scan_while(topic, ranges, |at, record| {
            each(at, record);
            true
        })
    }

    /// Returns whether a range of offsets has no record: transactions and compaction leave such offsets.
    pub(super) fn has_no_record(
        &self,
        topic: &str,
        partition: i32,
        range: Range<i64>,
    ) -> Result<bool, BusError> {
        let mut is_empty = true;
        self.scan_while(topic, &BTreeMap::from([(partition, range)]), |_, _| {
            is_empty = false;
            false
        })?;
        Ok(is_empty)
    }

    /// Calls `each` with the records in ranges of offsets, until it returns `false`.
    fn scan_while(
        &self,
        topic: &str,
        ranges: &BTreeMap<i32, Range<i64>>,
        mut each: impl FnMut(Position, &BorrowedMessage<'_>) -> bool,
    ) -> Result<(), BusError> {
        let mut left: BTreeMap<i32, Range<i64>> = ranges
            .iter()
            .filter(|(_, range)| !range.is_empty())
            .map(|(one, range)| (*one, range.clone()))
            .collect();
        if left.is_empty() {
            return Ok(());
        }
        let action = format!("cannot read topic `{topic}`");
        let starts = list(topic, left.iter().map(|(one, range)| (*one, range.start)));
        self.checked(&action, starts.and_then(|starts| self.client.assign(&starts)))?;
        let mut last = Instant::now();
        let read = loop {
            match self.client.poll(SLICE) {
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
                Some(Err(error)) if !is_passing(&error) => break self.checked(&action, Err(error)),
                Some(Err(_)) | None if last.elapsed() > PATIENCE => {
                    break Err(failure::no_answer(&action, &self.errors));
                }
                Some(Err(_)) | None => {}
            }
            if left.is_empty() {
                break Ok(());
            }
        };
        // The client has stopped fetching.
        self.checked(&action, self.client.unassign())?;
        read
    }

    /// Returns the offset at which reading begins in each partition.
    ///
    /// # Errors
    ///
    /// If `at` names an entry that the topic does not have.
    pub(super) fn offsets(
        &self,
        topic: &str,
        ranges: &BTreeMap<i32, Range<i64>>,
        at: &Start,
        deadline: Instant,
    ) -> Result<BTreeMap<i32, i64>, BusError> {
        match at {
            Start::New => Ok(ranges.iter().map(|(one, range)| (*one, range.end)).collect()),
            Start::Backlog => Ok(ranges.iter().map(|(one, range)| (*one, range.start)).collect()),
            Start::At(time) => self.offsets_at(topic, ranges, millis(*time), deadline),
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
                    return Ok(BTreeMap::from([(position.partition, next)]));
                }
                let time = self.time_of(topic, position)?.ok_or_else(|| {
                    missing("it no longer exists, so its time is unknown; give a time instead of an entry")
                })?;
                let mut offsets = self.offsets_at(topic, ranges, time, deadline)?;
                offsets.insert(position.partition, next);
                Ok(offsets)
            }
        }
    }

    /// Returns the offset of the first record of each partition that was stored at a time, in milliseconds since 1970, or later, or
    /// the end of a partition without one.
    pub(super) fn offsets_at(
        &self,
        topic: &str,
        ranges: &BTreeMap<i32, Range<i64>>,
        time: i64,
        deadline: Instant,
    ) -> Result<BTreeMap<i32, i64>, BusError> {
        let action = format!("cannot find a time in topic `{topic}`");
        let times = list(topic, ranges.keys().map(|one| (*one, time)));
        let found = times.and_then(|times| self.client.offsets_for_times(times, left(deadline)));
        let found = self.checked(&action, found)?;
        let mut offsets: BTreeMap<i32, i64> = ranges.iter().map(|(one, range)| (*one, range.end)).collect();
        for element in found.elements() {
            self.checked(&action, element.error())?;
            if let Offset::Offset(offset) = element.offset() {
                offsets.insert(element.partition(), offset);
            }
        }
        Ok(offsets)
    }

    /// Returns when a record was stored, in milliseconds since 1970.
    fn time_of(&self, topic: &str, position: Position) -> Result<Option<i64>, BusError> {
        let range = BTreeMap::from([(position.partition, position.offset..position.offset + 1)]);
        let mut time = None;
        self.scan(topic, &range, |at, record| {
            if at == position {
                time = record.timestamp().to_millis();
            }
        })?;
        Ok(time)
    }

    /// Returns the records at some positions, as far as they are still there.
    pub(super) fn records(
        &self,
        topic: &str,
        positions: impl IntoIterator<Item = Position>,
    ) -> Result<BTreeMap<Position, Record>, BusError> {
        let mut ranges: BTreeMap<i32, Range<i64>> = BTreeMap::new();
        let mut wanted = std::collections::BTreeSet::new();
        for position in positions {
            wanted.insert(position);
            let Position { partition, offset } = position;
            let range = ranges.entry(partition).or_insert(offset..offset + 1);
            *range = range.start.min(offset)..range.end.max(offset + 1);
        }
        let mut records = BTreeMap::new();
        self.scan(topic, &ranges, |at, record| {
            if wanted.contains(&at) {
                records.insert(at, Record::read(record.into()));
            }
        })?;
        Ok(records)
    }
}

fn is_moving(error: &KafkaError) -> bool {
    matches!(error.rdkafka_error_code(), Some(Code::NotLeaderForPartition | Code::LeaderNotAvailable))
}

/// Returns whether the next answer of the group's broker may be another one: it did not answer, or another broker takes its place.
fn may_change(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::OperationTimedOut
                | Code::RequestTimedOut
                | Code::WaitingForCoordinator
                | Code::BrokerTransportFailure
                | Code::NotCoordinator
                | Code::CoordinatorLoadInProgress
                | Code::CoordinatorNotAvailable
        )
    )
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

/// Makes a list of partitions of a topic, each with an offset or another number.
pub(super) fn list(
    topic: &str,
    numbers: impl Iterator<Item = (i32, i64)>,
) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::new();
    for (partition, number) in numbers {
        list.add_partition_offset(topic, partition, Offset::Offset(number))?;
    }
    Ok(list)
}

/// Returns the time that is left, at least a moment, because 0 means no limit to some functions.
pub(super) fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}

/// Returns a time in milliseconds since 1970. No record is older.
pub(super) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
