//! What is said of every message that comes: the audit lines, with ids and no data (ADR-10 of event-bus-kafka), and
//! whoever prints events.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crate::event_bus::consumer::Print;
use crate::{
    event_bus::wire::entry::EntryId, metadata::EventsMetadata, receiver::ReceiverError, signal::Incoming,
};

/// Sees each event once, before its receivers do.
#[derive(Clone)]
pub(in crate::event_bus) struct Observer {
    topic: Arc<str>,
    audit: bool,
    print: Option<Print>,
}

impl Observer {
    pub(in crate::event_bus) fn new(topic: &str, audit: bool, print: Option<Print>) -> Self {
        Self { topic: topic.into(), audit, print }
    }

    /// Whether events without receivers are to be seen, too.
    pub(in crate::event_bus) fn sees_all(&self) -> bool {
        self.print.is_some()
    }

    /// An event has come.
    pub(in crate::event_bus) fn see(&self, incoming: &Incoming, entry: &EntryId) {
        let metadata = incoming.metadata();
        self.log("Message received from the event bus", metadata, entry);
        if let Some(print) = &self.print {
            // Whoever looks on is not to keep the receivers from the event.
            let printed = catch_unwind(AssertUnwindSafe(|| print(incoming.event(), metadata)));
            if let Err(payload) = printed {
                let error = ReceiverError::panicked(payload).chain();
                tracing::error!(message_id = %metadata.id, error, "the event could not be printed");
            }
        }
    }

    /// All receivers have succeeded.
    pub(in crate::event_bus) fn handled(&self, metadata: &EventsMetadata, entry: &EntryId) {
        self.log("Message from the event bus processed successfully", metadata, entry);
    }

    fn log(&self, what: &'static str, metadata: &EventsMetadata, entry: &EntryId) {
        if self.audit {
            let micros = metadata.time.unix_micros().unwrap_or_default();
            tracing::info!(
                topic = &*self.topic,
                message_id = %metadata.id,
                event_type = &*metadata.event_type,
                redis_msg_id = %entry,
                event_timestamp_ms = micros / 1000,
                "{what}"
            );
        }
    }
}
