//! The tools of operators for the memory bus.

use std::{collections::HashSet, ops::Bound};

use super::{
    MemoryBus,
    store::{self, id, number},
};
use crate::event_bus::broker::{BusError, Operations, Pending, Start};
use crate::event_bus::wire::{DeadLetter, Entry, EntryId};

impl Operations for MemoryBus {
    fn topics(&mut self) -> Result<Vec<String>, BusError> {
        Ok(self.store.lock().keys().cloned().collect())
    }

    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError> {
        let topics = self.store.lock();
        Ok(topics.get(topic).map(|topic| topic.groups.keys().cloned().collect()))
    }

    fn read(&mut self, topic: &str, after: Option<&EntryId>, max: usize) -> Result<Vec<Entry>, BusError> {
        let after = after.map_or(Ok(0), number)?;
        let topics = self.store.lock();
        let entries = topics.get(topic).map(|topic| store::after(&topic.entries, after).take(max));
        Ok(entries.into_iter().flatten().map(|entry| entry.deliver(1)).collect())
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError> {
        let after = after.map_or(Ok(0), number)?;
        let topics = self.store.lock();
        let known = topics.get(topic).and_then(|topic| topic.groups.get(group));
        let known =
            known.ok_or_else(|| BusError::permanent(format!("topic `{topic}` has no group `{group}`")))?;
        let claims = known.claims.range((Bound::Excluded(after), Bound::Unbounded)).take(max);
        let pending = claims.map(|(&number, claim)| Pending {
            id: id(number),
            consumer_name: claim.consumer_name.clone(),
            idle: claim.since.elapsed(),
            attempts: claim.attempts,
        });
        Ok(pending.collect())
    }

    fn set_replaying(
        &mut self,
        topic: &str,
        group: &str,
        id: &EntryId,
        is_running: bool,
    ) -> Result<(), BusError> {
        let number = number(id)?;
        let mut topics = self.store.lock();
        let replaying = &mut store::topic(&mut topics, &DeadLetter::topic(topic, group)).replaying;
        if is_running {
            replaying.insert(number);
        } else {
            replaying.remove(&number);
        }
        Ok(())
    }

    fn replaying(&mut self, topic: &str, group: &str) -> Result<Vec<EntryId>, BusError> {
        let topics = self.store.lock();
        let letters = topics.get(&DeadLetter::topic(topic, group));
        Ok(letters.into_iter().flat_map(|letters| &letters.replaying).map(|number| id(*number)).collect())
    }

    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError> {
        let numbers = ids.iter().map(number).collect::<Result<HashSet<_>, _>>()?;
        let mut topics = self.store.lock();
        let Some(letters) = topics.get_mut(&DeadLetter::topic(topic, group)) else { return Ok(0) };
        let letters = &mut letters.entries;
        let before = letters.len();
        letters.retain(|entry| !numbers.contains(&entry.number));
        Ok((before - letters.len()) as u64)
    }

    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        let old = number(&letter.id)?;
        let mut topics = self.store.lock();
        let letters = store::topic(&mut topics, &DeadLetter::topic(topic, group));
        letters.entries.retain(|entry| entry.number != old);
        Ok(letters.add(letter.to_message()))
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        let mut topics = self.store.lock();
        let topic = store::topic(&mut topics, topic);
        let position = topic.position_of(to)?;
        let is_new = !topic.groups.contains_key(group);
        topic.group(group).position = position;
        drop(topics);
        self.store.changed.notify_all();
        Ok(is_new)
    }
}
