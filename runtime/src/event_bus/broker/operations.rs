//! The tasks of operators: reading topics, pending entries and dead letters, and looking at groups and moving them.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{BusError, Start};
use crate::event_bus::wire::{DeadLetter, Entry, EntryId};

/// Inspects and changes topics and their groups, for operators.
///
/// Each method returns an error if the broker cannot be reached or refuses the call.
pub trait Operations: Send {
    /// Checks that the broker answers. Needs no topic, and creates none. By default, asks for the [topics](Self::topics).
    fn ping(&mut self) -> Result<(), BusError> {
        self.topics().map(drop)
    }

    /// Lists the full names of topics that exist, in any order, dead-letter topics included. They help to find what a
    /// misspelt name means, so a bus with very many topics may leave some out rather than take longer than a second.
    fn topics(&mut self) -> Result<Vec<String>, BusError>;

    /// Lists the groups of `topic`, or returns `None` if the topic does not exist. Never creates anything.
    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError>;

    /// Returns how an administrator creates `topic`, if the bus does not create topics when they are first used. The answer completes
    /// "an administrator creates it …", for example "with `make-topic letters`". By default, returns `None`: the first event or the
    /// first consumer creates a topic.
    fn how_to_create(&self, topic: &str) -> Option<String> {
        let _ = topic;
        None
    }

    /// Returns the place `at` in `topic`, from which [`read`](Self::read) begins. A topic that does not exist is like an empty
    /// one. Never creates anything.
    fn cursor(&mut self, topic: &str, at: &Start) -> Result<Cursor, BusError>;

    /// Reads at most `max` entries of `topic` that follow `cursor`, in order. The cursor is one that this bus returned for this
    /// topic. No group is involved.
    fn read(&mut self, topic: &str, cursor: &Cursor, max: usize) -> Result<Page, BusError>;

    /// Lists what would keep a program from using any topic, for example a registry of schemas that does not answer. Changes nothing.
    /// By default, finds nothing.
    fn general_obstacles(&mut self) -> Result<Vec<Obstacle>, BusError> {
        Ok(Vec::new())
    }

    /// Lists what would keep a program from using a topic in this way: rights that the user lacks, or schemas that a registry
    /// refuses. A topic or a group that does not exist is not among them. Changes nothing. By default, finds nothing.
    fn obstacles(&mut self, topic_use: &TopicUse<'_>) -> Result<Vec<Obstacle>, BusError> {
        let _ = topic_use;
        Ok(Vec::new())
    }

    /// Returns how far `group` is behind in each partition of `topic`. A topic without partitions has one line.
    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>, BusError>;

    /// Returns how far each of the `groups` that [`groups`](Self::groups) has listed is behind, in the same order. A bus overrides it
    /// if it can ask for many groups at once.
    fn lags(&mut self, topic: &str, groups: &[String]) -> Result<Vec<Vec<Lag>>, BusError> {
        groups.iter().map(|group| self.lag(topic, group)).collect()
    }

    /// Lists the entries that members of `group` received and have not acknowledged: at most `max`, after the entry `after`.
    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError>;

    /// Lists the dead letters of `group`: at most `max`, after the dead letter `after`. By default, reads the topic that
    /// [`DeadLetter::topic`] names.
    fn dead_letters(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<DeadLetter>, BusError> {
        let letters = DeadLetter::topic(topic, group);
        let at = after.map_or(Start::Backlog, |id| Start::After(id.clone()));
        let cursor = self.cursor(&letters, &at)?;
        let entries = self.read(&letters, &cursor, max)?.entries;
        Ok(entries.into_iter().map(|entry| DeadLetter::from_message(entry.id, &entry.message)).collect())
    }

    /// Remembers that replays of the dead letters `ids` run, or forgets them, with one call of the broker if that is possible. After
    /// an error, some may be remembered. By default, remembers nothing: then the bus lacks
    /// [`Capability::RememberReplays`](super::Capability::RememberReplays).
    fn set_replaying(
        &mut self,
        topic: &str,
        group: &str,
        ids: &[EntryId],
        is_running: bool,
    ) -> Result<(), BusError> {
        let _ = (topic, group, ids, is_running);
        Ok(())
    }

    /// Lists the dead letters whose replay began and has not ended: it still runs, or a receiver hung or ended its process. Some
    /// of them may no longer exist.
    fn replaying(&mut self, topic: &str, group: &str) -> Result<Vec<EntryId>, BusError> {
        let _ = (topic, group);
        Ok(Vec::new())
    }

    /// Removes dead letters for good. Returns how many of `ids` existed.
    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError>;

    /// Replaces the stored dead letter that has the id of `letter`. Returns the id under which it is stored now.
    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError>;

    /// Moves `group` to a position in `topic`, and creates the group if it does not exist. Returns whether it was
    /// created.
    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError>;
}

/// A place between two entries of a topic: where a page begins or ends. Only the bus that made it understands its text.
///
/// A bus with partitions keeps a place in each of them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cursor(Arc<str>);

impl Cursor {
    /// Makes a cursor from the text that its bus understands.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Returns the text that its bus understands.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &self.0)
    }
}

