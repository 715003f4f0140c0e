//! Where a group begins, and where a member continues.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    thread,
    time::{Duration, Instant},
};

use rdkafka::{Message as _, consumer::Consumer};

use super::{
    super::{
        marks::{LONGEST, Marks},
        offsets::{self, At, Offsets},
        position::Position,
    },
    state::Shared,
    topic::{Topic, is_routine},
};
use crate::event_bus::broker::{BusError, Start, Subscription};

/// How long to wait for the record after which a group begins.
const RECORD: Duration = Duration::from_secs(5);
/// The pause after a failure to find out where to continue.
const PAUSE: Duration = Duration::from_millis(50);

/// The state of a group before its member joins.
pub(super) enum Group {
    Exists,
    Created,
    /// The group has members that read other topics, so Kafka accepts commits only from members: this member begins here in
    /// the partitions that it is assigned.
    CreatedByMembers(Offsets),
}

/// Creates the group for this topic, unless it exists.
///
/// A group exists if it has committed an offset. So its beginning is committed at once, for all partitions, before this member
/// joins.
///
/// # Errors
///
/// If the group exists and should begin at a given place, or the broker does not answer.
pub(super) fn create(topic: &Topic<'_>, partitions: i32) -> Result<Group, BusError> {
    let Subscription { consumer_name, .. } = topic.subscription;
    let exists = || {
        let exists = !topic.committed(0..partitions)?.is_empty();
        topic.subscription.creates_group(exists).map(|creates| !creates)
    };
    if exists()? {
        return Ok(Group::Exists);
    }
    let offsets = places(topic, partitions)?;
    let commits = offsets.iter().map(|(&partition, &offset)| {
        let marks = Marks { consumer_name: consumer_name.clone(), ..Marks::of_place(offset) };
        (partition, offset, marks.write(offset, LONGEST))
    });
    match topic.commit(commits) {
        Ok(()) => Ok(Group::Created),
        // Another member may have created it first.
        Err(error) if is_routine(&error) => {
            if exists()? {
                Ok(Group::Exists)
            } else {
                Ok(Group::CreatedByMembers(offsets))
            }
        }
        Err(error) => Err(topic.trouble("create the group", &error)),
    }
}

/// Returns a warning about a group that was created although its dead-letter topic existed: Kafka may have forgotten it.
pub(super) fn forgotten(start: &Start) -> Option<String> {
    let effect = match start {
        Start::New => {
            "it misses an unknown number of messages that were sent since it stopped: `seek` moves it back"
        }
        Start::Backlog => "it receives messages again that it has already handled",
        // The operator chose where a new group begins.
        Start::After(_) | Start::At(_) => return None,
    };
    Some(format!(
        "the group has no position in the topic, although its dead-letter topic exists; unless this is its first start, \
         Kafka has forgotten the position, as it does after `offsets.retention.minutes` without members (seven days by default), \
         and {effect}"
    ))
}

/// Returns where the group begins in each partition.
fn places(topic: &Topic<'_>, partitions: i32) -> Result<Offsets, BusError> {
    let ends = topic.offsets(0..partitions, At::End)?;
    match &topic.subscription.start {
        Start::New => Ok(ends),
        Start::Backlog => topic.offsets(0..partitions, At::Beginning),
        Start::After(id) => {
            let after = Position::read(id)?;
            let next = after.offset.saturating_add(1);
            match ends.get(&after.partition) {
                None => {
                    return Err(BusError::permanent(format!(
                        "entry {after} cannot be in the topic, which has {partitions} partitions"
                    )));
                }
                Some(end) if next > *end => {
                    return Err(BusError::permanent(format!(
                        "entry {after} is after the newest entry of its partition: the group would skip the entries that are \
                         added next"
                    )));
                }
                Some(_) => {}
            }
            let mut offsets =
                if partitions == 1 { Offsets::new() } else { since_record(topic, partitions, after)? };
            offsets.insert(after.partition, next);
            Ok(offsets)
        }
        Start::At(time) => since(topic, ends, offsets::millis(*time)),
    }
}

/// Returns the offsets of the first records that are not older than a time, or the ends of partitions without one.
pub(super) fn since(topic: &Topic<'_>, ends: Offsets, millis: i64) -> Result<Offsets, BusError> {
    Ok(offsets::or_ends(topic.offsets(ends.keys().copied(), At::Time(millis))?, ends))
}

