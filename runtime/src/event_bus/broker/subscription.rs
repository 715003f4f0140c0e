//! The topic and group that a member subscribes to, and the limits that the broker keeps for it.

use std::time::Duration;

use crate::event_bus::{
    settings::{consumers::ConsumerExtra, table::ConsumerSettings, value::LONGEST},
    wire::EntryId,
};

/// The topic, the group and the name of a member, with the limits that the broker keeps for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Subscription {
    /// The topic's full name, with the prefix.
    pub topic: String,
    /// The consumer group.
    pub group: String,
    /// The member's name in the group. It must stay the same across restarts, so that the member finds the entries that it
    /// had not acknowledged.
    pub consumer_name: String,
    /// Where the group begins if it does not exist yet.
    pub start: Start,
    /// How long an entry must be idle before another member may claim it.
    pub claim_older_than: Duration,
    /// How long a receiver may take.
    pub receiver_timeout: Duration,
    /// Whether messages may become dead letters.
    pub stores_dead_letters: bool,
    /// The age at which dead letters are dropped.
    pub dead_letter_max_age: Duration,
    /// The number of dead letters to keep; the oldest ones above it are dropped.
    pub dead_letter_max_len: u64,
}

impl Subscription {
    /// Subscribes the member `consumer_name` of `group` to `topic`, with the default limits. A new group begins with
    /// messages that are sent after its creation.
    #[must_use]
    pub fn new(topic: impl Into<String>, group: impl Into<String>, consumer_name: impl Into<String>) -> Self {
        let ConsumerSettings { receiver_timeout, dlq_max_age, dlq_max_len, .. } = ConsumerSettings::default();
        Self {
            topic: topic.into(),
            group: group.into(),
            consumer_name: consumer_name.into(),
            start: Start::New,
            claim_older_than: ConsumerExtra::default().claim_msgs_older_than,
            receiver_timeout,
            stores_dead_letters: true,
            dead_letter_max_age: dlq_max_age,
            dead_letter_max_len: dlq_max_len,
        }
    }
}

/// Where a new group begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With the messages that are sent after the group was created.
    #[default]
    New,
    /// With the oldest message that the topic still has.
    Backlog,
    /// After this entry. If the group exists already, that is an error.
    After(EntryId),
}

impl Start {
    /// Logs where a new group begins: an operator who expects older messages would wait in vain. A topic that did not exist may
    /// be misspelt.
    pub(crate) fn log_new_group(&self, topic_is_new: bool) {
        let created = if topic_is_new {
            "the topic did not exist: created it and the group"
        } else {
            "created the group"
        };
        match self {
            Self::New => tracing::info!(
                "{created}, which begins with messages sent from now on; set `check_backlog` to begin a new group with the \
                 messages that the topic already has"
            ),
            Self::Backlog => tracing::info!("{created}, which begins with the oldest message of the topic"),
            Self::After(entry) => tracing::info!("{created}, which begins after entry {}", entry.as_str()),
        }
    }
}

/// Limits a time that a caller chose, since `Duration::MAX` is a common way to ask for no limit.
pub(in crate::event_bus) fn bounded(time: Duration) -> Duration {
    time.min(LONGEST)
}
