//! Errors about dates and times.

use std::{error::Error, fmt};

/// An error about a date or a time that does not exist, or that another type cannot hold.
///
/// It says what is wrong and, in a string, at which byte. It never repeats the string, which may be personal data.
///
/// ```
/// # use openedx_events::DateTime;
/// let error = "2024-02-30T09:30:00+00:00".parse::<DateTime>().unwrap_err();
/// assert_eq!(error.to_string(), "the month does not have that day, at byte 8");
/// assert_eq!(error.byte(), Some(8));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DateTimeError {
    invalid: Invalid,
    byte: Option<usize>,
}

/// The mistake, in the words of the message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Invalid(&'static str);

impl Invalid {
    pub(super) const DIGIT: Self = Self("a digit is missing");
    pub(super) const HYPHEN: Self = Self("a `-` is missing");
    pub(super) const COLON: Self = Self("a `:` is missing");
    pub(super) const REST: Self = Self("expected the end of the string");
    pub(super) const YEAR: Self = Self("the year is not between 1 and 9999");
    pub(super) const WEEK: Self = Self("the year does not have that week");
    pub(super) const WEEKDAY: Self = Self("the day of the week is not between 1 and 7");
    pub(super) const MONTH: Self = Self("the month is not between 1 and 12");
    pub(super) const DAY: Self = Self("the month does not have that day");
    pub(super) const HOUR: Self = Self("the hour is not between 0 and 23");
    pub(super) const MINUTE: Self = Self("the minute is not between 0 and 59");
    pub(super) const SECOND: Self = Self("the second is not between 0 and 59");
    pub(super) const MICROSECOND: Self = Self("the microsecond is not between 0 and 999999");
    pub(super) const OFFSET: Self = Self("the offset from UTC is 24 hours or more");
    pub(super) const INSTANT: Self = Self("the time is outside the years 1 to 9999");
    pub(super) const NAIVE: Self = Self("the time has no offset from UTC");
    pub(super) const RANGE: Self = Self("the time is outside the range of the other type");
    #[cfg(feature = "chrono")]
    pub(super) const AWARE: Self = Self("the time has an offset from UTC, which would be lost");
    #[cfg(feature = "chrono")]
    pub(super) const OFFSET_FRACTION: Self =
        Self("the offset from UTC has a fraction of a second, which would be lost");
}

impl DateTimeError {
    #[cold]
    pub(super) fn at(invalid: Invalid, byte: usize) -> Self {
        Self { invalid, byte: Some(byte) }
    }

    /// Returns the position of the mistake in the string, in bytes from 0. It is `None` if the error is not about a
    /// string.
    #[must_use]
    pub fn byte(&self) -> Option<usize> {
        self.byte
    }
}

impl From<Invalid> for DateTimeError {
    #[cold]
    fn from(invalid: Invalid) -> Self {
        Self { invalid, byte: None }
    }
}

impl fmt::Display for DateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.invalid.0)?;
        match self.byte {
            Some(byte) => write!(f, ", at byte {byte}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for DateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DateTimeError({self})")
    }
}

impl Error for DateTimeError {}
