//! Prints times in the format of Python's `isoformat()`.

use std::fmt;

use super::{DateTime, UtcOffset};

/// Two digits for each number below 100. The other entries exist so that no index needs a check.
static PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [*b"00"; 256];
    let mut number = 0;
    while number < 100 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
};

/// Writes two digits at the index `at`.
#[inline]
fn put(text: &mut [u8], at: usize, number: u8) {
    text[at..at + 2].copy_from_slice(&PAIRS[usize::from(number)]);
}

/// Converts a number below 256 to a byte.
#[inline]
pub(super) fn byte(number: u32) -> u8 {
    number.to_le_bytes()[0]
}

/// Writes `YYYY-MM-DDTHH:MM:SS`, which has 19 bytes.
#[inline]
pub(super) fn put_local(text: &mut [u8], time: DateTime) {
    let year = u32::from(time.year);
    text.copy_from_slice(b"0000-00-00T00:00:00");
    put(text, 0, byte(year / 100));
    put(text, 2, byte(year % 100));
    put(text, 5, time.month);
    put(text, 8, time.day);
    put(text, 11, time.hour);
    put(text, 14, time.minute);
    put(text, 17, time.second);
}

/// Writes `.ffffff`, which has 7 bytes.
#[inline]
pub(super) fn put_fraction(text: &mut [u8], microsecond: u32) {
    let hundreds = microsecond / 100;
    text.copy_from_slice(b".000000");
    put(text, 1, byte(hundreds / 100));
    put(text, 3, byte(hundreds % 100));
    put(text, 5, byte(microsecond % 100));
}

/// Writes `±HH:MM`, which has 6 bytes.
#[inline]
pub(super) fn put_offset(text: &mut [u8], offset: UtcOffset) {
    text.copy_from_slice(b"+00:00");
    if offset.negative {
        text[0] = b'-';
    }
    put(text, 1, offset.hours);
    put(text, 4, offset.minutes);
}

/// The length of `YYYY-MM-DDTHH:MM:SS.ffffff+HH:MM:SS.ffffff`.
const LONGEST: usize = 42;

/// A buffer with room for the longest `isoformat()`.
pub(super) struct Text {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Text {
    pub(super) fn of(time: DateTime) -> Self {
        let mut text = Self { bytes: [0; LONGEST], length: 0 };
        put_local(text.grow(19), time);
        if time.microsecond > 0 {
            put_fraction(text.grow(7), time.microsecond);
        }
        if let Some(offset) = time.offset {
            text.push_offset(offset);
        }
        text
    }

    pub(super) fn from_offset(offset: UtcOffset) -> Self {
        let mut text = Self { bytes: [0; LONGEST], length: 0 };
        text.push_offset(offset);
        text
    }

    fn push_offset(&mut self, offset: UtcOffset) {
        put_offset(self.grow(6), offset);
        if !offset.is_minutes() {
            let second = self.grow(3);
            second[0] = b':';
            put(second, 1, offset.seconds);
        }
        if offset.microseconds > 0 {
            put_fraction(self.grow(7), offset.microseconds);
        }
    }

    /// Returns the room for the next piece.
    fn grow(&mut self, length: usize) -> &mut [u8] {
        let start = self.length;
        self.length += length;
        &mut self.bytes[start..self.length]
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(super) fn as_str(&self) -> &str {
        // All of it is ASCII.
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// Prints Python's `isoformat()`: the microseconds if they are not zero, and the offset if there is one, `+00:00` for
/// UTC.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Text::of(*self).as_str())
    }
}

/// Prints the same text as [`Display`](fmt::Display).
impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Prints the offset as Python's `isoformat()` does: `+05:45`, `-00:25:21`, `+00:00:01.000250`.
impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Text::from_offset(*self).as_str())
    }
}

/// Prints the same text as [`Display`](fmt::Display).
impl fmt::Debug for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
