//! The state that the threads of a member share: its partitions, the next commit, and the report of the next poll.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    partition::{Loss, Partition},
    signal::Signal,
};
use crate::event_bus::{
    broker::{BusError, Polled},
    wire::EntryId,
};

use super::super::position::Position;

#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Notified when the phase changes, when a commit is wanted, and when it has ended.
    changed: Condvar,
    /// Notified when the thread that polls has something to do.
    pub(super) news: Signal,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) phase: Phase,
    /// The partitions of this member, in order.
    pub(super) partitions: Vec<Partition>,
    /// Whether the member waits for partitions: it has just joined, or the group takes its partitions away. Nothing is handed out
    /// then.
    pub(super) is_rebalancing: bool,
    pub(super) commits: Commits,
    /// The rest of the report of the next poll, besides entries.
    pub(super) reports: Polled,
    /// Whether this member has created the group, and the operator does not know it yet.
    pub(super) is_new_group: bool,
    /// Whether this member has created the group's dead-letter topic.
    pub(super) has_created_letters: bool,
    /// Why the next poll fails.
    pub(super) error: Option<BusError>,
    /// Why the brokers cannot be used. Until they can, polls without entries fail.
    pub(super) trouble: Option<BusError>,
}

/// The life of a member.
#[derive(Default)]
pub(super) enum Phase {
    /// The first poll starts it, and a poll after a failure starts it again.
    #[default]
    Idle,
    Starting,
    /// It could not start. The next poll returns the error.
    Failed(BusError),
    /// It belongs to the group.
    Joined,
    /// Its client is being closed.
    Leaving,
    Left,
}

/// The commit in flight. There is at most one, so that none can overtake another.
#[derive(Default)]
pub(super) struct Commits {
    pub(super) is_wanted: bool,
    pub(super) is_running: bool,
    /// When the last one began.
    pub(super) began: Option<Instant>,
    /// The number of commits that have failed, and why the last one did.
    failed: u64,
    failure: Option<BusError>,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes all threads that wait for a change of the state.
    pub(super) fn notify(&self) {
        self.changed.notify_all();
        self.news.notify();
    }

    /// Waits for a change of the state, at most until `deadline`.
    pub(super) fn wait<'a>(&self, state: MutexGuard<'a, State>, deadline: Instant) -> MutexGuard<'a, State> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Asks for a commit.
    pub(super) fn want_commit(&self, state: &mut State) {
        state.commits.is_wanted = true;
        self.changed.notify_all();
    }

    /// Waits until the broker knows everything that this member knows now, at most until `deadline`.
    ///
    /// # Errors
    ///
    /// If a commit fails, or takes too long.
    pub(super) fn commit<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        deadline: Instant,
    ) -> (MutexGuard<'a, State>, Result<(), BusError>) {
        // A commit that is already in flight may contain less.
        let failed = state.commits.failed;
        while state.must_commit() {
            if state.commits.failed > failed {
                let failure = state.commits.failure.clone();
                return (state, failure.map_or(Ok(()), Err));
            }
            if Instant::now() >= deadline || state.phase.is_over() {
                let error = BusError::transient("Kafka does not confirm the offsets of the group in time");
                return (state, Err(error));
            }
            self.want_commit(&mut state);
            state = self.wait(state, deadline);
        }
        (state, Ok(()))
    }
}

impl Phase {
    /// Returns whether the client is closed, or being closed.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Leaving | Self::Left)
    }
}

impl Commits {
    /// Returns the number of commits that have failed.
    pub(super) fn failures(&self) -> u64 {
        self.failed
    }
}

impl State {
    pub(super) fn partition(&mut self, number: i32) -> Option<&mut Partition> {
        let index = self.partitions.binary_search_by_key(&number, |partition| partition.number).ok()?;
        self.partitions.get_mut(index)
    }

    /// Returns whether there is something to commit.
    pub(super) fn must_commit(&self) -> bool {
        self.partitions.iter().any(Partition::may_commit)
    }

    /// Returns whether the last commit began less than `time` ago.
    pub(super) fn has_committed_within(&self, time: Duration) -> bool {
        self.commits.began.is_some_and(|began| began.elapsed() < time)
    }

    /// The caller has seen what the last poll reported.
    pub(super) fn reports_were_told(&mut self) {
        for partition in &mut self.partitions {
            if partition.loss == Loss::Told {
                partition.loss = Loss::None;
            }
        }
    }

    /// Takes what a poll reports besides entries.
    pub(super) fn take_reports(&mut self) -> Polled {
        for partition in &mut self.partitions {
            if partition.loss == Loss::Found {
                partition.loss = Loss::Told;
            }
        }
        std::mem::take(&mut self.reports)
    }

    pub(super) fn has_reports(&self) -> bool {
        let Polled { lost, revoked, notes, .. } = &self.reports;
        !(lost.is_empty() && revoked.is_empty() && notes.is_empty())
    }

    /// Returns whether this member has received everything that was stored before the end of its work.
    pub(super) fn is_done(&self) -> bool {
        !self.partitions.is_empty() && !self.is_rebalancing && self.partitions.iter().all(Partition::is_done)
    }

    pub(super) fn in_hand(&self) -> usize {
        self.partitions.iter().map(|partition| partition.tracker.in_hand()).sum()
    }

    /// Takes the partitions away from the caller, who learns from the next poll which entries are revoked.
    pub(super) fn revoke(&mut self) -> Vec<Partition> {
        let partitions = std::mem::take(&mut self.partitions);
        for Partition { number, tracker, .. } in &partitions {
            let ids = tracker.offsets_in_hand().map(|offset| EntryId::from(Position::new(*number, offset)));
            self.reports.revoked.extend(ids);
        }
        partitions
    }

    /// Records the end of a commit.
    pub(super) fn commit_ended(&mut self, failure: Option<BusError>) {
        self.commits.is_running = false;
        self.commits.failed += u64::from(failure.is_some());
        self.commits.failure = failure;
    }
}
