//! A partition that this member owns: its records on their way to the caller.

use std::{collections::VecDeque, time::SystemTime};

use rdkafka::{error::KafkaError, types::RDKafkaErrorCode};

use super::{
    super::{native_record::NativeRecord, position::Position, record::Record},
    queue::Queue,
    tracker::{Next, Tracker},
};
use crate::event_bus::{
    broker::Lost,
    wire::{Entry, Message},
};

/// The bytes of records that wait in this process for one poll.
const MOST_BYTES: usize = 16_000_000;

pub(super) struct Partition {
    pub(super) number: i32,
    /// Distinguishes it from the same partition before a rebalance.
    pub(super) epoch: u64,
    pub(super) tracker: Tracker<Record>,
    /// The client's queue of fetched records, which the client bounds.
    queue: Queue,
    /// Records out of the queue, which the next polls hand out.
    ready: VecDeque<Fetched>,
    /// Whether the caller knows of no loss that the next commit would hide.
    pub(super) loss: Loss,
    /// The end of the member's work, and the first offset that is stored then, once it is known.
    until: Option<SystemTime>,
    pub(super) limit: Option<i64>,
    /// Whether the client cannot fetch from where the member is.
    pub(super) is_out_of_range: bool,
}

/// A loss must be reported before a commit hides it: if this process dies first, the next one must find it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    None,
    /// It waits for the next poll.
    Found,
    /// A poll has returned it. The caller's next call confirms that it was reported.
    Told,
}

struct Fetched {
    offset: i64,
    timestamp: Option<SystemTime>,
    record: Record,
}

/// What to do with the record that comes next.
pub(super) enum Taken {
    Entry(Entry),
    /// No entry may be handed out now.
    Nothing,
    /// It was tried before, so a later poll returns it alone.
    Later,
    /// The registry must be asked for the schema with this id first.
    Unread(u32),
}

impl Partition {
    pub(super) fn new(
        number: i32,
        epoch: u64,
        tracker: Tracker<Record>,
        queue: Queue,
        until: Option<SystemTime>,
    ) -> Self {
        let (ready, loss) = (VecDeque::new(), Loss::None);
        Self { number, epoch, tracker, queue, ready, loss, until, limit: None, is_out_of_range: false }
    }

    /// Returns the offset from which the client reads.
    pub(super) fn position(&self) -> i64 {
        position(&self.ready, self.tracker.next())
    }

    /// Takes records out of the client's queue, until `max` are ready. Returns an error of the client.
    pub(super) fn fill(&mut self, max: usize) -> Option<KafkaError> {
        let mut bytes: usize = self.ready.iter().map(|fetched| fetched.record.memory()).sum();
        let mut failure = None;
        while self.ready.len() < max && bytes < MOST_BYTES && !self.tracker.is_full() && !self.is_out_of_range
        {
            // The client bounds the bytes in its queue, so this does not go far beyond the limit.
            let count = self.queue.read(max - self.ready.len(), |record| match record {
                Ok(record) => {
                    bytes += add(&mut self.ready, self.tracker.next(), record);
                    true
                }
                Err(error) => {
                    // The records that follow are read again from the place that is found then.
                    let is_out_of_range =
                        error.rdkafka_error_code() == Some(RDKafkaErrorCode::AutoOffsetReset);
                    self.is_out_of_range |= is_out_of_range;
                    failure = (!is_out_of_range).then_some(error);
                    !is_out_of_range
                }
            });
            if count == 0 || failure.is_some() {
                break;
            }
        }
        failure
    }

    /// Adds a record that the client delivered outside of the queue.
    pub(super) fn add(&mut self, record: NativeRecord<'_>) {
        add(&mut self.ready, self.tracker.next(), record);
    }

    /// Reserves the first `max` records that are ready. Returns whether a commit must say so before they are handed out.
    pub(super) fn reserve(&mut self, max: usize, hurries: bool) -> bool {
        let count = self.ready.iter().take(max).take_while(|fetched| !self.is_beyond(fetched)).count();
        let Some(last) = count.checked_sub(1).and_then(|last| self.ready.get(last)) else { return false };
        let end = last.offset + 1;
        self.tracker.reserve(end, hurries);
        !self.tracker.may_hand_out(end)
    }

