//! The lag of a group, and the entries that its members have not acknowledged.

use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{committed, groups};
use crate::event_bus::{
    broker::{
        BusError, Lag, Pending,
        kafka::bus::{
            admin::Admin,
            offsets::{Committed, Ranges},
            position::Position,
            ranges,
            reader::Reader,
        },
    },
    wire::EntryId,
};

/// A group in the partitions of a topic.
struct Group {
    committed: BTreeMap<i32, Committed>,
    ranges: Ranges,
}

impl Group {
    fn find(
        reader: &Reader,
        admin: &Admin,
        topic: &str,
        group: &str,
        deadline: Instant,
    ) -> Result<Self, BusError> {
        let partitions = reader.partitions(topic, deadline)?;
        let partitions =
            partitions.ok_or_else(|| BusError::permanent(format!("topic `{topic}` does not exist")))?;
        let committed = committed::of_groups(admin, topic, &[group.to_owned()], &partitions, deadline)?;
        let committed = committed.into_iter().next().unwrap_or_default();
        if committed.is_empty() && !groups::has_members(reader, topic, group, deadline)? {
            return Err(BusError::no_group(topic, group));
        }
        let ranges = ranges::of(reader, topic, &partitions, deadline)?;
        Ok(Self { committed, ranges })
    }
}

/// Returns how far a group is behind in each partition.
pub(super) fn lag(
    reader: &Reader,
    admin: &Admin,
    topic: &str,
    group: &str,
    deadline: Instant,
) -> Result<Vec<Lag>, BusError> {
    let Group { committed, ranges } = Group::find(reader, admin, topic, group, deadline)?;
    Ok(in_ranges(&committed, &ranges))
}

/// Returns how far each group is behind in each partition. The groups exist.
pub(super) fn lags(
    reader: &Reader,
    admin: &Admin,
    topic: &str,
    groups: &[String],
    deadline: Instant,
) -> Result<Vec<Vec<Lag>>, BusError> {
    let partitions = reader.partitions(topic, deadline)?.unwrap_or_default();
    let committed = committed::of_groups(admin, topic, groups, &partitions, deadline)?;
    let ranges = ranges::of(reader, topic, &partitions, deadline)?;
    Ok(committed.iter().map(|committed| in_ranges(committed, &ranges)).collect())
}

fn in_ranges(committed: &BTreeMap<i32, Committed>, ranges: &Ranges) -> Vec<Lag> {
    let lag = |(&partition, range): (&i32, &Range<i64>)| {
        let committed = committed.get(&partition);
        let received = committed
            .map_or(range.start, |one| one.marks().map_or(one.offset, |marks| marks.handed.max(one.offset)));
        Lag {
            partition: Some(partition),
            committed: committed.map(|one| one.offset.to_string()),
            end: Some(range.end.to_string()),
            count: u64::try_from(range.end - received.max(range.start)).unwrap_or_default(),
            is_exact: true,
        }
    };
    ranges.iter().map(lag).collect()
}

/// Lists the entries that members received and have not acknowledged.
pub(super) fn list(
    reader: &Reader,
    admin: &Admin,
    topic: &str,
    group: &str,
    after: Option<&EntryId>,
    max: usize,
    deadline: Instant,
) -> Result<Vec<Pending>, BusError> {
    let after = after.map(Position::read).transpose()?;
    let Group { committed, ranges } = Group::find(reader, admin, topic, group, deadline)?;
    let now = SystemTime::now();
    let mut pending = Vec::new();
    for (partition, one) in committed {
        let Some(marks) = one.marks() else { continue };
        let written = UNIX_EPOCH + Duration::from_millis(marks.millis);
        let idle = now.duration_since(written).unwrap_or_default();
        let range = ranges.get(&partition).cloned().unwrap_or_default();
        let of_partition = marks
            .pending(one.offset, range.end)
            .filter(|(offset, _)| *offset >= range.start)
            .map(|(offset, attempts)| (Position::new(partition, offset), attempts))
            .filter(|(position, _)| after.is_none_or(|after| *position > after));
        pending.extend(of_partition.take(max - pending.len()).map(|(position, attempts)| Pending {
            id: position.into(),
            consumer_name: marks.consumer_name.clone(),
            idle,
            attempts,
        }));
    }
    Ok(pending)
}
