//! The ids of stream entries: a time in milliseconds and a number within it, in the order of the stream.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::short_text::ShortText;
use crate::event_bus::{
    broker::BusError,
    wire::{Entry, EntryId, Message},
};

/// The id of an entry in a stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct StreamId {
    pub(super) millis: u64,
    pub(super) number: u64,
}

impl StreamId {
    /// Comes before all entries.
    pub(super) const ZERO: Self = Self { millis: 0, number: 0 };
    /// Comes after all entries.
    pub(super) const LAST: Self = Self { millis: u64::MAX, number: u64::MAX };

    /// Returns the least id that an entry of this time can have.
    pub(super) fn at(time: SystemTime) -> Self {
        let millis = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Self { millis: u64::try_from(millis).unwrap_or(u64::MAX), number: 0 }
    }

    /// Returns the time at which the server added an entry with this id, in whole milliseconds. A producer that chooses ids itself
    /// may choose one without such a time.
    fn time(self) -> Option<SystemTime> {
        UNIX_EPOCH.checked_add(Duration::from_millis(self.millis))
    }

    /// Returns the greatest id before this one; zero if there is none.
    pub(super) fn previous(self) -> Self {
        match (self.millis, self.number) {
            (0, 0) => self,
            (millis, 0) => Self { millis: millis - 1, number: u64::MAX },
            (millis, number) => Self { millis, number: number - 1 },
        }
    }

    /// Returns the least id after this one.
    pub(super) fn next(self) -> Self {
        match self.number.checked_add(1) {
            Some(number) => Self { number, ..self },
            None => Self { millis: self.millis.saturating_add(1), number: 0 },
        }
    }

    /// Delivers the entry for the first attempt.
    pub(super) fn deliver(self, message: Message) -> Entry {
        self.stamp(Entry::new(self.into(), message, 1))
    }

    /// Delivers the entry again, for the attempt number `attempt`.
    pub(super) fn deliver_again(self, message: Message, attempt: u32) -> Entry {
        self.stamp(Entry::redelivered(self.into(), message, attempt))
    }

    fn stamp(self, mut entry: Entry) -> Entry {
        entry.timestamp = self.time();
        entry
    }

    /// Returns the id as Redis writes it.
    pub(super) fn text(self) -> ShortText {
        ShortText::new().number(self.number).byte(b'-').number(self.millis)
    }

    /// Parses an id as Redis writes it; the second number may be missing.
    pub(super) fn parse(id: &[u8]) -> Option<Self> {
        let id = str::from_utf8(id).ok().filter(|id| !id.contains('+'))?;
        let (millis, number) = id.split_once('-').unwrap_or((id, "0"));
        Some(Self { millis: millis.parse().ok()?, number: number.parse().ok()? })
    }

    /// Reads an id that a caller or an operator gave.
    pub(super) fn read(id: &EntryId) -> Result<Self, BusError> {
        Self::parse(id.as_str().as_bytes()).ok_or_else(|| {
            BusError::permanent(format!(
                "`{id}` is not the id of a Redis entry: write an id such as `1700000000000-0`"
            ))
        })
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<StreamId> for EntryId {
    fn from(id: StreamId) -> Self {
        Self::new(id.text().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_compared_and_stepped_back() {
        let id = |text: &str| StreamId::parse(text.as_bytes()).unwrap();
        assert_eq!(id("5").to_string(), "5-0");
        assert!(id("9-9") < id("10-0") && id("10-2") < id("10-10"));
        assert_eq!(id("7-3").previous(), id("7-2"));
        assert_eq!(id("7-0").previous(), id("6-18446744073709551615"));
        assert_eq!(id("0-1").previous(), StreamId::ZERO);
        assert_eq!((id("7-0").next(), id("6-18446744073709551615").next()), (id("7-1"), id("7-0")));
        for text in ["", "-", "$", "+5", "5-", "5-x", "18446744073709551616"] {
            assert!(StreamId::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
