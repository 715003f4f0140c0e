//! How a consumer handles messages.

use std::time::Duration;

use super::backoff::Backoff;
use crate::registry;

/// What to do with a message that failed in all its attempts, or that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum OnError {
    /// Store it among the group's dead letters, and acknowledge it.
    #[default]
    DeadLetter,
    /// Log and acknowledge it, as Python does: it is not handled again.
    #[cfg_attr(feature = "cli", value(name = "ack"))]
    Acknowledge,
    /// End the consumer; the message stays pending.
    Stop,
}

/// What to do with a message whose event type the program does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum OnUnknownType {
    /// Store it among the group's dead letters, and acknowledge it.
    #[default]
    DeadLetter,
    /// Acknowledge it: other services have events that this one does not know.
    Skip,
    /// End the consumer; the message stays pending.
    Stop,
}

/// The number of messages to read at a time, if a few lanes handle them one by one.
const LEAST: usize = 100;

#[derive(Clone, Debug)]
pub(super) struct Options {
    /// The number of messages to read at a time, if the user chose one.
    pub(super) read_at_once: Option<usize>,
    pub(super) read_bytes: usize,
    pub(super) concurrency: usize,
    pub(super) max_attempts: u32,
    pub(super) backoff: Backoff,
    /// The number of messages in a row that use up their attempts in one receiver before the consumer pauses; 0 for never.
    pub(super) pause_after: u32,
    /// The longest wait between two tries during a pause.
    pub(super) pause_max: Duration,
    pub(super) poll_timeout: Duration,
    pub(super) poll_failure_sleep: Duration,
    pub(super) consecutive_errors_limit: Option<u32>,
    pub(super) stop_timeout: Duration,
    pub(super) on_error: OnError,
    pub(super) on_unknown_type: OnUnknownType,
    /// The event types to handle; all of them if it is empty.
    pub(super) only: Vec<String>,
    /// The number of messages to handle before the consumer ends.
    pub(super) count: Option<u64>,
    pub(super) audit: bool,
    /// Whether messages without receivers are decoded as well, for an observer.
    pub(super) decode_all: bool,
}

impl Options {
    /// Chooses how many messages to read at a time, unless the user did: enough to keep all lanes busy until the next read, and to
    /// fill a batch of each lane if the program has batch receivers.
    pub(super) fn choose_read_at_once(&mut self) {
        const OF_LANE: usize = 2;
        // Each message that the consumer holds has a claim that must be renewed.
        const OF_BATCHES: usize = 5000;
        if self.read_at_once.is_none() {
            let largest = registry::receivers().filter_map(|receiver| Some(receiver.batch()?.max)).max();
            let largest = largest.unwrap_or_default();
            let batches = largest.saturating_mul(self.concurrency).min(OF_BATCHES).max(largest);
            self.read_at_once = Some(LEAST.max(self.concurrency.saturating_mul(OF_LANE)).max(batches));
        }
    }

    /// Returns how many messages are read at a time.
    pub(super) fn read_at_once(&self) -> usize {
        self.read_at_once.unwrap_or(LEAST)
    }

    /// Returns how many messages the consumer may hold: one read and the next one, unless messages come one at a time.
    pub(super) fn in_hand(&self) -> usize {
        match self.read_at_once() {
            1 => 1,
            count => count.saturating_mul(2),
        }
    }

    /// Returns whether messages may become dead letters.
    pub(super) fn stores_dead_letters(&self) -> bool {
        self.on_error == OnError::DeadLetter || self.on_unknown_type == OnUnknownType::DeadLetter
    }
}
