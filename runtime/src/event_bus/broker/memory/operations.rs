//! What operators do to the memory bus.

use std::{collections::HashSet, ops::Bound, sync::Arc};

use super::broker::{self, Broker, id, read_id};
use crate::event_bus::{
    broker::{
        error::BusError,
        operations::{Operations, Pending},
        subscription::Start,
    },
    wire::{
        dead_letter::DeadLetter,
        entry::{Entry, EntryId},
    },
};

pub(super) struct MemoryOperations {
    broker: Arc<Broker>,
}

impl MemoryOperations {
    pub(super) fn new(broker: Arc<Broker>) -> Self {
        Self { broker }
    }
}

impl Operations for MemoryOperations {
    fn read(&mut self, topic: &str, after: Option<&EntryId>, max: usize) -> Result<Vec<Entry>, BusError> {
        let after = after.map_or(Ok(0), read_id)?;
        let mut state = self.broker.state();
        let entries = broker::after(&state.topic(topic).entries, after).take(max);
        Ok(entries.map(|stored| stored.entry(1)).collect())
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError> {
        let after = after.map_or(Ok(0), read_id)?;
        let state = self.broker.state();
        let found = state.topics.get(topic).and_then(|topic| topic.groups.get(group));
        let found =
            found.ok_or_else(|| BusError::permanent(format!("topic `{topic}` has no group `{group}`")))?;
        let pending = found.pending.range((Bound::Excluded(after), Bound::Unbounded)).take(max).map(
            |(&number, held)| Pending {
                id: id(number),
                consumer_name: held.consumer_name.clone(),
                idle: held.since.elapsed(),
                attempts: held.attempts,
            },
        );
        Ok(pending.collect())
    }

    fn dead_letters(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<DeadLetter>, BusError> {
        let entries = self.read(&DeadLetter::topic(topic, group), after, max)?;
        Ok(entries.into_iter().map(|entry| DeadLetter::from_message(entry.id, &entry.message)).collect())
    }

    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError> {
        let numbers = ids.iter().map(read_id).collect::<Result<HashSet<_>, _>>()?;
        let mut state = self.broker.state();
        let letters = state.topic(&DeadLetter::topic(topic, group));
        let before = letters.entries.len();
        letters.entries.retain(|stored| !numbers.contains(&stored.number));
        Ok((before - letters.entries.len()) as u64)
    }

    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        let old = read_id(&letter.id)?;
        let mut state = self.broker.state();
        let letters = state.topic(&DeadLetter::topic(topic, group));
        letters.entries.retain(|stored| stored.number != old);
        Ok(letters.add(letter.to_message()))
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        let mut state = self.broker.state();
        let read = state.topic(topic).begin(to)?;
        let is_new = !state.topic(topic).groups.contains_key(group);
        state.group(topic, group).read = read;
        drop(state);
        self.broker.changed.notify_all();
        Ok(is_new)
    }
}
