//! The ids of records: a partition of the topic, and an offset in it.

use std::fmt;

use crate::event_bus::{broker::BusError, wire::EntryId};

/// The place of a record in its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Position {
    pub(super) partition: i32,
    pub(super) offset: i64,
}

impl Position {
    pub(super) fn new(partition: i32, offset: i64) -> Self {
        Self { partition, offset }
    }

    /// Parses an id such as `3-1200`.
    pub(super) fn parse(id: &str) -> Option<Self> {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (partition, offset) = id.split_once('-')?;
        if !is_number(partition) || !is_number(offset) {
            return None;
        }
        Some(Self { partition: partition.parse().ok()?, offset: offset.parse().ok()? })
    }

    /// Reads an id that a caller or an operator gave.
    pub(super) fn read(id: &EntryId) -> Result<Self, BusError> {
        Self::parse(id.as_str()).ok_or_else(|| {
            BusError::permanent(format!(
                "`{id}` is not the id of a Kafka record: write its partition and its offset, such as `3-1200`"
            ))
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.partition, self.offset)
    }
}

impl From<Position> for EntryId {
    fn from(position: Position) -> Self {
        Self::new(position.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_partitions_and_offsets() {
        let position = Position::new(3, 1200);
        assert_eq!(Position::parse("3-1200"), Some(position));
        assert_eq!(EntryId::from(position).as_str(), "3-1200");
        for wrong in ["", "3", "3-", "-1200", "3-12a", "+3-1", "3--1", "3-1-1", "99999999999-1", "yesterday"]
        {
            assert_eq!(Position::parse(wrong), None, "{wrong}");
        }
        let message = Position::read(&EntryId::new("yesterday")).unwrap_err().to_string();
        assert!(message.contains("`yesterday`"), "{message}");
    }
}
