//! A member of a consumer group.
//!
//! ```text
//!                     ┌── client: one thread, polls the client all the time ───┐
//!  group ───────────▶ │ begin: where to continue ─▶ partitions   ─▶ revoked     │
//!                     └────────────────────────────────┬────────────────────────┘
//!                        state: what the threads share │
//!  records ─ the client's queue of each partition ─▶ partition ─ dealer ──▶ poll ─▶ entries
//!                                                      │ tracker
//!  offsets, marks ◀── commits: one thread, one commit at a time ◀─────── poll, hold, dead_letter
//! ```
//!
//! The caller's thread reads the queues of the partitions, which the client fills: a queue that nobody reads stays full, so memory
//! is bounded without pausing partitions. An entry is handed out only after a commit that says so, because Kafka does not count
//! deliveries: see `marks`. That commit also acknowledges.

mod begin;
mod client;
mod commits;
mod context;
mod dealer;
mod letters;
mod limits;
mod partition;
mod poll_errors;
mod properties;
mod queue;
mod risk;
mod signal;
mod state;
mod topic;
mod tracker;
mod unknown;

use std::{
    sync::{
        Arc, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rdkafka::{Message as _, message::BorrowedMessage};

use super::{Connector, dead_letters, position::Position};
use crate::event_bus::{
    broker::{BusError, EventBusConsumer, Polled, Start, Subscription, Waker, bounded},
    observe::spawn,
    wire::{Entry, EntryId, Failure},
};
use client::ClientThread;
use dealer::{Collected, Dealer, PACE};
use letters::Letters;
use risk::Risk;
use state::{Phase, Shared, State};

/// How long a call waits for the broker to confirm a commit, or for the member to join.
const ANSWER: Duration = Duration::from_secs(10);
/// How long leaving the group may take while the member waits for partitions.
const LEAVE: Duration = Duration::from_millis(400);

pub(super) struct KafkaMember {
    connector: Arc<Connector>,
    subscription: Subscription,
    shared: Arc<Shared>,
    letters: Letters,
    /// Set during pauses.
    risk: Option<Risk>,
    is_woken: Arc<AtomicBool>,
    dealer: Dealer,
}

impl KafkaMember {
    pub(super) fn new(connector: Arc<Connector>, subscription: &Subscription) -> Result<Self, BusError> {
        if let Start::After(id) = &subscription.start {
            Position::read(id)?;
        }
        if subscription.stores_dead_letters {
            dead_letters::topic::name(&subscription.topic, &subscription.group)?;
        }
        Ok(Self {
            dealer: Dealer::new(Arc::clone(&connector)),
            letters: Letters::new(Arc::clone(&connector)),
            connector,
            risk: None,
            subscription: subscription.clone(),
            shared: Arc::default(),
            is_woken: Arc::default(),
        })
    }

    /// Joins the group, unless the member has done so.
    fn join(&self) -> Result<MutexGuard<'_, State>, BusError> {
        let mut state = self.shared.lock();
        let deadline = Instant::now() + ANSWER;
        loop {
            match std::mem::take(&mut state.phase) {
                Phase::Idle => {
                    state.phase = Phase::Starting;
                    drop(state);
                    if let Err(error) = self.start() {
                        self.shared.lock().phase = Phase::Idle;
                        return Err(error);
                    }
                    state = self.shared.lock();
                }
                // The next call tries again.
                Phase::Failed(error) => return Err(error),
                Phase::Starting => {
                    state.phase = Phase::Starting;
                    if Instant::now() >= deadline {
                        return Err(BusError::transient("Kafka does not answer in time"));
                    }
                    state = self.shared.wait(state, deadline);
                }
                Phase::Joined => {
                    state.phase = Phase::Joined;
                    if std::mem::take(&mut state.is_new_group) {
                        self.subscription.start.log_new_group(false);
                    }
                    return Ok(state);
                }
                over @ (Phase::Leaving | Phase::Left) => {
                    state.phase = over;
                    return Err(BusError::permanent("the member has left the group"));
                }
            }
        }
    }

    /// Starts the thread of the client.
    fn start(&self) -> Result<(), BusError> {
        let thread = ClientThread::new(
            Arc::new(properties::client(&self.connector, &self.subscription)?),
            Arc::clone(&self.connector),
            Arc::clone(&self.shared),
            self.subscription.clone(),
        );
        spawn("events-kafka".to_owned(), move || thread.run())
            .map_err(|error| BusError::transient("cannot start a thread").with_source(error))?;
        Ok(())
    }

    /// Marks entries as finished.
    fn acknowledge(state: &mut State, ids: &[EntryId]) -> Result<(), BusError> {
        for id in ids {
            let Position { partition, offset } = Position::read(id)?;
            // An entry of a revoked partition belongs to another member.
            if let Some(partition) = state.partition(partition) {
                partition.tracker.finish(offset);
            }
        }
        Ok(())
    }
}

impl EventBusConsumer for KafkaMember {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let deadline = Instant::now() + bounded(wait);
        let shared = Arc::clone(&self.shared);
        drop(self.join()?);
        let mut state = shared.lock();
        state.reports_were_told();
        Self::acknowledge(&mut state, acknowledge)?;
        if max == 0 {
            let (mut state, committed) = shared.commit(state, Instant::now() + ANSWER);
            committed?;
            return state.trouble.clone().map_or_else(|| Ok(state.take_reports()), Err);
        }
        if state.must_commit() && (!wait.is_zero() || !state.has_committed_within(PACE)) {
            shared.want_commit(&mut state);
        }
        loop {
            let seen = shared.news.seen();
            let Collected { entries, waits, is_unread, error } = self.dealer.deal(&mut state, max, &shared);
            if let Some(error) = error {
                state.error = Some(BusError::transient(format!("cannot read the topic: {error}")));
            }
            if !entries.is_empty() || state.has_reports() {
                let mut polled = state.take_reports();
                polled.entries = entries;
                return Ok(polled);
            }
            let error = state.error.take().or_else(|| state.trouble.clone());
            if let Some(error) = error.or_else(|| self.dealer.trouble(is_unread)) {
                return Err(error);
            }
            if waits {
                let committed;
                (state, committed) = shared.commit(state, Instant::now() + ANSWER);
                committed?;
                continue;
            }
            if state.is_done() {
                return Ok(Polled { is_done: true, ..Polled::default() });
            }
            if Instant::now() >= deadline || self.is_woken.swap(false, Ordering::AcqRel) {
                return Ok(Polled::default());
            }
            drop(state);
            shared.news.wait(seen, deadline);
            state = shared.lock();
        }
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        let shared = Arc::clone(&self.shared);
        drop(self.join()?);
        let mut state = shared.lock();
        state.reports_were_told();
        let mut is_new = false;
        for (id, attempts) in entries {
            let Position { partition, offset } = Position::read(id)?;
            if let Some(partition) = state.partition(partition) {
                is_new |= partition.tracker.hold(offset, *attempts);
            }
        }
        if is_new { shared.commit(state, Instant::now() + ANSWER).1 } else { Ok(()) }
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        let Position { partition: number, offset } = Position::read(&entry.id)?;
        let shared = Arc::clone(&self.shared);
        drop(self.join()?);
        let mut state = shared.lock();
        state.reports_were_told();
        let kept = state.partition(number).and_then(|partition| partition.tracker.kept(offset).cloned());
        if let Some(record) = kept {
            drop(state);
            self.letters.store(&self.subscription, entry, &record, failure)?;
            state = shared.lock();
            if let Some(partition) = state.partition(number) {
                partition.tracker.finish(offset);
            }
        }
        // Otherwise it is stored already and only its acknowledgement failed, or it belongs to another member now.
        shared.commit(state, Instant::now() + ANSWER).1
    }

    fn close(&mut self, deadline: Instant) -> Result<(), BusError> {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        if !matches!(state.phase, Phase::Joined) {
            return Ok(());
        }
        state.reports_were_told();
        for partition in &mut state.partitions {
            partition.tracker.give_back();
        }
        let (mut state, committed) = shared.commit(state, deadline);
        // The broker reads the request to leave after it has answered the request to join, which may take as long as the slowest member
        // of the group. The client's thread goes on.
        let brief = Instant::now() + LEAVE;
        let deadline = if state.is_rebalancing { deadline.min(brief) } else { deadline };
        state.phase = Phase::Leaving;
        shared.notify();
        while !matches!(state.phase, Phase::Left) && Instant::now() < deadline {
            state = shared.wait(state, deadline);
        }
        committed
    }

    fn at_risk(&mut self) -> Result<Option<String>, BusError> {
        let state = self.shared.lock();
        let next = state.partitions.iter().map(|one| (one.number, one.tracker.committed())).collect();
        drop(state);
        let risk = match self.risk.take() {
            Some(risk) => risk,
            None => Risk::new(&self.connector, &self.subscription.topic)?,
        };
        self.risk.insert(risk).look(&self.subscription, &next)
    }

    fn waker(&self) -> Option<Waker> {
        let (shared, is_woken) = (Arc::downgrade(&self.shared), Arc::clone(&self.is_woken));
        Some(Arc::new(move || {
            is_woken.store(true, Ordering::Release);
            if let Some(shared) = shared.upgrade() {
                shared.news.notify();
            }
        }))
    }
}

/// Leaves the group without a commit. The client is closed on its own thread, since that may take long.
impl Drop for KafkaMember {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if matches!(state.phase, Phase::Starting | Phase::Joined) {
            state.phase = Phase::Leaving;
        }
        drop(state);
        self.shared.notify();
    }
}

fn position_of(message: &BorrowedMessage<'_>) -> Position {
    Position::new(message.partition(), message.offset())
}
