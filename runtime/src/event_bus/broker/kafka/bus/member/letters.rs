//! Stores dead letters.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use super::super::{
    Connector,
    dead_letters::{
        encoding::{Failed, LetterRecord},
        topic,
        writer::LetterWriter,
    },
    position::Position,
    record::Record,
};
use crate::event_bus::{
    broker::{BusError, Subscription},
    wire::{Entry, Failure},
};

/// How long Kafka may take to store a dead letter.
const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Letters {
    connector: Arc<Connector>,
    /// Made for the first dead letter.
    writer: Option<LetterWriter>,
}

impl Letters {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        Self { connector, writer: None }
    }

    /// Stores the dead letter of an entry, and waits until Kafka has it. Storing it twice makes one dead letter.
    pub(super) fn store(
        &mut self,
        subscription: &Subscription,
        entry: &Entry,
        record: &Record,
        failure: &Failure,
    ) -> Result<(), BusError> {
        let Subscription { topic, group, consumer_name, .. } = subscription;
        let name = topic::name(topic, group)?;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(LetterWriter::new(&self.connector, TIMEOUT)?),
        };
        let timestamp = entry.timestamp.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let timestamp = timestamp.and_then(|time| i64::try_from(time.as_millis()).ok());
        let position = Position::read(&entry.id)?;
        let failed = Failed { topic, group, consumer_name, position, timestamp, record };
        writer.write(&name, vec![LetterRecord::new(&failed, failure)])
    }
}
