//! The line that is logged for every message that was produced (ADR-10 of event-bus-kafka): ids, and no data.

use crate::{
    error::chain,
    event_bus::{
        broker::error::BusError,
        wire::{entry::EntryId, envelope::Envelope},
    },
};

/// Logs the outcome of sending `envelope`; if `audit` is off, only a failure.
pub(super) fn delivered(
    envelope: &Envelope,
    outcome: Result<EntryId, BusError>,
    audit: bool,
) -> Result<(), BusError> {
    let Envelope { topic, message, .. } = envelope;
    let topic = &**topic;
    match outcome {
        Ok(id) => {
            if audit {
                tracing::info!(
                    topic,
                    message_id = message.id().as_deref(),
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
                message_id = message.id().as_deref(),
                event_type = message.event_type(),
                error = text,
                "message not delivered to the event bus"
            );
            Err(error)
        }
    }
}
