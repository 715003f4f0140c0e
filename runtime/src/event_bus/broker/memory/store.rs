//! The topics, groups and pending entries of a memory bus.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use crate::event_bus::broker::{BusError, Start};
use crate::event_bus::wire::{Entry, EntryId, Message};

/// The topics of a bus, shared by its producers, members and operators.
#[derive(Default)]
pub(super) struct Store {
    topics: Mutex<Topics>,
    /// Notified when a message is added or a member is woken.
    pub(super) changed: Condvar,
}

/// The topics by name.
pub(super) type Topics = HashMap<String, Topic>;

#[derive(Default)]
pub(super) struct Topic {
    pub(super) entries: VecDeque<StoredEntry>,
    pub(super) groups: HashMap<String, Group>,
    /// The numbers of the dead letters whose replay runs.
    pub(super) replaying: BTreeSet<u64>,
    /// The number of the newest entry that the topic ever had.
    pub(super) newest: u64,
}

pub(super) struct StoredEntry {
    pub(super) number: u64,
    pub(super) added: SystemTime,
    message: Message,
}

#[derive(Default)]
pub(super) struct Group {
    /// The number of the last entry that a member received.
    pub(super) position: u64,
    /// The claims on entries that are not acknowledged, by the number of the entry.
    pub(super) claims: BTreeMap<u64, Claim>,
    /// The number of members with each name.
    pub(super) members: HashMap<String, usize>,
}

/// The claim of a member on an entry.
pub(super) struct Claim {
    pub(super) consumer_name: String,
    /// When the entry was stored.
    pub(super) stored: SystemTime,
    pub(super) since: Instant,
    pub(super) attempts: u32,
}

impl Store {
    pub(super) fn lock(&self) -> MutexGuard<'_, Topics> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something changes, at most until `deadline`.
    pub(super) fn wait<'a>(
        &'a self,
        topics: MutexGuard<'a, Topics>,
        deadline: Instant,
    ) -> MutexGuard<'a, Topics> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.changed.wait_timeout(topics, left).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Returns a topic, and creates it if it does not exist.
pub(super) fn topic<'a>(topics: &'a mut Topics, name: &str) -> &'a mut Topic {
    topics.entry(name.to_owned()).or_default()
}

impl Topic {
    /// Returns a group, and creates it if it does not exist.
    pub(super) fn group(&mut self, name: &str) -> &mut Group {
        self.groups.entry(name.to_owned()).or_default()
    }

    pub(super) fn add(&mut self, message: Message) -> EntryId {
        self.newest += 1;
        self.entries.push_back(StoredEntry { number: self.newest, added: SystemTime::now(), message });
        id(self.newest)
    }

    /// Drops the oldest entries above `max_len`. Returns their ids.
    pub(super) fn trim_to(&mut self, max_len: usize) -> Vec<EntryId> {
        self.drop_oldest(self.entries.len().saturating_sub(max_len))
    }

    /// Drops entries that are older than `max_age`. Returns their ids.
    pub(super) fn trim_older_than(&mut self, max_age: Duration) -> Vec<EntryId> {
        let now = SystemTime::now();
        let is_old = |entry: &StoredEntry| now.duration_since(entry.added).is_ok_and(|age| age > max_age);
        self.drop_oldest(self.entries.partition_point(is_old))
    }

    fn drop_oldest(&mut self, count: usize) -> Vec<EntryId> {
        self.entries.drain(..count).map(|entry| id(entry.number)).collect()
    }

    /// Returns the position of a group that begins at `start`.
    pub(super) fn position_of(&self, start: &Start) -> Result<u64, BusError> {
        match start {
            Start::New => Ok(self.newest),
            // Entries that were dropped before the group existed are not lost to it.
            Start::Backlog => Ok(self.entries.front().map_or(self.newest, |oldest| oldest.number - 1)),
            Start::After(id) => match number(id)? {
                // A group there would skip the entries that are added next.
                beyond if beyond > self.newest => Err(BusError::permanent(format!(
                    "entry {id} is after the newest entry that the topic ever had"
                ))),
                number => Ok(number),
            },
            Start::At(time) => {
                // The clock may have been set back meanwhile, so the entries need not be in the order of their times.
                let first = self.entries.iter().find(|entry| entry.added >= *time);
                Ok(first.map_or(self.newest, |first| first.number - 1))
            }
        }
    }
}

/// Returns the entries after the number `after`.
pub(super) fn after(entries: &VecDeque<StoredEntry>, after: u64) -> impl Iterator<Item = &StoredEntry> {
    entries.range(entries.partition_point(|entry| entry.number <= after)..)
}

impl StoredEntry {
    /// Delivers the entry for the attempt number `attempt`.
    pub(super) fn deliver(&self, attempt: u32) -> Entry {
        self.stamp(Entry::new(id(self.number), self.message.clone(), attempt))
    }

    /// Delivers the entry again, for the attempt number `attempt`.
    pub(super) fn deliver_again(&self, attempt: u32) -> Entry {
        self.stamp(Entry::redelivered(id(self.number), self.message.clone(), attempt))
    }

    fn stamp(&self, mut entry: Entry) -> Entry {
        entry.timestamp = Some(self.added);
        entry
    }
}

/// Returns the id of the entry with this number. It looks like an id of Redis.
pub(super) fn id(number: u64) -> EntryId {
    EntryId::new(format!("{number}-0"))
}

/// Returns the number of the entry with this id.
pub(super) fn number(id: &EntryId) -> Result<u64, BusError> {
    let digits = id.as_str().strip_suffix("-0").unwrap_or(id.as_str());
    digits.parse().map_err(|_| {
        BusError::permanent(format!(
            "`{id}` is not the id of an entry of the memory bus: write an id such as `7-0`"
        ))
    })
}
