//! The text of Python's `isoformat()`.

use std::fmt;

use super::{DateTime, UtcOffset, word::Word};

pub(super) const DATE: Word = Word::new(*b"0000-00-");
pub(super) const DAY_TO_MINUTE: Word = Word::new(*b"00T00:00");
pub(super) const SECOND: Word = Word::new(*b":00.0000");
pub(super) const EAST: Word = Word::new(*b"00+00:00");
pub(super) const WEST: Word = Word::new(*b"00-00:00");

/// The length of `YYYY-MM-DDTHH:MM:SS.ffffff+HH:MM:SS.ffffff`.
pub(super) const LONGEST: usize = 42;

impl DateTime {
    /// `YYYY-MM-DD`, `THH:MM`.
    #[inline]
    pub(super) fn to_minute(self) -> [u8; 16] {
        let [century, year] = pair_of_pairs(u32::from(self.year));
        let mut text = [0; 16];
        text[..8].copy_from_slice(&DATE.print([century, 0, year, 0, 0, self.month, 0, 0]));
        text[8..].copy_from_slice(&DAY_TO_MINUTE.print([self.day, 0, 0, self.hour, 0, 0, self.minute, 0]));
        text
    }
}

/// Two numbers below 100 that print as one below 10 000.
#[inline]
pub(super) fn pair_of_pairs(number: u32) -> [u8; 2] {
    let pair = |number: u32| (number % 100).to_le_bytes()[0];
    [pair(number / 100), pair(number)]
}

#[inline]
fn digits(pair: u8) -> [u8; 2] {
    [b'0' + pair / 10, b'0' + pair % 10]
}

/// A text that is at most as long as the longest `isoformat()`.
pub(super) struct Text {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Text {
    pub(super) fn new() -> Self {
        Self {
            bytes: [0; LONGEST],
            length: 0,
        }
    }

    pub(super) fn of(time: DateTime) -> Self {
        let mut text = Self::new();
        text.push(&time.to_minute());
        text.second(time.second, time.microsecond);
        if let Some(offset) = time.offset {
            text.offset(offset);
        }
        text
    }

    /// `+HH:MM`, `+HH:MM:SS` or `+HH:MM:SS.ffffff`.
    pub(super) fn offset(&mut self, offset: UtcOffset) {
        self.push(if offset.negative { b"-" } else { b"+" });
        self.push(&digits(offset.hours));
        self.push(b":");
        self.push(&digits(offset.minutes));
        if !offset.is_minutes() {
            self.second(offset.seconds, offset.microseconds);
        }
    }

    /// `:SS` or `:SS.ffffff`.
    fn second(&mut self, second: u8, microsecond: u32) {
        self.push(b":");
        self.push(&digits(second));
        if microsecond > 0 {
            let [high, middle] = pair_of_pairs(microsecond / 100);
            let [_, low] = pair_of_pairs(microsecond);
            self.push(b".");
            for pair in [high, middle, low] {
                self.push(&digits(pair));
            }
        }
    }

    fn push(&mut self, text: &[u8]) {
        let end = self.length + text.len();
        self.bytes[self.length..end].copy_from_slice(text);
        self.length = end;
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(super) fn as_str(&self) -> &str {
        // It is all ASCII.
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// Python's `isoformat()`.
///
/// Microseconds are there when they are not zero, the offset when there is one: `+00:00` for UTC.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Text::of(*self).as_str())
    }
}

/// The same text as its [`Display`](fmt::Display).
impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
