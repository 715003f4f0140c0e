//! The line that is logged for every message that was produced (ADR-10 of event-bus-kafka): ids, and no data.

use crate::event_bus::{
    bus::{EntryId, Record},
    error::{BusError, chain},
};

/// Logs what became of `record`; where `audit` is off, only failures.
pub(super) fn delivered(
    record: &Record<'_>,
    outcome: Result<EntryId, BusError>,
    audit: bool,
) -> Result<(), BusError> {
    let Record { topic, message, .. } = record;
    // Looked for where somebody listens.
    let message_id = || message.get("id").map(String::from_utf8_lossy);
    match outcome {
        Ok(id) => {
            if audit {
                tracing::info!(
                    topic,
                    message_id = message_id().as_deref(),
                    event_type = message.event_type(),
                    redis_msg_id = %id,
                    "Message delivered to the event bus"
                );
            }
            Ok(())
        }
        Err(error) => {
            let text = chain(&error);
            tracing::error!(
                topic,
                message_id = message_id().as_deref(),
                event_type = message.event_type(),
                error = text,
                "message not delivered to the event bus"
            );
            Err(error)
        }
    }
}
