//! The thread that commits. A commit blocks until the group's coordinator answers, which may take long if that broker is
//! down; neither polls nor rebalances may wait for it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{error::KafkaError, types::RDKafkaErrorCode};

use super::{
    super::marks::{LONGEST, now_millis},
    context::MemberClient,
    state::{Shared, State},
    topic::{Topic, is_routine},
    tracker::Told,
};
use crate::event_bus::broker::{BusError, Subscription};

/// The pause after a commit that failed.
const PAUSE: Duration = Duration::from_millis(500);

pub(super) struct Committer {
    pub(super) client: Arc<MemberClient>,
    pub(super) shared: Arc<Shared>,
    pub(super) subscription: Subscription,
    /// The longest metadata that the broker stores with an offset.
    limit: usize,
    /// Whether the operator knows that commits fail during a rebalance.
    has_noted_routine: bool,
}

/// The content of a commit for a partition.
struct Commit {
    partition: i32,
    epoch: u64,
    offset: i64,
    text: String,
    told: Told,
}

impl Committer {
    pub(super) fn new(client: Arc<MemberClient>, shared: Arc<Shared>, subscription: Subscription) -> Self {
        Self { client, shared, subscription, limit: LONGEST, has_noted_routine: false }
    }

    /// Commits when it is asked to, until the member has left.
    pub(super) fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut rests_until = Instant::now();
        let mut state = shared.lock();
        loop {
            while !state.commits.is_wanted || Instant::now() < rests_until {
                if state.phase.is_over() {
                    return;
                }
                let idle = Instant::now() + Duration::from_secs(1);
                let until = if state.commits.is_wanted { rests_until } else { idle };
                state = shared.wait(state, until);
            }
            state.commits.is_wanted = false;
            let commits = self.collect(&state);
            if commits.is_empty() {
                continue;
            }
            state.commits.is_running = true;
            state.commits.began = Some(Instant::now());
            let lists = commits.iter().map(|one| (one.partition, one.offset, one.text.clone()));
            let lists: Vec<_> = lists.collect();
            drop(state);
            let result = self.topic().commit(lists);
            state = shared.lock();
            let is_over = state.phase.is_over();
            let failure = match result {
                Ok(()) => {
                    state.trouble = None;
                    for Commit { partition, epoch, told, .. } in commits {
                        if let Some(partition) = state.partition(partition).filter(|one| one.epoch == epoch) {
                            partition.tracker.told(told);
                        }
                    }
                    None
                }
                Err(_) if is_over => return,
                Err(error) => Some(self.failed(&mut state, &error)),
            };
            if failure.is_some() {
                rests_until = Instant::now() + PAUSE;
            }
            state.commit_ended(failure);
            shared.notify();
        }
    }

    fn topic(&self) -> Topic<'_> {
        Topic { client: &self.client, subscription: &self.subscription }
    }

    fn collect(&self, state: &State) -> Vec<Commit> {
        let millis = now_millis();
        let dirty = state.partitions.iter().filter(|partition| partition.may_commit());
        let commits = dirty.map(|partition| {
            let tracker = &partition.tracker;
            let offset = tracker.committed();
            let marks = tracker.marks(&self.subscription.consumer_name, millis);
            let text = marks.write(offset, self.limit);
            Commit {
                partition: partition.number,
                epoch: partition.epoch,
                offset,
                text,
                told: tracker.to_tell(),
            }
        });
        commits.collect()
    }

    fn failed(&mut self, state: &mut State, error: &KafkaError) -> BusError {
        if is_routine(error) {
            if !self.has_noted_routine {
                self.has_noted_routine = true;
                let note = format!(
                    "the group is rebalancing, so an offset could not be committed ({error}): some messages may be \
                     delivered again"
                );
                state.reports.notes.push(note);
            }
        } else if error.rdkafka_error_code() == Some(RDKafkaErrorCode::OffsetMetadataTooLarge) {
            self.limit /= 2;
            state.reports.notes.push(format!(
                "Kafka stores fewer than {LONGEST} bytes with an offset (`offset.metadata.max.bytes`): fewer attempts and finished \
                 messages survive the end of this process"
            ));
        }
        self.topic().trouble("commit the offsets of the group", error)
    }
}