/// How a program uses a topic.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TopicUse<'a> {
    /// It sends events of a type.
    #[non_exhaustive]
    Produce {
        /// The topic's full name.
        topic: &'a str,
        /// The event type.
        event_type: &'a str,
        /// The path of the field that becomes the key.
        key_field: Option<&'a str>,
    },
    /// It is a member of a group.
    #[non_exhaustive]
    Consume {
        /// The topic's full name.
        topic: &'a str,
        /// The group.
        group: &'a str,
    },
}

/// An obstacle that keeps a program from using a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// The name of the finding and what to do, as in `right_missing: … (help: …)`.
    pub text: String,
    /// Whether the program certainly cannot use the topic. Otherwise, it may work anyway.
    pub is_certain: bool,
}

/// Entries that were read from a topic.
#[derive(Clone, Debug)]
pub struct Page {
    /// The entries, in order. There are none if the topic has no more.
    pub entries: Vec<Entry>,
    /// The place after them. The next page begins there.
    pub next: Cursor,
}

impl Page {
    /// Makes a page of the entries that follow `cursor`, for a bus whose cursors are ids of entries. The next page begins after the
    /// last entry, or at `cursor` if there is none.
    #[must_use]
    pub fn after(cursor: &Cursor, entries: Vec<Entry>) -> Self {
        let next = entries.last().map_or_else(|| cursor.clone(), |last| Cursor::new(last.id.as_str()));
        Self { entries, next }
    }
}

/// How far a group is behind in a topic, or in one partition of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The partition, if the topic has partitions.
    pub partition: Option<i32>,
    /// The group's position, as the broker writes it. A group that has no position in this partition yet has none.
    pub committed: Option<String>,
    /// The end of the topic or of the partition, as the broker writes it, if the user may see it.
    pub end: Option<String>,
    /// The number of entries that no member of the group has received yet. The entries that members received and have not
    /// acknowledged are [pending](Operations::pending).
    pub count: u64,
    /// Whether `count` is the exact number. Otherwise it is a lower bound: the broker does not know the number, and counting
    /// further would take too long.
    pub is_exact: bool,
}

impl Lag {
    /// Makes the line of a topic without partitions, with the exact number of entries.
    #[must_use]
    pub fn exact(committed: impl Into<EntryId>, end: impl Into<EntryId>, count: usize) -> Self {
        Self {
            partition: None,
            committed: Some(committed.into().to_string()),
            end: Some(end.into().to_string()),
            count: count as u64,
            is_exact: true,
        }
    }
}

/// An entry that a member received and has not acknowledged.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The entry's id in the topic.
    pub id: EntryId,
    /// The member that received it.
    pub consumer_name: String,
    /// How long ago the member received it or renewed its claim.
    pub idle: Duration,
    /// How many attempts are known to have begun. A member stores a first attempt only when it renews its claims, or when
    /// the message fails.
    pub attempts: u32,
}

impl Pending {
    /// Makes the line of an entry that a member received, or whose claim it renewed, at `since`.
    #[must_use]
    pub fn new(id: EntryId, consumer_name: impl Into<String>, since: Instant, attempts: u32) -> Self {
        Self { id, consumer_name: consumer_name.into(), idle: since.elapsed(), attempts }
    }
}
