//! Requests for offsets in the partitions of a topic. They block until a broker answers.

use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::KafkaError,
};

use super::marks::Marks;

/// Offsets by partition.
pub(super) type Offsets = BTreeMap<i32, i64>;

/// The offsets that each partition has: from the oldest one to the next one.
pub(super) type Ranges = BTreeMap<i32, Range<i64>>;

/// A place that each partition has.
#[derive(Clone, Copy)]
pub(super) enum At {
    /// The oldest record, or where the next one will be.
    Beginning,
    /// After the newest record.
    End,
    /// The first record that is not older than a time, in milliseconds since 1970.
    Time(i64),
}

/// Asks for the offset of a place in each partition. Partitions without such a record are absent.
pub(super) fn find<C: ConsumerContext>(
    client: &BaseConsumer<C>,
    topic: &str,
    partitions: impl IntoIterator<Item = i32>,
    at: At,
    limit: Duration,
) -> Result<Offsets, KafkaError> {
    let mut list = partitions_of(topic, partitions);
    if list.count() == 0 {
        return Ok(Offsets::new());
    }
    // Requests for a time know these two as well.
    list.set_all_offsets(match at {
        At::Beginning => Offset::Beginning,
        At::End => Offset::End,
        At::Time(millis) => Offset::Offset(millis.max(0)),
    })?;
    let found = client.offsets_for_times(list, limit)?;
    known(&found, |offset, _| offset)
}

/// The offset that a group has committed for a partition.
pub(super) struct Committed {
    pub(super) offset: i64,
    /// What was stored with it.
    pub(super) text: String,
}

impl Committed {
    /// Returns what a member of this crate stored with the offset; `None` if another client committed it.
    pub(super) fn marks(&self) -> Option<Marks> {
        Marks::read(self.offset, &self.text)
    }
}

/// Asks what the group of the client has committed. Partitions without a commit are absent.
pub(super) fn committed<C: ConsumerContext>(
    client: &BaseConsumer<C>,
    topic: &str,
    partitions: impl IntoIterator<Item = i32>,
    limit: Duration,
) -> Result<BTreeMap<i32, Committed>, KafkaError> {
    let list = partitions_of(topic, partitions);
    if list.count() == 0 {
        return Ok(BTreeMap::new());
    }
    let found = client.committed_offsets(list, limit)?;
    known(&found, |offset, text| Committed { offset, text: text.to_owned() })
}

/// Reads the offsets in an answer, in which each partition may have an error of its own.
fn known<T>(
    found: &TopicPartitionList,
    read: impl Fn(i64, &str) -> T,
) -> Result<BTreeMap<i32, T>, KafkaError> {
    let mut known = BTreeMap::new();
    for one in found.elements() {
        one.error()?;
        if let Offset::Offset(offset) = one.offset() {
            known.insert(one.partition(), read(offset, one.metadata()));
        }
    }
    Ok(known)
}

fn partitions_of(topic: &str, partitions: impl IntoIterator<Item = i32>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for partition in partitions {
        list.add_partition(topic, partition);
    }
    list
}

/// Makes a list of partitions with an offset each, for the client to read or commit.
pub(super) fn list(
    topic: &str,
    offsets: impl IntoIterator<Item = (i32, i64)>,
) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::new();
    for (partition, offset) in offsets {
        list.add_partition_offset(topic, partition, Offset::Offset(offset))?;
    }
    Ok(list)
}

/// Adds the end of each partition that is absent.
pub(super) fn or_ends(mut found: Offsets, ends: impl IntoIterator<Item = (i32, i64)>) -> Offsets {
    for (partition, end) in ends {
        found.entry(partition).or_insert(end);
    }
    found
}

/// Returns the ranges of the partitions whose beginning and end are known.
pub(super) fn between(beginnings: &Offsets, ends: Offsets) -> Ranges {
    let range = |(partition, end): (i32, i64)| Some((partition, *beginnings.get(&partition)?..end));
    ends.into_iter().filter_map(range).collect()
}

/// Returns a time in milliseconds since 1970. No record is older.
pub(super) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
