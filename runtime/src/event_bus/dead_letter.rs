//! How a dead letter is stored: the message as it was, then what went wrong, as fields of their own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::{
    bus::{DeadLetter, Entry, EntryId, Failure},
    message::Message,
};
use crate::DateTime;

/// Begins the name of every field that is ours.
const PREFIX: &str = "dlq_";
const ENTRY_ID: &str = "dlq_entry_id";
const ERROR: &str = "dlq_error";
const RECEIVERS: &str = "dlq_receivers";
const ATTEMPTS: &str = "dlq_attempts";
const CONSUMER: &str = "dlq_consumer";
const FIRST: &str = "dlq_first_time";
const LAST: &str = "dlq_last_time";

impl DeadLetter {
    /// The name of the stream of dead letters of `group` on `topic`.
    #[must_use]
    pub fn topic(topic: &str, group: &str) -> String {
        format!("{topic}.dlq.{group}")
    }

    /// The message under which the dead letter of `entry` is stored.
    #[must_use]
    pub fn message_of(entry: &Entry, failure: &Failure, consumer_name: &str) -> Message {
        stored(&entry.id, &entry.message, failure, consumer_name)
    }

    /// The message under which it is stored.
    #[must_use]
    pub fn to_message(&self) -> Message {
        stored(&self.entry_id, &self.message, &self.failure, &self.consumer_name)
    }

    /// The dead letter that is stored as `message` under the name `id`. What is missing is left empty: whatever is
    /// among the dead letters can be looked at and dropped.
    #[must_use]
    pub fn from_message(id: EntryId, message: &Message) -> Self {
        let text = |name| message.get(name).map(String::from_utf8_lossy).unwrap_or_default().into_owned();
        let original = message.fields().filter(|(name, _)| !name.starts_with(PREFIX.as_bytes()));
        let original =
            original.map(|(name, value)| (Bytes::copy_from_slice(name), Bytes::copy_from_slice(value)));
        Self {
            id,
            entry_id: EntryId::new(text(ENTRY_ID)),
            failure: Failure {
                error: text(ERROR),
                receivers: text(RECEIVERS).lines().map(str::to_owned).collect(),
                attempts: text(ATTEMPTS).parse().unwrap_or_default(),
                first: time(&text(FIRST)),
                last: time(&text(LAST)),
            },
            consumer_name: text(CONSUMER),
            message: Message::from_fields(original),
        }
    }
}

fn stored(entry_id: &EntryId, message: &Message, failure: &Failure, consumer_name: &str) -> Message {
    let own = [
        (ENTRY_ID, entry_id.to_string()),
        (ERROR, failure.error.clone()),
        (RECEIVERS, failure.receivers.join("\n")),
        (ATTEMPTS, failure.attempts.to_string()),
        (CONSUMER, consumer_name.to_owned()),
        (FIRST, time_text(failure.first)),
        (LAST, time_text(failure.last)),
    ];
    let original = message.fields();
    let original =
        original.map(|(name, value)| (Bytes::copy_from_slice(name), Bytes::copy_from_slice(value)));
    let own = own.map(|(name, value)| (Bytes::from_static(name.as_bytes()), Bytes::from(value)));
    Message::from_fields(original.chain(own))
}

fn time_text(time: SystemTime) -> String {
    DateTime::try_from(time).map(|time| time.to_string()).unwrap_or_default()
}

fn time(text: &str) -> SystemTime {
    let micros = text.parse::<DateTime>().ok().and_then(|time| time.unix_micros());
    let micros = micros.and_then(|micros| u64::try_from(micros).ok()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_micros(micros)
}
