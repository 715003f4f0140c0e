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
        let (partition, rest) = read_digits(id.as_bytes())?;
        let (offset, b"") = read_digits(rest.strip_prefix(b"-")?)? else { return None };
        Some(Self { partition: partition.try_into().ok()?, offset })
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
    /// Each message needs one, so this writes the digits itself, which takes a fraction of the time.
    fn from(Position { partition, offset }: Position) -> Self {
        // Has room for two of the longest numbers and the hyphen.
        let mut text = [b'-'; 2 * 20 + 1];
        let hyphen = write_before(&mut text, 2 * 20 + 1, offset.unsigned_abs()) - 1;
        let start = write_before(&mut text, hyphen, partition.unsigned_abs().into());
        Self::new(str::from_utf8(&text[start..]).unwrap_or_default())
    }
}

/// Reads the digits at the beginning, as each acknowledgement needs. Returns the number, and what follows.
fn read_digits(text: &[u8]) -> Option<(i64, &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(count);
    let number = digits
        .iter()
        .try_fold(0_i64, |number, digit| number.checked_mul(10)?.checked_add(i64::from(digit - b'0')));
    Some((number.filter(|_| count > 0)?, rest))
}

/// Writes the digits of a number before `end`. Returns where they begin.
fn write_before(text: &mut [u8], end: usize, mut number: u64) -> usize {
    let mut start = end;
    loop {
        start -= 1;
        text[start] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            return start;
        }
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
        for (partition, offset) in [(0, 0), (10, 9), (i32::MAX, i64::MAX)] {
            let position = Position::new(partition, offset);
            assert_eq!(EntryId::from(position).as_str(), position.to_string());
        }
        for wrong in [
            "",
            "3",
            "3-",
            "-1200",
            "3-12a",
            "+3-1",
            "3--1",
            "3-1-1",
            "99999999999-1",
            "1-9223372036854775808",
            "yesterday",
        ] {
            assert_eq!(Position::parse(wrong), None, "{wrong}");
        }
        let message = Position::read(&EntryId::new("yesterday")).unwrap_err().to_string();
        assert!(message.contains("`yesterday`"), "{message}");
    }
}
