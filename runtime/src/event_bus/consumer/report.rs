//! What a consumer did.

use std::{collections::BTreeMap, fmt};

use crate::event_bus::broker::contract::Lost;

/// What became of the messages of a consumer's run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Messages that all their receivers handled.
    pub handled: u64,
    /// Attempts that failed, whatever became of the message later.
    pub failed_attempts: u64,
    /// Messages that went to the dead letters.
    pub dead_lettered: u64,
    /// Messages that failed and were acknowledged all the same, because that was asked for.
    pub given_up: u64,
    /// Messages that were passed over because their type was not asked for.
    pub skipped: u64,
    /// Messages that no receiver of this program takes, by event type.
    pub without_receiver: BTreeMap<String, u64>,
    /// Entries that the bus dropped before they were handled, as far as it could count them.
    pub lost: u64,
}

impl Report {
    /// Adds what another consumer did.
    pub(super) fn add(&mut self, other: Self) {
        self.handled += other.handled;
        self.failed_attempts += other.failed_attempts;
        self.dead_lettered += other.dead_lettered;
        self.given_up += other.given_up;
        self.skipped += other.skipped;
        self.lost += other.lost;
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
            "{} handled, {} failed attempts, {} dead-lettered, {} given up, {} skipped, {without} without receiver, {} lost",
            self.handled, self.failed_attempts, self.dead_lettered, self.given_up, self.skipped, self.lost,
        )
    }
}

/// Logs a loss, and says how many entries were lost, as far as that is known.
pub(super) fn tell(lost: &Lost) -> u64 {
    match lost {
        Lost::Pending(ids) => {
            tracing::error!(count = ids.len(), ids = ?ids, "pending entries were trimmed before they were handled: lost");
            ids.len() as u64
        }
        Lost::Unread { after, before, count } => {
            tracing::error!(count, %after, ?before, "entries were trimmed before they were read: lost");
            count.unwrap_or_default()
        }
    }
}
