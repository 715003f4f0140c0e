//! The topic and group that a member subscribes to, and the limits that the broker keeps for it.

use std::time::{Duration, SystemTime};

use super::BusError;
use crate::{
    date_time::DateTime,
    event_bus::{
        settings::{consumers::ConsumerExtra, table::ConsumerSettings, value::LONGEST},
        wire::EntryId,
    },
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
    /// The id that keeps this member's place in the group while it restarts ([`Capability::StaticMembers`]). No two processes may
    /// have the same one at the same time.
    ///
    /// [`Capability::StaticMembers`]: super::Capability::StaticMembers
    pub group_instance_id: Option<String>,
    /// Where the group begins if it does not exist yet.
    pub start: Start,
    /// The end of the member's work: entries that were stored at this time or later are not delivered to it. They stay with the
    /// group, whose position stays before them.
    pub until: Option<SystemTime>,
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
            group_instance_id: None,
            start: Start::New,
            until: None,
            claim_older_than: ConsumerExtra::default().claim_msgs_older_than,
            receiver_timeout,
            stores_dead_letters: true,
            dead_letter_max_age: dlq_max_age,
            dead_letter_max_len: dlq_max_len,
        }
    }

    /// Returns whether the member creates the group, which is the case if it does not exist yet.
    ///
    /// # Errors
    ///
    /// If the group exists and should [begin](Self::start) at a place where only a new group can begin.
    pub fn creates_group(&self, exists: bool) -> Result<bool, BusError> {
        if exists && self.start.needs_new_group() {
            return Err(BusError::group_exists(&self.topic, &self.group));
        }
        Ok(!exists)
    }
}

/// A place in a topic: where a new group begins, where an operator moves a group, or where a reader begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// The end: the next message is the first that is sent from now on.
    #[default]
    New,
    /// The beginning: the oldest message that the topic still has.
    Backlog,
    /// After this entry. A group that exists already does not begin there, which is an error.
    After(EntryId),
    /// The first message that the broker stored at this time or later. If there is none, the end of the topic, even if the time
    /// is in the future. Brokers that count in milliseconds include all messages of the same millisecond. A group that exists
    /// already does not begin there, which is an error.
    At(SystemTime),
}

impl Start {
    /// Returns whether only a new group can begin there. A group that exists already keeps its position, and its members would wait
    /// for messages of other times.
    #[must_use]
    pub fn needs_new_group(&self) -> bool {
        matches!(self, Self::After(_) | Self::At(_))
    }

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
            Self::At(time) if *time > SystemTime::now() => tracing::warn!(
                "{created}, which begins with messages sent from now on, because {} is in the future",
                utc(*time)
            ),
            Self::At(time) => {
                tracing::info!(
                    "{created}, which begins with the first message stored at {} or later",
                    utc(*time)
                );
            }
        }
    }
}

/// Returns a time as RFC 3339 writes it, in UTC.
pub(crate) fn utc(time: SystemTime) -> String {
    DateTime::try_from(time)
        .map_or_else(|error| format!("a time that cannot be written: {error}"), |time| time.to_string())
}

/// Limits a time that a caller chose, since `Duration::MAX` is a common way to ask for no limit.
pub(in crate::event_bus) fn bounded(time: Duration) -> Duration {
    time.min(LONGEST)
}
