//! The audit log: a line for each message that was sent, received or handled, with ids and without data (ADR-10 of
//! event-bus-kafka).

use std::fmt;

use crate::event_bus::wire::EntryId;

/// A line of the audit log.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct AuditLine<'a> {
    /// The text of the line.
    pub text: &'static str,
    /// The topic's full name, with the prefix.
    pub topic: &'a str,
    /// The id of the event.
    pub message_id: &'a dyn fmt::Display,
    /// The event type.
    pub event_type: &'a str,
    /// The id that the broker gave the message.
    pub entry_id: &'a EntryId,
    /// When the event was sent, in milliseconds since 1970; `None` in lines of the producer.
    pub event_timestamp_ms: Option<i64>,
    /// When the broker stored the message, in milliseconds since 1970, if it says so; `None` in lines of the producer.
    pub stored_timestamp_ms: Option<i64>,
}

/// Writes lines of the audit log. [`AuditLine::log`] is one.
pub type AuditLog = fn(&AuditLine<'_>);

impl AuditLine<'_> {
    /// Logs the line with neutral field names.
    pub fn log(&self) {
        let Self { text, topic, message_id, event_type, entry_id, event_timestamp_ms, .. } = *self;
        tracing::info!(topic, %message_id, event_type, %entry_id, event_timestamp_ms, "{text}");
    }
}

impl fmt::Debug for AuditLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLine")
            .field("text", &self.text)
            .field("topic", &self.topic)
            .field("entry_id", &self.entry_id)
            .finish_non_exhaustive()
    }
}
