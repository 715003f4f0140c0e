//! Events that were not delivered, and why.

use std::{error::Error, fmt};

use crate::{
    error::debug_as_chain,
    event_bus::{broker::BusError, wire::Envelope},
};

/// One or more messages that were not delivered. The error owns them, so that the caller can keep them and send them
/// again.
#[derive(Clone)]
pub struct ProduceError {
    undelivered: Vec<Undelivered>,
    dropped: u64,
}

/// A message that was not delivered to one topic. [`Producer::send_again`](super::Producer::send_again) sends it once
/// more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Undelivered {
    /// The message, with its topic and its key.
    pub envelope: Envelope,
    /// Why it was not delivered. It may have arrived anyway if the connection was lost after it was sent.
    pub error: BusError,
}

impl ProduceError {
    /// Returns an error that contains the envelopes whose outcome is an error, if there are any.
    pub(super) fn check(envelopes: Vec<Envelope>, outcomes: Vec<Result<(), BusError>>) -> Result<(), Self> {
        let undelivered = envelopes
            .into_iter()
            .zip(outcomes)
            .filter_map(|(envelope, outcome)| Some(Undelivered { envelope, error: outcome.err()? }));
        Self::of(undelivered.collect(), 0)
    }

    /// Returns an error if anything is undelivered. `dropped` is the number of further undelivered messages, which were dropped to
    /// make room for others.
    pub(super) fn of(undelivered: Vec<Undelivered>, dropped: u64) -> Result<(), Self> {
        if undelivered.is_empty() && dropped == 0 { Ok(()) } else { Err(Self { undelivered, dropped }) }
    }

    /// Logs each message as lost, because the bus is being removed.
    pub(crate) fn log_lost(&self) {
        for undelivered in &self.undelivered {
            let Envelope { topic, message, .. } = &undelivered.envelope;
            tracing::error!(
                topic = &**topic,
                message_id = message.id().as_deref(),
                event_type = message.event_type(),
                "lost: not delivered before the event bus was removed"
            );
        }
        if self.dropped > 0 {
            tracing::error!(
                count = self.dropped,
                "lost: given up earlier, and dropped to make room for others"
            );
        }
    }

    /// Returns the messages, one for each topic that a message did not reach.
    #[must_use]
    pub fn undelivered(&self) -> impl ExactSizeIterator<Item = &Undelivered> {
        self.undelivered.iter()
    }

    /// Returns how many more messages were given up since the last flush and are not contained, because the memory that
    /// `EVENT_BUS_PRODUCER_QUEUE_BYTES` allows was needed for others. The log has their ids. It is 0 with
    /// [`on_undelivered`](super::Producer::on_undelivered).
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns the messages by value, so that they can be sent again.
    #[must_use]
    pub fn into_undelivered(self) -> Vec<Undelivered> {
        self.undelivered
    }
}

debug_as_chain!(ProduceError);

impl fmt::Display for ProduceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = (self.undelivered.len() as u64).saturating_add(self.dropped);
        write!(f, "{count} message{} not delivered to the event bus", if count == 1 { "" } else { "s" })?;
        if self.dropped > 0 {
            write!(f, ", {} of which made room for others", self.dropped)?;
        }
        if let Some(first) = self.undelivered.first() {
            let Envelope { topic, message, .. } = &first.envelope;
            let event_type = message.event_type().unwrap_or("of unknown type");
            write!(f, ", the first: `{event_type}` to topic `{topic}`")?;
        }
        Ok(())
    }
}

/// Returns the error of the first message.
impl Error for ProduceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.undelivered.first().map(|first| &first.error as _)
    }
}
