//! Why a consumer ended otherwise than by being told to.

use std::{error::Error, fmt, time::Duration};

use crate::{
    error::chain,
    event_bus::{broker::error::BusError, wire::entry::EntryId},
};

/// Why a consumer ended. Nothing is lost: what was not acknowledged is handed out again.
#[non_exhaustive]
pub enum ConsumeError {
    /// The consumer cannot begin as it is set up.
    Refused(String),
    /// The program has no receiver for what it would consume.
    NoReceivers,
    /// The group was to begin after an entry (`last_read_msg_id`), and exists.
    #[non_exhaustive]
    GroupExists {
        /// The topic, as it was named: without the prefix that settings have.
        topic: String,
        /// The group.
        group: String,
        /// The entry.
        entry: EntryId,
    },
    /// The bus refuses this consumer, and will again.
    Bus(BusError),
    /// A receiver took longer than it may.
    #[non_exhaustive]
    ReceiverTimedOut {
        /// The receiver, as `module::path::name`.
        receiver: String,
        /// The entry in its hands, which stays pending.
        entry: EntryId,
        /// How long it may take.
        timeout: Duration,
    },
    /// As many errors in a row as `EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT` allows.
    #[non_exhaustive]
    TooManyErrors {
        /// How many.
        count: u32,
        /// The last of them.
        last: String,
    },
    /// A message failed, and the consumer was set up to stop then.
    #[non_exhaustive]
    StoppedOnError {
        /// The entry, which stays pending.
        entry: EntryId,
        /// Why it failed.
        error: String,
    },
    /// It was told to stop, and the message in hand was not finished in time.
    #[non_exhaustive]
    StopTimedOut {
        /// How long it waited.
        timeout: Duration,
    },
}

impl ConsumeError {
    /// The exit code of a program that ends for this reason.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::NoReceivers | Self::GroupExists { .. } | Self::Bus(_) => 2,
            Self::ReceiverTimedOut { .. } => 3,
            Self::TooManyErrors { .. } => 4,
            Self::StoppedOnError { .. } => 5,
            Self::StopTimedOut { .. } => 6,
        }
    }
}

/// The text of `Display` and those of its sources, which is what a `main` that returns it prints.
impl fmt::Debug for ConsumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self))
    }
}

impl fmt::Display for ConsumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => f.write_str(reason),
            Self::NoReceivers => f.write_str(
                "this program has no receiver\nnote: every message would be acknowledged, and nobody would have \
                 handled it\nhelp: link the crate with your receivers by a line `use your_handlers as _;`",
            ),
            Self::GroupExists { topic, group, entry } => write!(
                f,
                "group `{group}` of topic `{topic}` exists, and stays where it is: `last_read_msg_id` is for a new group; \
                 to move this one, stop its consumers and run `seek -t {topic} -g {group} --to {entry}`, then leave \
                 `last_read_msg_id` out"
            ),
            Self::Bus(error) => error.fmt(f),
            Self::ReceiverTimedOut { receiver, entry, timeout } => {
                write!(f, "receiver `{receiver}` has had entry {entry} for more than {timeout:?}; the entry stays pending")
            }
            Self::TooManyErrors { count, last } => write!(f, "{count} errors in a row, the last: {last}"),
            Self::StoppedOnError { entry, error } => write!(f, "entry {entry} failed and stays pending: {error}"),
            Self::StopTimedOut { timeout } => {
                write!(f, "told to stop, but the message in hand was not finished within {timeout:?}; it stays pending")
            }
        }
    }
}

impl Error for ConsumeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Bus(error) => error.source(),
            _ => None,
        }
    }
}