/// Returns the offsets of the records that are not older than a record.
fn since_record(topic: &Topic<'_>, partitions: i32, record: Position) -> Result<Offsets, BusError> {
    let client = topic.client;
    topic.assign([(record.partition, record.offset)])?;
    let deadline = Instant::now() + RECORD;
    let mut millis = None;
    while millis.is_none() && Instant::now() < deadline {
        match client.poll(Duration::from_millis(100)) {
            Some(Ok(record)) => millis = record.timestamp().to_millis(),
            // The record is gone, so everything that the topic has is after it.
            Some(Err(_)) => break,
            None => {}
        }
    }
    client.unassign().map_err(|error| topic.trouble("read", &error))?;
    match millis {
        Some(millis) => since(topic, topic.offsets(0..partitions, At::End)?, millis),
        None => topic.offsets(0..partitions, At::Beginning),
    }
}

/// Where a member continues in a partition that it was assigned.
pub(super) struct Place {
    pub(super) committed: i64,
    /// The content of the commit, if the group has one.
    pub(super) marks: Option<Marks>,
    /// The oldest record, or where the next one will be.
    pub(super) beginning: i64,
    /// Where the next record will be.
    pub(super) end: i64,
    /// Why the member does not continue where the group was.
    pub(super) note: Option<String>,
}

/// Returns where the member continues in the partitions that it was
/// assigned. `new` has the places of a group that this member creates.
pub(super) fn places_of(
    topic: &Topic<'_>,
    given: &[i32],
    new: &Offsets,
) -> Result<BTreeMap<i32, Place>, BusError> {
    let given: Vec<_> = given.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut committed = topic.committed(given.iter().copied())?;
    let mut ranges = topic.ranges(&given)?;
    let place_of = |partition| {
        let range = ranges.remove(&partition).ok_or_else(|| {
            BusError::transient(format!("Kafka does not say where partition {partition} begins and ends"))
        })?;
        let committed = committed.remove(&partition).map(|one| (one.offset, one.marks()));
        Ok((partition, place(partition, committed, new.get(&partition).copied(), range)))
    };
    given.into_iter().map(place_of).collect()
}

fn place(
    partition: i32,
    committed: Option<(i64, Option<Marks>)>,
    new: Option<i64>,
    range: Range<i64>,
) -> Place {
    let Range { start: beginning, end } = range;
    let (committed, marks, note) = match (committed, new) {
        (Some((offset, Some(marks))), _) => (offset, Some(marks), None),
        (Some((offset, None)), _) => {
            // The other client may have died while it handled this entry.
            let handed = if offset < end { offset + 1 } else { offset };
            (offset, Some(Marks { handed, ..Marks::default() }), None)
        }
        (None, Some(new)) => (new, None, None),
        // A group is created with an offset for each partition, so this one was added since, or its offset has expired.
        (None, None) => {
            let note = (beginning < end).then(|| {
                format!(
                    "the group has no offset in partition {partition}, which was probably added: it begins there with the \
                     oldest message"
                )
            });
            (beginning, None, note)
        }
    };
    Place { committed, marks, beginning, end, note }
}

/// Finds out where to continue in partitions whose log no longer has the next record.
pub(super) fn find_lost_places(topic: &Topic<'_>, shared: &Shared) {
    let state = shared.lock();
    let lost = state.partitions.iter().filter(|partition| partition.is_out_of_range);
    let lost: Vec<_> = lost.map(|partition| partition.number).collect();
    drop(state);
    if lost.is_empty() {
        return;
    }
    let mut ranges = match topic.ranges(&lost) {
        Ok(ranges) => ranges,
        Err(error) => {
            shared.lock().error = Some(error);
            shared.notify();
            thread::sleep(PAUSE);
            return;
        }
    };
    let mut state = shared.lock();
    for number in lost {
        let Some(range) = ranges.remove(&number) else { continue };
        let Some(partition) = state.partition(number) else { continue };
        let lost = partition.stay_in(range.start, range.end);
        state.reports.lost.extend(lost);
    }
    // The client has stopped reading the partition, so seeking is refused; it must be assigned again, with the others.
    let offsets: Vec<_> = state.partitions.iter().map(|one| (one.number, one.position())).collect();
    if let Err(error) = topic.assign(offsets) {
        state.error = Some(error);
    }
    drop(state);
    shared.notify();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_continues_at_the_commit_if_there_is_one() {
        let of = |committed: Option<(i64, Option<i64>)>, new| {
            let committed = committed
                .map(|(offset, handed)| (offset, handed.map(|handed| Marks { handed, ..Marks::default() })));
            let Place { committed, marks, note, .. } = place(3, committed, new, 5..20);
            (committed, marks.map(|marks| marks.handed), note.is_some())
        };
        assert_eq!(of(Some((9, Some(12))), Some(20)), (9, Some(12), false));
        assert_eq!(
            of(Some((9, None)), None),
            (9, Some(10), false),
            "Python may have died while it handled one"
        );
        assert_eq!(of(Some((20, None)), None), (20, Some(20), false), "there is none");
        assert_eq!(of(None, Some(20)), (20, None, false), "a new group");
        assert_eq!(of(None, None), (5, None, true), "an added partition");
    }
}
