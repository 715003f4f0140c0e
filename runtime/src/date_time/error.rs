//! Errors about dates and times.

use std::{error::Error, fmt};

use crate::error::debug_as_chain;

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
    problem: &'static str,
    byte: Option<usize>,
}

impl DateTimeError {
    pub(super) const DIGIT: Self = Self::new("a digit is missing");
    pub(super) const HYPHEN: Self = Self::new("a `-` is missing");
    pub(super) const COLON: Self = Self::new("a `:` is missing");
    pub(super) const REST: Self = Self::new("expected the end of the string");
    pub(super) const YEAR: Self = Self::new("the year is not between 1 and 9999");
    pub(super) const WEEK: Self = Self::new("the year does not have that week");
    pub(super) const WEEKDAY: Self = Self::new("the day of the week is not between 1 and 7");
    pub(super) const MONTH: Self = Self::new("the month is not between 1 and 12");
    pub(super) const DAY: Self = Self::new("the month does not have that day");
    pub(super) const HOUR: Self = Self::new("the hour is not between 0 and 23");
    pub(super) const MINUTE: Self = Self::new("the minute is not between 0 and 59");
    pub(super) const SECOND: Self = Self::new("the second is not between 0 and 59");
    pub(super) const MICROSECOND: Self = Self::new("the microsecond is not between 0 and 999999");
    pub(super) const OFFSET: Self = Self::new("the offset from UTC is 24 hours or more");
    pub(super) const INSTANT: Self = Self::new("the time is outside the years 1 to 9999");
    pub(super) const NAIVE: Self = Self::new("the time has no offset from UTC");
    pub(super) const RANGE: Self = Self::new("the time is outside the range of the other type");
    #[cfg(feature = "chrono")]
    pub(super) const AWARE: Self = Self::new("the time has an offset from UTC, which would be lost");
    #[cfg(feature = "chrono")]
    pub(super) const OFFSET_FRACTION: Self =
        Self::new("the offset from UTC has a fraction of a second, which would be lost");

    const fn new(problem: &'static str) -> Self {
        Self { problem, byte: None }
    }

    #[cold]
    pub(super) fn at(self, byte: usize) -> Self {
        Self { byte: Some(byte), ..self }
    }

    /// Returns the position of the mistake in the string, in bytes from 0. It is `None` if the error is not about a
    /// string.
    #[must_use]
    pub fn byte(&self) -> Option<usize> {
        self.byte
    }
}

impl fmt::Display for DateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem)?;
        match self.byte {
            Some(byte) => write!(f, ", at byte {byte}"),
            None => Ok(()),
        }
    }
}

debug_as_chain!(DateTimeError);

impl Error for DateTimeError {}
