//! Dead letters: messages that could not be handled, and the fields in which brokers store the reason.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{
    entry::{Entry, EntryId},
    message::Message,
};
use crate::date_time::DateTime;

/// Begins the name of every field that a dead letter adds to the message.
pub(in crate::event_bus) const PREFIX: &[u8] = b"dlq_";
const ENTRY_ID: &str = "dlq_entry_id";
pub(in crate::event_bus) const ERROR: &str = "dlq_error";
const RECEIVERS: &str = "dlq_receivers";
const ATTEMPTS: &str = "dlq_attempts";
const CONSUMER: &str = "dlq_consumer";
const FIRST: &str = "dlq_first_time";
const LAST: &str = "dlq_last_time";

/// Why an entry became a dead letter.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The last error.
    pub error: String,
    /// The receivers that failed, as `module::path::name`; empty if none ran.
    pub receivers: Vec<String>,
    /// The number of attempts.
    pub attempts: u32,
    /// When the first attempt of this process began.
    pub first: SystemTime,
    /// When the last attempt ended.
    pub last: SystemTime,
}

/// A message that could not be handled.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its id among the dead letters.
    pub id: EntryId,
    /// The id that the entry had in the topic.
    pub entry_id: EntryId,
    /// The original message.
    pub message: Message,
    /// Why it could not be handled.
    pub failure: Failure,
    /// The member that gave up on it.
    pub consumer_name: String,
}

impl DeadLetter {
    /// Returns the name of the topic that holds the dead letters of `group` on `topic`.
    #[must_use]
    pub fn topic(topic: &str, group: &str) -> String {
        format!("{topic}.dlq.{group}")
    }

    /// Returns about how many bytes of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.failure.error.len() + self.message.memory()
    }

    /// Returns the message that stores the dead letter of `entry`.
    #[must_use]
    pub fn message_of(entry: &Entry, failure: &Failure, consumer_name: &str) -> Message {
        stored(&entry.id, &entry.message, failure, consumer_name)
    }

    /// Returns the message that stores it.
    #[must_use]
    pub fn to_message(&self) -> Message {
        stored(&self.entry_id, &self.message, &self.failure, &self.consumer_name)
    }

    /// Reads the dead letter that is stored as `message` under `id`. Missing fields are left empty, so that an operator
    /// can look at every dead letter and drop it.
    #[must_use]
    pub fn from_message(id: EntryId, message: &Message) -> Self {
        let read = |name: &str| {
            let field = message.extra().iter().rfind(|(known, _)| known == name.as_bytes());
            field.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
        };
        let mut original = message.to_builder();
        original.retain_extra(|name| !name.starts_with(PREFIX));
        Self {
            id,
            entry_id: EntryId::new(read(ENTRY_ID)),
            failure: Failure {
                error: read(ERROR),
                receivers: read(RECEIVERS).lines().map(str::to_owned).collect(),
                attempts: read(ATTEMPTS).parse().unwrap_or_default(),
                first: parse_time(&read(FIRST)),
                last: parse_time(&read(LAST)),
            },
            consumer_name: read(CONSUMER),
            message: original.build(),
        }
    }
}

fn stored(entry_id: &EntryId, message: &Message, failure: &Failure, consumer_name: &str) -> Message {
    let mut stored = message.to_builder();
    for (name, value) in fields(entry_id, failure, consumer_name) {
        stored.extra(name, value);
    }
    stored.build()
}

/// Returns the fields that a dead letter adds to its message.
pub(in crate::event_bus) fn fields(
    entry_id: &EntryId,
    failure: &Failure,
    consumer_name: &str,
) -> [(&'static str, String); 7] {
    [
        (ENTRY_ID, entry_id.to_string()),
        (ERROR, failure.error.clone()),
        (RECEIVERS, failure.receivers.join("\n")),
        (ATTEMPTS, failure.attempts.to_string()),
        (CONSUMER, consumer_name.to_owned()),
        (FIRST, format_time(failure.first)),
        (LAST, format_time(failure.last)),
    ]
}

fn format_time(time: SystemTime) -> String {
    DateTime::try_from(time).map(|time| time.to_string()).unwrap_or_default()
}

fn parse_time(time: &str) -> SystemTime {
    let micros = time.parse::<DateTime>().ok().and_then(|time| time.unix_micros());
    let micros = micros.and_then(|micros| u64::try_from(micros).ok()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_micros(micros)
}
