//! What the memory bus holds.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use crate::event_bus::{
    broker::{error::BusError, subscription::Start},
    wire::{
        entry::{Entry, EntryId},
        message::Message,
    },
};

pub(super) struct Broker {
    state: Mutex<State>,
    /// Something was added, or somebody is to be woken.
    pub(super) changed: Condvar,
}

pub(super) struct State {
    pub(super) topics: HashMap<String, Topic>,
    max_len: usize,
}

#[derive(Default)]
pub(super) struct Topic {
    pub(super) entries: VecDeque<Stored>,
    pub(super) groups: HashMap<String, Group>,
    /// The number of the newest entry there ever was.
    pub(super) newest: u64,
}

pub(super) struct Stored {
    pub(super) number: u64,
    pub(super) added: SystemTime,
    pub(super) message: Message,
}

#[derive(Default)]
pub(super) struct Group {
    /// The number of the last entry that a member was handed.
    pub(super) read: u64,
    pub(super) pending: BTreeMap<u64, Held>,
    /// How many members of a name there are.
    pub(super) members: HashMap<String, usize>,
}

/// An entry that a member was handed, or claimed.
pub(super) struct Held {
    pub(super) consumer_name: String,
    pub(super) since: Instant,
    pub(super) attempts: u32,
}

impl Broker {
    pub(super) fn new(max_len: usize) -> Self {
        Self { state: Mutex::new(State { topics: HashMap::new(), max_len }), changed: Condvar::new() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something changes, at most until `deadline`.
    pub(super) fn wait<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        deadline: Instant,
    ) -> MutexGuard<'a, State> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.changed.wait_timeout(state, left).map_or_else(|error| error.into_inner().0, |(state, _)| state)
    }
}

impl State {
    pub(super) fn topic(&mut self, name: &str) -> &mut Topic {
        if !self.topics.contains_key(name) {
            self.topics.insert(name.to_owned(), Topic::default());
        }
        self.topics.entry(name.to_owned()).or_default()
    }

    pub(super) fn group(&mut self, topic: &str, group: &str) -> &mut Group {
        self.topic(topic).groups.entry(group.to_owned()).or_default()
    }

    /// Adds a message to a topic, which drops its oldest where it has too many.
    pub(super) fn add(&mut self, topic: &str, message: Message) -> EntryId {
        let max_len = self.max_len;
        let topic = self.topic(topic);
        let id = topic.add(message);
        topic.trim_to(max_len);
        id
    }
}

impl Topic {
    pub(super) fn add(&mut self, message: Message) -> EntryId {
        self.newest += 1;
        self.entries.push_back(Stored { number: self.newest, added: SystemTime::now(), message });
        id(self.newest)
    }

    /// Drops the oldest entries when there are more than `max_len`.
    pub(super) fn trim_to(&mut self, max_len: usize) -> Vec<EntryId> {
        let surplus = self.entries.len().saturating_sub(max_len);
        self.entries.drain(..surplus).map(|stored| id(stored.number)).collect()
    }

    /// Drops entries that are older than `max_age`.
    pub(super) fn trim_older_than(&mut self, max_age: Duration) -> Vec<EntryId> {
        let now = SystemTime::now();
        let old = |stored: &Stored| now.duration_since(stored.added).is_ok_and(|age| age > max_age);
        let count = self.entries.partition_point(old);
        self.entries.drain(..count).map(|stored| id(stored.number)).collect()
    }

    /// The last number before a group that begins at `start`.
    pub(super) fn begin(&self, start: &Start) -> Result<u64, BusError> {
        match start {
            Start::New => Ok(self.newest),
            // What was dropped before the group was there is not lost to it.
            Start::Backlog => Ok(self.entries.front().map_or(self.newest, |oldest| oldest.number - 1)),
            Start::After(id) => read_id(id),
        }
    }
}

/// The entries after the one with the number `after`.
pub(super) fn after(entries: &VecDeque<Stored>, after: u64) -> impl Iterator<Item = &Stored> {
    entries.range(entries.partition_point(|stored| stored.number <= after)..)
}

/// The entry with that number, unless it was dropped.
pub(super) fn get(entries: &VecDeque<Stored>, number: u64) -> Option<&Stored> {
    after(entries, number.checked_sub(1)?).next().filter(|stored| stored.number == number)
}

impl Stored {
    pub(super) fn entry(&self, attempt: u32) -> Entry {
        Entry::new(id(self.number), self.message.clone(), attempt)
    }
}

/// Ids look like those of Redis.
pub(super) fn id(number: u64) -> EntryId {
    EntryId::new(format!("{number}-0"))
}

/// The number in an id of this bus; 0, which no entry has, for another.
pub(super) fn number(id: &EntryId) -> u64 {
    read_id(id).unwrap_or_default()
}

/// The number in an id that somebody typed.
pub(super) fn read_id(id: &EntryId) -> Result<u64, BusError> {
    let text = id.as_str().strip_suffix("-0").unwrap_or(id.as_str());
    text.parse().map_err(|_| {
        BusError::permanent(format!(
            "`{id}` is not the id of an entry of the memory bus: write one such as `7-0`"
        ))
    })
}
