//! The tools of operators for the memory bus.

use std::{collections::HashSet, ops::Bound};

use super::{
    MemoryBus,
    store::{self, Group, Topic, Topics, id, number},
};
use crate::event_bus::broker::{BusError, Cursor, Lag, Operations, Page, Pending, Start};
use crate::event_bus::wire::{DeadLetter, EntryId};

impl Operations for MemoryBus {
    fn topics(&mut self) -> Result<Vec<String>, BusError> {
        Ok(self.store.lock().keys().cloned().collect())
    }

    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError> {
        let topics = self.store.lock();
        Ok(topics.get(topic).map(|topic| topic.groups.keys().cloned().collect()))
    }

    fn cursor(&mut self, topic: &str, at: &Start) -> Result<Cursor, BusError> {
        let topics = self.store.lock();
        let number = match (at, topics.get(topic)) {
            // Unlike a group, a reader may wait for an entry that the topic does not have yet.
            (Start::After(id), _) => number(id)?,
            (at, Some(topic)) => topic.position_of(at)?,
            (_, None) => 0,
        };
        Ok(Cursor::new(id(number).as_str()))
    }

    fn read(&mut self, topic: &str, cursor: &Cursor, max: usize) -> Result<Page, BusError> {
        let after = number(&EntryId::new(cursor.as_str()))?;
        let topics = self.store.lock();
        let entries = topics.get(topic).map(|topic| store::after(&topic.entries, after).take(max));
        Ok(Page::after(cursor, entries.into_iter().flatten().map(|entry| entry.deliver(1)).collect()))
    }

    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>, BusError> {
        let topics = self.store.lock();
        let (topic, group) = known(&topics, topic, group)?;
        let count = store::after(&topic.entries, group.position).count();
        Ok(vec![Lag::exact(id(group.position), id(topic.newest), count)])
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
        let claims = known(&topics, topic, group)?
            .1
            .claims
            .range((Bound::Excluded(after), Bound::Unbounded))
            .take(max);
        let pending = claims.map(|(&number, claim)| {
            Pending::new(id(number), claim.consumer_name.clone(), claim.since, claim.attempts)
        });
        Ok(pending.collect())
    }

    fn set_replaying(
        &mut self,
        topic: &str,
        group: &str,
        ids: &[EntryId],
        is_running: bool,
    ) -> Result<(), BusError> {
        let numbers: Vec<_> = ids.iter().map(number).collect::<Result<_, _>>()?;
        let mut topics = self.store.lock();
        let replaying = &mut store::topic(&mut topics, &DeadLetter::topic(topic, group)).replaying;
        if is_running {
            replaying.extend(numbers);
        } else {
            for number in &numbers {
                replaying.remove(number);
            }
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

/// Returns a topic and a group of it.
fn known<'a>(topics: &'a Topics, topic: &str, group: &str) -> Result<(&'a Topic, &'a Group), BusError> {
    let known = topics.get(topic).and_then(|topic| Some((topic, topic.groups.get(group)?)));
    known.ok_or_else(|| BusError::no_group(topic, group))
}
