//! Messages as a broker hands them out: each under an id, with the number of its attempt.

use std::{fmt, sync::Arc, time::SystemTime};

use bytes::Bytes;

use super::message::Message;

/// The id that a broker gave a message in its topic.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(Arc<str>);

impl EntryId {
    /// Makes an id from its string.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// Returns the id as the broker writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &self.0)
    }
}

/// A message that a broker handed to a member of a group.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The entry's id in the topic.
    pub id: EntryId,
    /// The message.
    pub message: Message,
    /// The number of the next attempt, from 1: one more than the attempts that are known to have begun.
    pub attempt: u32,
    /// Whether a member may have received the entry before. The consumer then stores each attempt before it begins.
    pub is_redelivered: bool,
    /// The key under which the broker stores the message, if it orders messages by key. Messages with the same key are handled
    /// in order. Without it, a consumer orders messages by the key field of the event definition.
    pub key: Option<Bytes>,
    /// When the broker stored the message, if it says so.
    pub timestamp: Option<SystemTime>,
}

impl Entry {
    /// Makes an entry whose next attempt has the number `attempt`. After the first attempt, the entry counts as redelivered.
    #[must_use]
    pub fn new(id: EntryId, message: Message, attempt: u32) -> Self {
        Self { id, message, attempt, is_redelivered: attempt > 1, key: None, timestamp: None }
    }

    /// Makes an entry that a member may have received before, and whose next attempt has the number `attempt`.
    #[must_use]
    pub fn redelivered(id: EntryId, message: Message, attempt: u32) -> Self {
        Self { is_redelivered: true, ..Self::new(id, message, attempt) }
    }

    /// Returns about how many bytes of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.key.as_ref().map_or(0, Bytes::len) + self.message.memory()
    }
}
