//! Reads the dead letters of a group.
//!
//! The topic keeps all records of a key until the broker compacts it, so the dead letters are known only at its end. One pass finds
//! the place of each dead letter, and others read the records page by page: the topic may be larger than the memory.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Instant,
};

use rdkafka::message::{BorrowedMessage, Message as _};

use crate::event_bus::{
    broker::{
        BusError,
        kafka::bus::{position::Position, ranges, reader::Reader, record::Record, scan},
    },
    wire::EntryId,
};

/// Begins the key of the note that a replay of a dead letter runs; the id follows.
const REPLAY: &str = "replay ";

/// The key of the note that a replay of the dead letter `id` runs.
pub(in crate::event_bus::broker::kafka::bus) fn replay_key(id: &EntryId) -> String {
    format!("{REPLAY}{id}")
}

/// The dead letters in a topic, and where each of them is.
pub(in crate::event_bus::broker::kafka::bus) struct Letters {
    topic: String,
    /// The next offset to look at in each partition.
    next: BTreeMap<i32, i64>,
    found: Found,
    /// The ids that are listed, in the order in which the dead letters were written. They stay the same while an operator goes
    /// through the pages of one list.
    listed: Vec<Arc<str>>,
    /// The place of each id in `listed`.
    places: HashMap<Arc<str>, usize>,
}

#[derive(Default)]
struct Found {
    /// When each dead letter was written, and where it is.
    letters: HashMap<Arc<str>, (i64, Position)>,
    /// The dead letters whose replay has begun and not ended.
    replaying: BTreeSet<Arc<str>>,
}

impl Found {
    fn add(&mut self, at: Position, record: &BorrowedMessage<'_>) {
        // Other programs may have written records without a key, or with other keys.
        let Some(key) = record.key().and_then(|key| str::from_utf8(key).ok()) else { return };
        let (id, is_replay) = key.strip_prefix(REPLAY).map_or((key, false), |id| (id, true));
        if Position::parse(id).is_none() {
            return;
        }
        match (record.payload().is_some(), is_replay) {
            (true, true) => drop(self.replaying.insert(id.into())),
            (false, true) => drop(self.replaying.remove(id)),
            (true, false) => {
                self.letters.insert(id.into(), (record.timestamp().to_millis().unwrap_or_default(), at));
            }
            (false, false) => drop(self.letters.remove(id)),
        }
    }
}

impl Letters {
    /// Makes the list of a topic before the first look at it.
    pub(in crate::event_bus::broker::kafka::bus) fn of(topic: String) -> Self {
        Self {
            topic,
            next: BTreeMap::new(),
            found: Found::default(),
            listed: Vec::new(),
            places: HashMap::new(),
        }
    }

    pub(in crate::event_bus::broker::kafka::bus) fn topic(&self) -> &str {
        &self.topic
    }

    /// Looks at the records that were added since the last time. A topic that does not exist has none.
    pub(in crate::event_bus::broker::kafka::bus) fn update(
        &mut self,
        reader: &Reader,
        deadline: Instant,
    ) -> Result<(), BusError> {
        let partitions = reader.partitions(&self.topic, deadline)?.unwrap_or_default();
        let mut ranges = ranges::of(reader, &self.topic, &partitions, deadline)?;
        let is_new =
            |(partition, next): (&i32, &i64)| ranges.get(partition).is_none_or(|range| range.end < *next);
        if self.next.iter().any(is_new) {
            // The topic was deleted, and perhaps re-created.
            *self = Self::of(std::mem::take(&mut self.topic));
        }
        for (partition, range) in &mut ranges {
            range.start = range.start.max(self.next.get(partition).copied().unwrap_or_default());
        }
        scan::scan(reader, &self.topic, &ranges, |at, record| self.found.add(at, record))?;
        self.next = ranges.into_iter().map(|(partition, range)| (partition, range.end)).collect();
        Ok(())
    }

    /// Begins a new list of what was found.
    pub(in crate::event_bus::broker::kafka::bus) fn list(&mut self) {
        let mut letters: Vec<_> = self.found.letters.iter().map(|(id, at)| (*at, id)).collect();
        letters.sort_unstable();
        self.listed = letters.into_iter().map(|(_, id)| Arc::clone(id)).collect();
        self.places = self.listed.iter().enumerate().map(|(place, id)| (Arc::clone(id), place)).collect();
    }

    /// Returns the dead letters whose replay has begun and not ended.
    pub(in crate::event_bus::broker::kafka::bus) fn replaying(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.found.replaying.iter().map(|id| EntryId::new(Arc::clone(id)))
    }

    /// Returns whether there is a dead letter with this id.
    pub(in crate::event_bus::broker::kafka::bus) fn contains(&self, id: &EntryId) -> bool {
        self.found.letters.contains_key(id.as_str())
    }

    /// Returns the record of one dead letter.
    pub(in crate::event_bus::broker::kafka::bus) fn record(
        &self,
        reader: &Reader,
        id: &EntryId,
    ) -> Result<Option<Record>, BusError> {
        let Some((_, position)) = self.found.letters.get(id.as_str()) else { return Ok(None) };
        Ok(scan::records(reader, &self.topic, [*position])?.into_values().next())
    }

    /// Returns the records of at most `max` listed dead letters after the one with the id `after`, each with its id. There are none
    /// if there are no more.
    pub(in crate::event_bus::broker::kafka::bus) fn page(
        &self,
        reader: &Reader,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<(Arc<str>, Record)>, BusError> {
        let mut next = match after {
            None => 0,
            // If the dead letter is not in the list, it was removed before the list was made: return the list from its start.
            Some(id) => self.places.get(id.as_str()).map_or(0, |place| place + 1),
        };
        loop {
            let page = &self.listed[next..self.listed.len().min(next.saturating_add(max))];
            let at = |id: &Arc<str>| self.found.letters.get(id).map(|(_, position)| *position);
            let mut records = scan::records(reader, &self.topic, page.iter().filter_map(at))?;
            let found: Vec<_> =
                page.iter().filter_map(|id| Some((Arc::clone(id), records.remove(&at(id)?)?))).collect();
            // A whole page may have been removed meanwhile.
            if !found.is_empty() || page.is_empty() || max == 0 {
                return Ok(found);
            }
            next += page.len();
        }
    }
}