    /// Hands out the next record. `is_first` says that the poll has handed out nothing yet.
    pub(super) fn take(&mut self, is_first: bool, read: impl Fn(&Record) -> Result<Message, u32>) -> Taken {
        loop {
            let Some(next) = self.ready.front().filter(|next| !self.is_beyond(next)) else {
                return Taken::Nothing;
            };
            let (offset, record) = (next.offset, &next.record);
            if !self.tracker.may_hand_out(offset + 1) {
                return Taken::Nothing;
            }
            match self.tracker.classify(offset) {
                Next::Finished => {
                    self.tracker.pass(offset);
                    self.ready.pop_front();
                    continue;
                }
                Next::Redelivered(1..) if !is_first => return Taken::Later,
                Next::Redelivered(_) | Next::New => {}
            }
            let message = match read(record) {
                Ok(message) => message,
                Err(id) => return Taken::Unread(id),
            };
            let Some(Fetched { timestamp, record, .. }) = self.ready.pop_front() else {
                return Taken::Nothing;
            };
            let key = record.key();
            let (attempts, is_redelivered) = self.tracker.hand_out(offset, record);
            let id = Position::new(self.number, offset).into();
            let mut entry = Entry::new(id, message, attempts.saturating_add(1));
            entry.is_redelivered = is_redelivered;
            entry.key = key;
            entry.timestamp = timestamp;
            return Taken::Entry(entry);
        }
    }

    /// Returns whether a record was stored after the end of the member's work.
    fn is_beyond(&self, fetched: &Fetched) -> bool {
        self.limit.is_some_and(|limit| fetched.offset >= limit)
            || self.until.zip(fetched.timestamp).is_some_and(|(until, stored)| stored >= until)
    }

    /// Returns whether everything was handed out that was stored before the end of the member's work.
    pub(super) fn is_done(&self) -> bool {
        self.limit.is_some_and(|limit| self.tracker.next() >= limit)
            || self.ready.front().is_some_and(|next| self.is_beyond(next))
    }

    /// Continues within the log, which has the records from `beginning` until `end`. Returns what is lost.
    pub(super) fn stay_in(&mut self, beginning: i64, end: i64) -> Vec<Lost> {
        let next = self.tracker.next();
        let lost = if next > end {
            // The topic was re-created, or has lost its newest records.
            self.tracker = Tracker::new(beginning, None);
            let id = |offset| Position::new(self.number, offset).into();
            let before = (beginning < end).then(|| id(beginning));
            vec![Lost::Unread { after: id(next - 1), before, count: None }]
        } else {
            losses(self.number, &self.tracker, beginning, end)
        };
        self.is_out_of_range = false;
        if !lost.is_empty() {
            self.ready.clear();
            self.tracker.jump(beginning);
            self.loss = Loss::Found;
        }
        lost
    }

    /// Returns whether the position of the group may be committed.
    pub(super) fn may_commit(&self) -> bool {
        self.loss == Loss::None && self.tracker.is_dirty()
    }
}

fn position(ready: &VecDeque<Fetched>, next: i64) -> i64 {
    ready.back().map_or(next, |last| last.offset + 1)
}

/// Adds a record to those that are ready, unless it comes before them or before `next`. Returns the bytes that it takes.
fn add(ready: &mut VecDeque<Fetched>, next: i64, record: NativeRecord<'_>) -> usize {
    let (offset, timestamp) = (record.offset(), record.time());
    if offset < position(ready, next) {
        return 0;
    }
    let record = Record::read(record);
    let bytes = record.memory();
    ready.push_back(Fetched { offset, timestamp, record });
    bytes
}

/// Returns the loss of a member that continues at `to`.
fn losses<R>(partition: i32, tracker: &Tracker<R>, to: i64, end: i64) -> Vec<Lost> {
    let id = |offset| Position::new(partition, offset).into();
    let mut lost = Vec::new();
    let pending: Vec<_> = tracker.left_before(to).map(id).collect();
    let unread = tracker.next().max(tracker.handed());
    if !pending.is_empty() {
        lost.push(Lost::Pending(pending));
    }
    if unread < to {
        let before = (to < end).then(|| id(to));
        let count = u64::try_from(to - unread).ok();
        lost.push(Lost::Unread { after: id(unread - 1), before, count });
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_bus::broker::kafka::bus::marks::Marks;

    #[test]
    fn lost_entries_are_pending_up_to_the_mark_and_unread_after_it() {
        let marks = Marks { handed: 8, finished: [6].into(), ..Marks::default() };
        let tracker = Tracker::<()>::new(5, Some(marks));
        let id = |offset| Position::new(2, offset).into();
        let pending = |offsets: &[i64]| Lost::Pending(offsets.iter().map(|offset| id(*offset)).collect());
        let unread = |after, before: Option<i64>, count| Lost::Unread {
            after: id(after),
            before: before.map(id),
            count: Some(count),
        };
        assert_eq!(losses(2, &tracker, 5, 20), []);
        assert_eq!(losses(2, &tracker, 7, 20), [pending(&[5])]);
        assert_eq!(losses(2, &tracker, 10, 20), [pending(&[5, 7]), unread(7, Some(10), 2)]);
        assert_eq!(losses(2, &tracker, 10, 10), [pending(&[5, 7]), unread(7, None, 2)], "the log is empty");
        assert_eq!(losses(2, &Tracker::<()>::new(5, None), 21, 25), [unread(4, Some(21), 16)]);
    }
}
