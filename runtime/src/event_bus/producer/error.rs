//! Events that were not delivered, and why.

use std::{error::Error, fmt};

use bytes::Bytes;

use crate::event_bus::{
    bus::Record,
    error::{BusError, chain},
    message::Message,
};

/// One or more messages were not delivered. It has them all, so that they can be kept and sent again.
#[derive(Clone)]
pub struct ProduceError {
    undelivered: Vec<Undelivered>,
}

/// A message that was not delivered to one topic. [`Producer::send_again`](super::Producer::send_again) sends it once
/// more.
#[derive(Clone)]
#[non_exhaustive]
pub struct Undelivered {
    /// The topic's full name, with the prefix.
    pub topic: String,
    /// The message: the event with its metadata.
    pub message: Message,
    /// Why. A message may have arrived all the same, where the connection was lost after it was sent.
    pub error: BusError,
    /// What keeps messages in order where a bus has partitions.
    pub(super) key: Option<Bytes>,
}

/// Without the key, which is data of the event.
impl fmt::Debug for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undelivered")
            .field("topic", &self.topic)
            .field("message", &self.message)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl Undelivered {
    pub(super) fn of(record: &Record<'_>, error: BusError) -> Self {
        let key = record.key.map(Bytes::copy_from_slice);
        Self { topic: record.topic.to_owned(), message: record.message.clone(), error, key }
    }

    pub(super) fn record(&self) -> Record<'_> {
        Record { topic: &self.topic, key: self.key.as_deref(), message: &self.message }
    }
}

impl ProduceError {
    /// An error for those of `records` whose outcome is one.
    pub(super) fn of(records: &[Record<'_>], outcomes: Vec<Result<(), BusError>>) -> Result<(), Self> {
        let undelivered = records
            .iter()
            .zip(outcomes)
            .filter_map(|(record, outcome)| Some(Undelivered::of(record, outcome.err()?)));
        Self::of_all(undelivered.collect())
    }

    /// An error where there is anything undelivered.
    pub(super) fn of_all(undelivered: Vec<Undelivered>) -> Result<(), Self> {
        if undelivered.is_empty() { Ok(()) } else { Err(Self { undelivered }) }
    }

    /// The messages, one for each topic that one did not reach.
    #[must_use]
    pub fn undelivered(&self) -> impl ExactSizeIterator<Item = &Undelivered> {
        self.undelivered.iter()
    }

    /// The messages, to be sent again.
    #[must_use]
    pub fn into_undelivered(self) -> Vec<Undelivered> {
        self.undelivered
    }
}

/// The text of `Display` and those of its sources, which is what a `main` that returns it prints.
impl fmt::Debug for ProduceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self))
    }
}

impl fmt::Display for ProduceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.undelivered.len();
        write!(f, "{count} message{} not delivered to the event bus", if count == 1 { "" } else { "s" })?;
        if let Some(first) = self.undelivered.first() {
            let event_type = first.message.event_type().unwrap_or("of unknown type");
            write!(f, ", the first: `{event_type}` to topic `{}`", first.topic)?;
        }
        Ok(())
    }
}

/// The source is the bus's error for the first of them.
impl Error for ProduceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.undelivered.first().map(|first| &first.error as _)
    }
}
