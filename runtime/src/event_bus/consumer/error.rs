//! The errors with which a consumer ends.

use std::{error::Error, fmt, time::Duration};

use crate::{
    error::debug_as_chain,
    event_bus::{
        broker::{BusError, Start, utc},
        wire::EntryId,
    },
};

/// Why a consumer ended. Nothing is lost: messages that were not acknowledged are delivered again.
#[non_exhaustive]
pub enum ConsumeError {
    /// The consumer is set up in a way that cannot work.
    Refused(String),
    /// The program has no receivers.
    NoReceivers,
    /// The group should begin after an entry (`last_read_msg_id`) or at a time, but exists already.
    #[non_exhaustive]
    GroupExists {
        /// The topic, without the prefix that settings have.
        topic: String,
        /// The group.
        group: String,
        /// Where it should begin.
        start: Start,
    },
    /// The broker refuses this consumer permanently.
    Bus(BusError),
    /// A receiver exceeded its timeout.
    #[non_exhaustive]
    ReceiverTimedOut {
        /// The receiver, as `module::path::name`.
        receiver: String,
        /// The entry that it was handling, which stays pending.
        entry: EntryId,
        /// The timeout.
        timeout: Duration,
    },
    /// The limit of consecutive errors was reached.
    #[non_exhaustive]
    TooManyErrors {
        /// The number of errors.
        count: u32,
        /// The last error.
        last: String,
    },
    /// A message failed, and the consumer was set up to stop on errors.
    #[non_exhaustive]
    StoppedOnError {
        /// The entry, which stays pending.
        entry: EntryId,
        /// Why it failed.
        error: String,
    },
    /// The consumer was stopped, and a receiver did not finish in time.
    #[non_exhaustive]
    StopTimedOut {
        /// How long the consumer waited.
        timeout: Duration,
    },
    /// The tokio runtime of the async receivers has ended. Only another process, or another consumer in a runtime that is kept, can go
    /// on.
    #[non_exhaustive]
    RuntimeEnded {
        /// The first entry that could not be handled, which stays pending. It counts no attempt.
        entry: EntryId,
        /// The error of the receiver.
        error: String,
    },
}

impl ConsumeError {
    /// Returns the exit code of a program that ends for this reason.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::NoReceivers | Self::GroupExists { .. } | Self::Bus(_) => 2,
            Self::ReceiverTimedOut { .. } => 3,
            Self::TooManyErrors { .. } => 4,
            Self::StoppedOnError { .. } => 5,
            Self::StopTimedOut { .. } => 6,
            Self::RuntimeEnded { .. } => 7,
        }
    }
}

debug_as_chain!(ConsumeError);

impl fmt::Display for ConsumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => f.write_str(reason),
            Self::NoReceivers => f.write_str(
                "this program has no receivers\nnote: it would acknowledge every message without handling it\nhelp: link the crate \
                 with your receivers: `use your_handlers as _;`",
            ),
            Self::GroupExists { topic, group, start } => {
                let option = match start {
                    Start::At(_) => "a time to begin with",
                    _ => "`last_read_msg_id`",
                };
                write!(
                    f,
                    "group `{group}` of topic `{topic}` already exists and keeps its position: {option} only applies to a new group; \
                     to move this one, stop its consumers, run `seek -t {topic} -g {group} {}`, and remove {option}",
                    seek_arguments(start).join(" ")
                )
            }
            Self::Bus(error) => error.fmt(f),
            Self::ReceiverTimedOut { receiver, entry, timeout } => {
                write!(f, "receiver `{receiver}` took longer than {timeout:?} for entry {entry}, which stays pending")
            }
            Self::TooManyErrors { count, last } => write!(f, "{count} errors in a row, the last: {last}"),
            Self::StoppedOnError { entry, error } => write!(f, "entry {entry} failed and stays pending: {error}"),
            Self::StopTimedOut { timeout } => {
                write!(
                    f,
                    "stopped, but a receiver did not finish within {timeout:?} (`--stop-timeout`, `Consumer::stop_timeout`); its \
                     message stays pending"
                )
            }
            Self::RuntimeEnded { entry, error } => write!(
                f,
                "the tokio runtime has ended before its consumer; entry {entry} stays pending: {error}\nhelp: use the consumer's `Stop`, \
                 and keep the runtime until `run` has returned"
            ),
        }
    }
}

/// Returns the arguments with which `seek` moves a group there.
pub(crate) fn seek_arguments(start: &Start) -> [String; 2] {
    let (name, value) = match start {
        Start::New => ("--to", "end".to_owned()),
        Start::Backlog => ("--to", "start".to_owned()),
        Start::After(entry) => ("--to", entry.to_string()),
        Start::At(time) => ("--to-time", utc(*time)),
    };
    [name.to_owned(), value]
}

impl Error for ConsumeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Bus(error) => error.source(),
            _ => None,
        }
    }
}
