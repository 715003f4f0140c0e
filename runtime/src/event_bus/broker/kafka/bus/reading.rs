//! How to read the messages of other writers: each record names the schema of its writer, which may differ from ours.
//!
//! ```text
//! record ─ id of the schema ─▶ JSON in the registry ─▶ resolution into our event ─▶ message
//! ```
//!
//! Everything learnt stays, because the meaning of an id never changes.

use std::{
    collections::{BTreeMap, HashMap},
    ptr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{
    record::{EventData, Record},
    registry::{Registry, RegistryError},
};
use crate::{
    codec::{Resolution, WriterSchema},
    event::EventDefinition,
    event_bus::wire::{Header, Message},
    registry,
};

/// How to read the messages of each schema and event type that was seen.
#[derive(Default)]
pub(super) struct Readings {
    known: Mutex<BTreeMap<u32, Vec<(&'static EventDefinition, Reading)>>>,
    /// The reasons why schemas cannot be used, from the answers of the registry.
    unusable: Mutex<HashMap<u32, Arc<str>>>,
}

/// How to read the messages of one schema as one event.
#[derive(Clone)]
enum Reading {
    /// The bytes need no conversion.
    Same,
    Converted(Arc<Resolution>),
    /// No message can be read, for this reason.
    Never(Arc<str>),
}

impl Readings {
    /// Asks the registry for a schema until `deadline`, unless it has answered before.
    ///
    /// # Errors
    ///
    /// If the registry does not answer in time, or does not let us in.
    pub(super) fn ask(&self, registry: &Registry, id: u32, deadline: Instant) -> Result<(), RegistryError> {
        match registry.schema(id, deadline) {
            Err(error) if error.has_no_schema() => {
                lock(&self.unusable).insert(id, error.reason().into());
                Ok(())
            }
            answer => answer.map(drop),
        }
    }

    /// Returns the message of a record, or the id of a schema that must be [asked](Self::ask) for first.
    pub(super) fn read_known(&self, registry: &Registry, record: &Record) -> Result<Message, u32> {
        // The time is over before the registry is asked, so only what it has answered before counts.
        self.read(registry, record, Instant::now()).map_err(|(id, _)| id)
    }

    /// Returns the message of a record. Asks the registry until `deadline`, if it is the first one of its schema.
    ///
    /// # Errors
    ///
    /// If the registry does not answer in time, or does not let us in. Returns the id of the schema, and why.
    pub(super) fn read(
        &self,
        registry: &Registry,
        record: &Record,
        deadline: Instant,
    ) -> Result<Message, (u32, RegistryError)> {
        let id = match record.schema_id() {
            Ok(id) => id,
            Err(reason) => return Ok(record.message(Err(reason.to_owned()))),
        };
        // Events that this program does not know are not decoded.
        let Some(definition) = definition(record) else {
            return Ok(record.message(Ok(EventData::AsWritten)));
        };
        let reading = match self.find(id, definition) {
            Some(reading) => reading,
            None => {
                let reading = self.learn(id, registry, definition, deadline).map_err(|error| (id, error))?;
                self.remember(id, definition, reading.clone());
                reading
            }
        };
        Ok(record.message(reading.apply(record)))
    }

    fn find(&self, id: u32, definition: &EventDefinition) -> Option<Reading> {
        let known = lock(&self.known);
        let of_id = known.get(&id)?;
        of_id.iter().find(|(known, _)| ptr::eq(*known, definition)).map(|(_, one)| one.clone())
    }

    fn remember(&self, id: u32, definition: &'static EventDefinition, reading: Reading) {
        lock(&self.known).entry(id).or_default().push((definition, reading));
    }

    /// Finds out how to read the messages of a schema as an event.
    fn learn(
        &self,
        id: u32,
        registry: &Registry,
        definition: &'static EventDefinition,
        deadline: Instant,
    ) -> Result<Reading, RegistryError> {
        if let Some(reason) = lock(&self.unusable).get(&id) {
            return Ok(Reading::Never(Arc::clone(reason)));
        }
        let text = match registry.schema(id, deadline) {
            Ok(text) => text,
            Err(error) if error.has_no_schema() => return Ok(Reading::Never(error.reason().into())),
            Err(error) => return Err(error),
        };
        let resolved = WriterSchema::parse(&text).and_then(|writer| writer.resolve(definition));
        Ok(match resolved {
            Ok(resolution) if resolution.is_same() => Reading::Same,
            Ok(resolution) => Reading::Converted(Arc::new(resolution)),
            Err(error) => Reading::Never(format!("its writer's schema (id {id}): {error}").into()),
        })
    }
}

impl Reading {
    fn apply(&self, record: &Record) -> Result<EventData, String> {
        match self {
            Self::Same => Ok(EventData::AsWritten),
            Self::Converted(resolution) => resolution
                .rewrite(record.avro())
                .map(|bytes| EventData::Converted(bytes.into_owned()))
                .map_err(|error| format!("its bytes do not fit its writer's schema: {error}")),
            Self::Never(reason) => Err((**reason).to_owned()),
        }
    }
}

fn definition(record: &Record) -> Option<&'static EventDefinition> {
    let event_type = record.header(Header::EventType)?;
    registry::get(str::from_utf8(event_type).ok()?)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
