//! Listing, dropping and replacing dead letters.

use std::{collections::BTreeSet, time::Instant};

use super::{KafkaOperations, TIMEOUT, deadline};
use crate::event_bus::{
    broker::{
        BusError,
        kafka::bus::{
            dead_letters::{
                encoding::{LetterRecord, without_value},
                letters::{Letters, replay_key},
                topic,
                writer::LetterWriter,
            },
            position::Position,
            record::Record,
        },
    },
    wire::{DeadLetter, EntryId},
};

/// The record that says that a replay is running.
const RUNNING: &str = "running";

impl KafkaOperations {
    /// Returns the dead letters of a group as they are now.
    pub(super) fn letters(&mut self, topic: &str, group: &str) -> Result<&mut Letters, BusError> {
        let name = topic::name(topic, group)?;
        let known = self.letters.take().filter(|letters| letters.topic() == name);
        let mut letters = known.unwrap_or_else(|| Letters::of(name));
        letters.update(&self.reader, deadline())?;
        Ok(self.letters.insert(letters))
    }

    pub(super) fn list_letters(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<DeadLetter>, BusError> {
        after.map(Position::read).transpose()?;
        let letters = self.letters(topic, group)?;
        if after.is_none() {
            letters.list();
        }
        let Some(letters) = &self.letters else { return Ok(Vec::new()) };
        let page = letters.page(&self.reader, after, max)?;
        Ok(page.iter().map(|(id, record)| self.decode(id, record)).collect())
    }

    /// Reads a dead letter. While the registry is down, its event cannot be read, but an operator can look at the rest.
    fn decode(&mut self, id: &str, record: &Record) -> DeadLetter {
        let message = match without_value(record) {
            Some(reason) => record.message(Err(reason.to_owned())),
            None => {
                // Does not wait for the registry twice.
                let limit = if self.registry_is_away { Instant::now() } else { deadline() };
                match self.connector.readings.read(&self.connector.registry, record, limit) {
                    Ok(message) => message,
                    Err((id, error)) => {
                        self.registry_is_away = true;
                        record
                            .message(Err(format!("the schema with id {id} is not known: {}", error.reason())))
                    }
                }
            }
        };
        DeadLetter::from_message(EntryId::new(id), &message)
    }

    pub(super) fn drop_letters(
        &mut self,
        topic: &str,
        group: &str,
        ids: &[EntryId],
    ) -> Result<u64, BusError> {
        for id in ids {
            Position::read(id)?;
        }
        // Another operator may have dropped some since they were listed.
        let letters = self.letters(topic, group)?;
        let there: BTreeSet<&EntryId> = ids.iter().filter(|id| letters.contains(id)).collect();
        let removals = there.iter().map(|id| LetterRecord::removing(id.as_str())).collect();
        self.write(topic, group, removals)?;
        Ok(there.len() as u64)
    }

    pub(super) fn replace_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        self.letters(topic, group)?;
        let record = match &self.letters {
            Some(letters) => letters.record(&self.reader, &letter.id)?,
            None => None,
        };
        let record = record.ok_or_else(|| {
            BusError::permanent(format!(
                "group `{group}` of topic `{topic}` has no dead letter `{}`",
                letter.id
            ))
        })?;
        self.write(topic, group, vec![LetterRecord::replacing(&record, letter)])?;
        Ok(letter.id.clone())
    }

    pub(super) fn note_replays(
        &mut self,
        topic: &str,
        group: &str,
        ids: &[EntryId],
        is_running: bool,
    ) -> Result<(), BusError> {
        let note = |id: &EntryId| {
            Position::read(id)?;
            let key = replay_key(id);
            Ok(if is_running { LetterRecord::note(&key, RUNNING) } else { LetterRecord::removing(&key) })
        };
        let notes = ids.iter().map(note).collect::<Result<_, BusError>>()?;
        self.write(topic, group, notes)
    }

    fn write(&mut self, topic: &str, group: &str, records: Vec<LetterRecord>) -> Result<(), BusError> {
        if records.is_empty() {
            return Ok(());
        }
        let name = topic::name(topic, group)?;
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => LetterWriter::new(&self.connector, TIMEOUT)?,
        };
        self.writer.insert(writer).write(&name, records)
    }
}
