//! The ids of stream entries: a time in milliseconds and a number within it, in the order of the stream.

use std::{fmt, str::FromStr};

use crate::event_bus::{broker::error::BusError, wire::entry::EntryId};

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

    /// Returns the greatest id before this one; zero if there is none.
    pub(super) fn previous(self) -> Self {
        match (self.millis, self.number) {
            (0, 0) => self,
            (millis, 0) => Self { millis: millis - 1, number: u64::MAX },
            (millis, number) => Self { millis, number: number - 1 },
        }
    }

    /// Reads an id that a caller or an operator gave.
    pub(super) fn read(id: &EntryId) -> Result<Self, BusError> {
        id.as_str().parse().map_err(|()| {
            BusError::permanent(format!(
                "`{id}` is not the id of an entry in Redis: write one such as `1700000000000-0`"
            ))
        })
    }
}

impl FromStr for StreamId {
    type Err = ();

    fn from_str(id: &str) -> Result<Self, ()> {
        let (millis, number) = id.split_once('-').unwrap_or((id, "0"));
        let parse = |digits: &str| {
            // `parse` alone accepts a plus sign.
            let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| only_digits).ok_or(())
        };
        Ok(Self { millis: parse(millis)?, number: parse(number)? })
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.millis, self.number)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<StreamId> for EntryId {
    fn from(id: StreamId) -> Self {
        Self::new(id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::event_bus::broker::redis::stream_id::*;

    #[test]
    fn ids_are_read_compared_and_stepped_back() {
        let id = |text: &str| text.parse::<StreamId>().unwrap();
        assert_eq!(id("5").to_string(), "5-0");
        assert!(id("9-9") < id("10-0") && id("10-2") < id("10-10"));
        assert_eq!(id("7-3").previous(), id("7-2"));
        assert_eq!(id("7-0").previous(), id("6-18446744073709551615"));
        assert_eq!(id("0-1").previous(), StreamId::ZERO);
        for text in ["", "-", "$", "+5", "5-", "5-x", "18446744073709551616"] {
            assert!(text.parse::<StreamId>().is_err(), "{text}");
        }
    }
}
