//! Where a group begins, in the words of `XGROUP`.

use redis::Value;

use super::{reply, stream_id::StreamId};
use crate::event_bus::broker::{BusError, Start};

/// The position of a group that is created or moved, and the number of entries up to it, if it is known. Without the number,
/// nobody can tell whether entries that the stream drops later were before the group.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GroupStart {
    id: String,
    read: Option<u64>,
}

impl GroupStart {
    /// Begins after an entry. `read` is the number of entries that the stream ever had up to it, if that is known.
    pub(super) fn after(id: StreamId, read: Option<u64>) -> Self {
        Self { id: id.to_string(), read }
    }

    /// Begins at `start` in a stream that `XINFO STREAM` describes, if this user may ask.
    pub(super) fn of(start: &Start, stream: Option<&Value>) -> Result<Self, BusError> {
        let number = |name| reply::info(stream?, name).and_then(reply::number);
        let added = number("entries-added");
        let unknown = |id: &str| Self { id: id.to_owned(), read: None };
        Ok(match start {
            Start::New => {
                let newest = stream.and_then(|stream| reply::info(stream, "last-generated-id"));
                match (newest.and_then(reply::id), added) {
                    (Some(newest), Some(added)) => Self::after(newest, Some(added)),
                    _ => unknown("$"),
                }
            }
            // Entries that were dropped before the group began are not lost to it.
            Start::Backlog => {
                let removed = added.zip(number("length")).map(|(added, len)| added.saturating_sub(len));
                Self { read: removed, ..unknown("0") }
            }
            Start::After(id) => Self::after(StreamId::read(id)?, None),
        })
    }

    /// Calls `run` with the words of `XGROUP CREATE` or `XGROUP SETID`: `verb`, then the position, then `options`.
    pub(super) fn with_words<T>(&self, verb: &[&str], options: &[&str], run: impl FnOnce(&[&str]) -> T) -> T {
        let read = self.read.map(|read| read.to_string());
        let mut words = [verb, &[&*self.id], options].concat();
        if let Some(read) = &read {
            words.extend(["ENTRIESREAD", read]);
        }
        run(&words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_bus::wire::EntryId;

    #[test]
    fn a_group_knows_how_many_entries_come_before_it() {
        let stream = redis::parse_redis_value(
            b"*6\r\n$6\r\nlength\r\n:20\r\n$17\r\nlast-generated-id\r\n$3\r\n7-1\r\n$13\r\nentries-added\r\n:30\r\n",
        );
        let stream = stream.unwrap();
        let begin = |start: &Start, stream| {
            let start = GroupStart::of(start, stream).unwrap();
            start.with_words(&["XGROUP"], &["MKSTREAM"], |words| words.join(" "))
        };
        let after = Start::After(EntryId::new("5-0"));
        for (start, known, unknown) in [
            (&Start::New, "XGROUP 7-1 MKSTREAM ENTRIESREAD 30", "XGROUP $ MKSTREAM"),
            (&Start::Backlog, "XGROUP 0 MKSTREAM ENTRIESREAD 10", "XGROUP 0 MKSTREAM"),
            (&after, "XGROUP 5-0 MKSTREAM", "XGROUP 5-0 MKSTREAM"),
        ] {
            assert_eq!((&*begin(start, Some(&stream)), &*begin(start, None)), (known, unknown));
        }
        assert!(GroupStart::of(&Start::After(EntryId::new("yesterday")), None).is_err());
    }
}
