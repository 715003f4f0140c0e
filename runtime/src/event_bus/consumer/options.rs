//! How a consumer handles messages.

use std::time::Duration;

use super::retry::Backoff;

/// What becomes of a message that failed as often as it may, or that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnError {
    /// It goes to the dead letters of the group, and is acknowledged.
    #[default]
    DeadLetter,
    /// It is logged and acknowledged, as Python does it: nobody handles it again.
    Acknowledge,
    /// It stays pending, and the consumer ends.
    Stop,
}

/// What becomes of a message whose event type the program does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnUnknownType {
    /// It goes to the dead letters of the group, and is acknowledged.
    #[default]
    DeadLetter,
    /// It is acknowledged: other services have events that are none of ours.
    Skip,
    /// It stays pending, and the consumer ends.
    Stop,
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) batch: usize,
    pub(super) concurrency: usize,
    pub(super) max_attempts: u32,
    pub(super) backoff: Backoff,
    pub(super) receiver_timeout: Duration,
    pub(super) claim_older_than: Duration,
    pub(super) poll_timeout: Duration,
    pub(super) poll_failure_sleep: Duration,
    pub(super) consecutive_errors_limit: Option<u32>,
    pub(super) stop_timeout: Duration,
    pub(super) on_error: OnError,
    pub(super) on_unknown_type: OnUnknownType,
    /// Event types to handle; all, where it is empty.
    pub(super) only: Vec<String>,
    /// How many messages to handle before ending.
    pub(super) count: Option<u64>,
    pub(super) audit: bool,
    /// Whether messages without receivers are decoded all the same, for somebody who looks at them.
    pub(super) observed: bool,
}
