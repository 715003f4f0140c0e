//! The numbers of a consumer's run.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::event_bus::{
    broker::Lost,
    observe::{Observation, Observer},
};

/// The numbers of a consumer's run: what happened to its messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Messages that all their receivers handled.
    pub handled: u64,
    /// Attempts that failed, even if the message was handled later.
    pub failed_attempts: u64,
    /// Messages that were stored among the dead letters.
    pub dead_lettered: u64,
    /// Messages that failed and were acknowledged anyway ([`OnError::Acknowledge`](super::OnError::Acknowledge)).
    pub given_up: u64,
    /// Messages that were skipped, because their type was not requested or is unknown.
    pub skipped: u64,
    /// Messages that no receiver of this program takes, by event type.
    pub without_receiver: BTreeMap<String, u64>,
    /// Entries that the broker dropped before they were acknowledged, as far as it could count them. Some of them may have
    /// been handled.
    pub lost: u64,
    /// How often the consumer paused, because a receiver could not work.
    pub pauses: u64,
    /// How often the broker dropped entries that may not have been read, and could not count them.
    pub uncounted_losses: u64,
    /// How busy the lanes were.
    pub lanes: LaneUse,
}

/// How busy the [lanes](crate::guide::event_bus#lanes) of a consumer were. If they were busy almost all the time, more lanes may help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaneUse {
    /// The number of lanes.
    pub lanes: u32,
    /// The time in which lanes ran receivers, all lanes together.
    pub busy: Duration,
    /// The time of the run, multiplied by the number of lanes.
    pub available: Duration,
}

impl LaneUse {
    /// Returns the part of the time in which the lanes ran receivers, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.available.is_zero() { 0.0 } else { self.busy.div_duration_f64(self.available).min(1.0) }
    }

    fn add(&mut self, other: Self) {
        self.lanes += other.lanes;
        self.busy += other.busy;
        self.available += other.available;
    }
}

impl Report {
    /// Adds the numbers of another consumer.
    pub(super) fn add(&mut self, other: Self) {
        self.handled += other.handled;
        self.failed_attempts += other.failed_attempts;
        self.dead_lettered += other.dead_lettered;
        self.given_up += other.given_up;
        self.skipped += other.skipped;
        self.lost += other.lost;
        self.pauses += other.pauses;
        self.uncounted_losses += other.uncounted_losses;
        self.lanes.add(other.lanes);
        for (event_type, count) in other.without_receiver {
            *self.without_receiver.entry(event_type).or_default() += count;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let without: u64 = self.without_receiver.values().sum();
        write!(
            f,
            "{} handled, {} failed attempts, {} dead-lettered, {} given up, {} skipped, {without} without a receiver, {} lost",
            self.handled, self.failed_attempts, self.dead_lettered, self.given_up, self.skipped, self.lost,
        )?;
        match self.pauses {
            0 => {}
            1 => f.write_str(", 1 pause")?,
            pauses => write!(f, ", {pauses} pauses")?,
        }
        if self.lanes.lanes > 1 {
            write!(f, ", {} lanes busy {:.0} % of the time", self.lanes.lanes, self.lanes.share() * 100.0)?;
        }
        match self.uncounted_losses {
            0 => Ok(()),
            1 => f.write_str(", and an unknown number of entries may be lost"),
            times => write!(f, ", and {times} times an unknown number of entries may be lost"),
        }
    }
}

/// Counts what happens to messages. A clone shares the numbers.
#[derive(Clone, Default)]
pub(super) struct Tally(Arc<Mutex<Report>>);

impl Tally {
    pub(super) fn report(&self) -> Report {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Tally {
    fn observe(&self, observation: &Observation<'_>) {
        // This happens for each message, and changes nothing here, so it must not wait for the lock.
        if let Observation::Received { .. } = observation {
            return;
        }
        let mut report = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match observation {
            Observation::Handled { .. } => report.handled += 1,
            Observation::Failed => report.failed_attempts += 1,
            Observation::DeadLettered { .. } => report.dead_lettered += 1,
            Observation::GivenUp { .. } => report.given_up += 1,
            Observation::Skipped { .. } => report.skipped += 1,
            Observation::WithoutReceiver { entry } => {
                let event_type = entry.message.event_type().unwrap_or_default();
                match report.without_receiver.get_mut(event_type) {
                    Some(count) => *count += 1,
                    None => drop(report.without_receiver.insert(event_type.to_owned(), 1)),
                }
            }
            Observation::Paused { .. } => report.pauses += 1,
            Observation::Lost(Lost::Pending(ids)) => report.lost += ids.len() as u64,
            Observation::Lost(Lost::Unread { count: Some(count), .. }) => report.lost += count,
            Observation::Lost(Lost::Unread { count: None, .. }) => report.uncounted_losses += 1,
            _ => {}
        }
    }
}
