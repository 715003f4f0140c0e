//! The ends of a member's work: the first record of each partition that is stored too late for it.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use super::{
    super::{
        Connector,
        offsets::{self, At},
        reader::Reader,
        scan,
    },
    begin,
    state::Shared,
    topic::Topic,
};

/// How long nothing may arrive before the log is looked at.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Limits {
    connector: Arc<Connector>,
    /// The partitions that have not reached their limit although nothing arrives, with their position, and since when.
    idle: BTreeMap<i32, (i64, Instant)>,
}

impl Limits {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        Self { connector, idle: BTreeMap::new() }
    }

    /// Finds the limits of the partitions, and notices those that are reached without another record.
    pub(super) fn find(&mut self, topic: &Topic<'_>, shared: &Shared) {
        Self::find_offsets(topic, shared);
        self.pass_over_markers(topic, shared);
    }

    /// Finds the limits, once their time has come.
    fn find_offsets(topic: &Topic<'_>, shared: &Shared) {
        let Some(until) = topic.subscription.until.filter(|until| SystemTime::now() >= *until) else {
            return;
        };
        let state = shared.lock();
        let unknown = state.partitions.iter().filter(|partition| partition.limit.is_none());
        let unknown: Vec<_> = unknown.map(|partition| partition.number).collect();
        drop(state);
        if unknown.is_empty() {
            return;
        }
        let ends = topic.offsets(unknown, At::End);
        match ends.and_then(|ends| begin::since(topic, ends, offsets::millis(until))) {
            Ok(limits) => {
                let mut state = shared.lock();
                for (number, limit) in limits {
                    if let Some(partition) = state.partition(number) {
                        partition.limit = Some(limit);
                    }
                }
            }
            Err(error) => shared.lock().error = Some(error),
        }
        shared.notify();
    }

    /// Ends the work in partitions without a record before their limit: the log may end with markers of transactions, which never
    /// arrive.
    fn pass_over_markers(&mut self, topic: &Topic<'_>, shared: &Shared) {
        if topic.subscription.until.is_none() {
            return;
        }
        let mut state = shared.lock();
        let waits = state.partitions.iter().filter_map(|one| {
            let limit = one.limit.filter(|_| !one.is_done() && one.position() == one.tracker.next())?;
            Some((one.number, (one.position(), limit)))
        });
        let waits: BTreeMap<_, _> = waits.collect();
        drop(state);
        self.idle.retain(|number, (position, _)| waits.get(number).is_some_and(|(now, _)| now == position));
        for (number, (position, limit)) in waits {
            let (_, since) = *self.idle.entry(number).or_insert((position, Instant::now()));
            if since.elapsed() < PAUSE {
                continue;
            }
            self.idle.remove(&number);
            let name = &topic.subscription.topic;
            let is_empty = Reader::new(&self.connector)
                .and_then(|reader| scan::has_no_record(&reader, name, number, position..limit));
            state = shared.lock();
            match is_empty {
                Ok(false) => {}
                Ok(true) => {
                    let partition = state.partition(number).filter(|one| one.position() == position);
                    if let Some(partition) = partition {
                        partition.limit = Some(position);
                    }
                }
                Err(error) => state.error = Some(error),
            }
            drop(state);
            shared.notify();
        }
    }
}
