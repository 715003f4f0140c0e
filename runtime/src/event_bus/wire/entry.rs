//! Messages as a broker hands them out: each under an id, with the number of its attempt.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
    time::SystemTime,
};

use bytes::Bytes;

use super::message::Message;

/// The id that a broker gave a message in its topic.
#[derive(Clone, PartialEq, Eq)]
pub struct EntryId(Text);

/// The string of an id. Each message has an id, so a short one is stored without an allocation. The length of a string decides
/// its form, so equal ids have the same one.
#[derive(Clone, PartialEq, Eq)]
enum Text {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Arc<str>),
}

/// With this length, both forms take the same room.
const SHORT: usize = 22;

impl EntryId {
    /// Makes an id from its string.
    pub fn new(id: impl AsRef<str>) -> Self {
        let id = id.as_ref();
        let short = u8::try_from(id.len()).ok().filter(|_| id.len() <= SHORT);
        Self(match short {
            Some(length) => {
                let mut bytes = [0; SHORT];
                bytes[..id.len()].copy_from_slice(id.as_bytes());
                Text::Short { length, bytes }
            }
            None => Text::Long(id.into()),
        })
    }

    /// Returns the id as the broker writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The bytes of a short id come from a string.
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Text::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Text::Long(text) => text.as_bytes(),
        }
    }
}

impl Hash for EntryId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl PartialOrd for EntryId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of their strings.
impl Ord for EntryId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    #[test]
    fn ids_of_any_length_are_their_strings() {
        let texts =
            ["", "3-1200", "1700000000000-0", &"9".repeat(SHORT), &"9".repeat(SHORT + 1), &"é".repeat(200)];
        for text in texts {
            let id = EntryId::new(text);
            assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
            assert_eq!((format!("{id:?}"), &id), (format!("{text:?}"), &EntryId::new(String::from(text))));
        }
        let (ids, set) = (texts.map(EntryId::new), HashSet::from(texts.map(EntryId::new)));
        assert!(ids.iter().all(|id| set.contains(id)) && set.len() == texts.len());
        let sorted: Vec<_> = BTreeSet::from(ids).into_iter().map(|id| id.as_str().to_owned()).collect();
        assert_eq!(sorted, BTreeSet::from(texts).into_iter().collect::<Vec<_>>());
    }
}
