//! Where a group begins, in the words of `XGROUP`.

use std::time::SystemTime;

use redis::Value;

use super::{failure::Trouble, reply, stream_id::StreamId};
use crate::event_bus::broker::{BusError, Start};

/// The reply to `XINFO STREAM`.
pub(super) enum StreamInfo {
    Known(Value),
    /// The stream does not exist.
    Missing,
    /// This user may not ask.
    Unknown,
}

impl StreamInfo {
    pub(super) fn read(reply: Result<Value, Trouble>) -> Result<Self, Trouble> {
        match reply {
            Ok(stream) => Ok(Self::Known(stream)),
            Err(trouble) if trouble.is_missing_key() => Ok(Self::Missing),
            Err(trouble) if trouble.is_refused_command() => Ok(Self::Unknown),
            Err(trouble) => Err(trouble),
        }
    }

    /// Returns the newest id that the stream ever had, and the number of entries that it ever had.
    pub(super) fn end(&self) -> Option<(StreamId, u64)> {
        match self {
            Self::Known(stream) => {
                let newest = reply::info(stream, "last-generated-id").and_then(reply::id)?;
                Some((newest, reply::info(stream, "entries-added").and_then(reply::number)?))
            }
            Self::Missing => Some((StreamId::ZERO, 0)),
            Self::Unknown => None,
        }
    }

    /// Returns the id of the oldest entry, if the stream has any.
    pub(super) fn oldest(&self) -> Option<StreamId> {
        let Self::Known(stream) = self else { return None };
        let Value::Array(entry) = reply::info(stream, "first-entry")? else { return None };
        entry.first().and_then(reply::id)
    }

    /// Returns the number of entries that the stream has, if this user may ask.
    pub(super) fn len(&self) -> Option<u64> {
        match self {
            Self::Known(stream) => reply::info(stream, "length").and_then(reply::number),
            Self::Missing => Some(0),
            Self::Unknown => None,
        }
    }

    /// Returns the place before the first entry that was added at `time` or later, or the end of the stream if there is none.
    fn at(&self, time: SystemTime) -> Start {
        let first = StreamId::at(time);
        let (is_past_the_end, is_before_all) = match self.end() {
            Some((newest, _added)) => (newest < first, self.oldest().is_some_and(|oldest| first <= oldest)),
            // A group there would skip the entries that are added until then.
            None => (time > SystemTime::now(), false),
        };
        match (is_past_the_end, is_before_all) {
            (true, _) => Start::New,
            (false, true) => Start::Backlog,
            (false, false) => Start::After(first.previous().into()),
        }
    }

    /// Returns the number of entries that the stream no longer has.
    pub(super) fn removed(&self) -> Option<u64> {
        let (_newest, added) = self.end()?;
        Some(added.saturating_sub(self.len()?))
    }

    /// Returns the number of entries after the id `read`, which `group` has read last, if the server's replies tell. `group` is
    /// its reply to `XINFO GROUPS`.
    pub(super) fn unread(&self, group: &Value, read: StreamId) -> Option<u64> {
        let (newest, _added) = self.end()?;
        if read >= newest {
            return Some(0);
        }
        let len = self.len()?;
        if len == 0 || self.oldest().is_some_and(|oldest| read < oldest) {
            return Some(len);
        }
        // Once a stream has dropped entries that the group had not read, the server's lag includes them, until the group reaches
        // the end.
        if self.removed()? > 0 {
            return None;
        }
        reply::info(group, "lag").and_then(reply::number)
    }
}

/// The position of a group that is created or moved, and the number of entries up to it, if it is known. Without the number,
/// it is unknown whether entries that the stream drops later were before the group.
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

    /// Begins at `start` in a stream.
    pub(super) fn of(start: &Start, stream: &StreamInfo) -> Result<Self, BusError> {
        Ok(match start {
            Start::New => match stream.end() {
                Some((newest, added)) => Self::after(newest, Some(added)),
                None => Self { id: "$".to_owned(), read: None },
            },
            // Entries that were dropped before the group began are not lost to it.
            Start::Backlog => Self::after(StreamId::ZERO, stream.removed()),
            Start::After(id) => {
                let id = StreamId::read(id)?;
                if let Some((newest, _added)) = stream.end()
                    && newest < id
                    && matches!(stream, StreamInfo::Known(_))
                {
                    return Err(beyond_the_end(id, newest));
                }
                Self::after(id, None)
            }
            Start::At(time) => Self::of(&stream.at(*time), stream)?,
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

/// Refuses a position that the stream has not reached: the group would skip entries that are added before it.
fn beyond_the_end(id: StreamId, newest: StreamId) -> BusError {
    BusError::permanent(format!(
        "entry {id} is after {newest}, the newest entry that the topic ever had: the group would skip the entries that are added \
         next"
    ))
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
        let known = StreamInfo::Known(stream.unwrap());
        let begin = |start: &Start, stream| {
            let start = GroupStart::of(start, stream).unwrap();
            start.with_words(&["XGROUP"], &["MKSTREAM"], |words| words.join(" "))
        };
        let after = Start::After(EntryId::new("5-0"));
        for (start, stream, words) in [
            (&Start::New, &known, "XGROUP 7-1 MKSTREAM ENTRIESREAD 30"),
            (&Start::New, &StreamInfo::Missing, "XGROUP 0-0 MKSTREAM ENTRIESREAD 0"),
            (&Start::New, &StreamInfo::Unknown, "XGROUP $ MKSTREAM"),
            (&Start::Backlog, &known, "XGROUP 0-0 MKSTREAM ENTRIESREAD 10"),
            (&Start::Backlog, &StreamInfo::Missing, "XGROUP 0-0 MKSTREAM ENTRIESREAD 0"),
            (&Start::Backlog, &StreamInfo::Unknown, "XGROUP 0-0 MKSTREAM"),
            (&after, &known, "XGROUP 5-0 MKSTREAM"),
        ] {
            assert_eq!(begin(start, stream), words);
        }
        assert!(GroupStart::of(&Start::After(EntryId::new("yesterday")), &known).is_err());
    }
}
