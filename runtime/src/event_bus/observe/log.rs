//! The log lines of producers and consumers.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::UNIX_EPOCH,
};

use tracing::level_filters::LevelFilter;

use super::{Observation, Observer, Outage, Resumption};
use crate::{
    error::chain,
    event_bus::{
        broker::{AuditLine, AuditLog, Lost},
        wire::{Entry, EntryId, Envelope},
    },
    metadata::EventsMetadata,
};

/// Writes a log line for each observation that an operator should see. Lines have ids, and no data of events.
pub(in crate::event_bus) struct Log {
    /// The topic of a consumer.
    topic: Arc<str>,
    audit: Option<AuditLog>,
    /// The event types without a receiver that were logged already.
    without_receiver: Mutex<BTreeSet<String>>,
}

impl Log {
    /// Logs for a consumer of `topic`.
    pub(in crate::event_bus) fn for_consumer(topic: &str, audit: Option<AuditLog>) -> Self {
        Self { topic: topic.into(), audit, without_receiver: Mutex::default() }
    }

    /// Logs for a producer, whose envelopes name the topic.
    pub(in crate::event_bus) fn for_producer(audit: Option<AuditLog>) -> Self {
        Self::for_consumer("", audit)
    }

    /// Returns the function that writes the audit log, unless no subscriber takes its lines: then not even their fields are
    /// needed.
    fn audit(&self) -> Option<AuditLog> {
        self.audit.filter(|_| LevelFilter::current() >= LevelFilter::INFO)
    }

    fn audit_sent(&self, envelope: &Envelope, entry_id: &EntryId) {
        let Some(log) = self.audit() else { return };
        let Envelope { topic, message, .. } = envelope;
        log(&AuditLine {
            text: "Message delivered to the event bus",
            topic,
            message_id: &message.id().unwrap_or_default(),
            event_type: message.event_type().unwrap_or_default(),
            entry_id,
            event_timestamp_ms: None,
            stored_timestamp_ms: None,
        });
    }

    fn audit_received(&self, text: &'static str, entry: &Entry, metadata: &EventsMetadata) {
        let Some(log) = self.audit() else { return };
        log(&AuditLine {
            text,
            topic: &self.topic,
            message_id: &metadata.id,
            event_type: &metadata.event_type,
            entry_id: &entry.id,
            event_timestamp_ms: metadata.time.unix_micros().map(|micros| micros / 1000),
            stored_timestamp_ms: entry
                .timestamp
                .and_then(|stored| i64::try_from(stored.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()),
        });
    }

    /// Logs each type once.
    fn without_receiver(&self, event_type: &str) {
        let mut known = self.without_receiver.lock().unwrap_or_else(PoisonError::into_inner);
        if known.insert(event_type.to_owned()) {
            drop(known);
            tracing::warn!(
                event_type,
                "no receiver in this program handles messages of this type: they are acknowledged"
            );
        }
    }
}

/// Returns the number of messages that were given up before a pause, and the command that replays them, if there are any.
fn given_up_before(count: u32, replay: &str) -> Option<(u32, &str)> {
    (count > 0).then_some((count, replay))
}

impl Observer for Log {
    fn observe(&self, observation: &Observation<'_>) {
        match observation {
            Observation::Sent { envelope, entry_id } => self.audit_sent(envelope, entry_id),
            Observation::NotSent { envelope: Envelope { topic, message, .. }, error } => tracing::error!(
                topic = &**topic,
                message_id = message.id().as_deref(),
                event_type = message.event_type(),
                error = chain(*error),
                "message not delivered to the event bus"
            ),
            Observation::Received { entry, metadata, .. } => {
                self.audit_received("Message received from the event bus", entry, metadata);
            }
            Observation::Handled { entry, metadata } => {
                self.audit_received("Message from the event bus processed successfully", entry, metadata);
            }
            Observation::WithoutReceiver { entry } => {
                self.without_receiver(entry.message.event_type().unwrap_or_default());
            }
            Observation::Skipped { entry, reason } => {
                if let Some(failure) = reason {
                    tracing::debug!(entry_id = %entry.id, error = failure.error, "skipped");
                }
            }
            // The receiver's own line says what failed.
            Observation::Failed | Observation::Retried => {}
            Observation::GivenUp { entry, failure } => {
                tracing::error!(entry_id = %entry.id, error = failure.error, "gave up on the message and acknowledged it");
            }
            Observation::DeadLettered { entry, failure } => tracing::error!(
                entry_id = %entry.id,
                event_type = entry.message.event_type(),
                receivers = ?failure.receivers,
                attempts = failure.attempts,
                error = failure.error,
                "dead-lettered"
            ),
            Observation::Lost(Lost::Pending(ids)) => tracing::error!(
                count = ids.len(),
                ?ids,
                "lost: the broker dropped pending entries before they were acknowledged; they may have been handled"
            ),
            Observation::Lost(Lost::Unread { after, before, count: Some(count) }) => {
                tracing::error!(count, %after, ?before, "lost: the broker dropped entries before they were read");
            }
            Observation::Lost(Lost::Unread { after, before, count: None }) => tracing::error!(
                %after,
                ?before,
                "lost: the broker dropped entries that may not have been read; their number is unknown"
            ),
            Observation::Revoked(ids) => tracing::info!(
                count = ids.len(),
                "the broker gave entries to other members: this member drops those that are not running"
            ),
            Observation::Returned(entries) => tracing::info!(
                count = entries.len(),
                tried = entries.iter().filter(|(_, attempts)| *attempts > 0).count(),
                "messages that were read and not finished stay pending: this member or another one receives them again"
            ),
            &Observation::Paused { outage: Outage { receiver, error, given_up }, replay, first_try } => {
                let (given_up, replay) = given_up_before(*given_up, replay).unzip();
                tracing::warn!(
                    %receiver,
                    error,
                    next_try_in = ?first_try,
                    given_up,
                    replay,
                    "paused: a receiver cannot work, so nothing is read and no attempt counts until it works again"
                );
            }
            &Observation::Resumed { outage: Outage { receiver, given_up, .. }, replay, resumed } => {
                let (given_up, replay) = given_up_before(*given_up, replay).unzip();
                let why = match resumed.why {
                    Resumption::Works => "the receiver works again",
                    Resumption::FailedOtherwise => "the message that was tried failed for another reason",
                    Resumption::NothingLeft => "the broker took back all messages that could be tried",
                };
                let (seconds, tries) = (resumed.time.as_secs_f64(), resumed.tries);
                tracing::warn!(%receiver, seconds, tries, given_up, replay, "resumed: {why}");
            }
            Observation::Noted(note) => tracing::warn!("{note}"),
            Observation::BrokerFailed { doing, error, is_new } => {
                let (transient, error) = (error.is_transient(), chain(*error));
                match (is_new, transient) {
                    (true, true) => tracing::warn!(error, transient, "{doing}"),
                    (true, false) => tracing::error!(error, transient, "{doing}"),
                    (false, _) => tracing::debug!(error, transient, "again: {doing}"),
                }
            }
            Observation::BrokerWorks(time) => {
                tracing::warn!(seconds = time.as_secs_f64(), "the event bus works again");
            }
        }
    }
}
