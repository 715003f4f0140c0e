//! Why something is no `DateTime`, or cannot become one of another crate's types.

use std::{error::Error, fmt};

/// Why there is no such date or time.
///
/// It says what is wrong and, about a text, at which byte. It never repeats the text, which may be
/// personal data.
///
/// ```
/// # use openedx_events::DateTime;
/// let error = "2024-02-30T09:30:00+00:00".parse::<DateTime>().unwrap_err();
/// assert_eq!(error.to_string(), "the day is not in the month, at byte 8 of the text");
/// assert_eq!(error.byte(), Some(8));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DateTimeError {
    problem: Problem,
    byte: Option<usize>,
}

/// One for each sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Digit,
    Hyphen,
    Colon,
    Rest,
    Year,
    Week,
    Weekday,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Microsecond,
    Offset,
    Instant,
    Naive,
    Range,
    #[cfg(feature = "chrono")]
    Aware,
    #[cfg(feature = "chrono")]
    OffsetFraction,
}

impl Problem {
    fn sentence(self) -> &'static str {
        match self {
            Self::Digit => "a digit is missing",
            Self::Hyphen => "a `-` is missing",
            Self::Colon => "a `:` is missing",
            Self::Rest => "the text should have ended",
            Self::Year => "the year is not in 1 to 9999",
            Self::Week => "the week is not in the year",
            Self::Weekday => "the day of the week is not in 1 to 7",
            Self::Month => "the month is not in 1 to 12",
            Self::Day => "the day is not in the month",
            Self::Hour => "the hour is not in 0 to 23",
            Self::Minute => "the minute is not in 0 to 59",
            Self::Second => "the second is not in 0 to 59",
            Self::Microsecond => "the microsecond is not in 0 to 999999",
            Self::Offset => "the offset from UTC is not less than 24 hours",
            Self::Instant => "the time is not in the years 1 to 9999",
            Self::Naive => "the time has no offset from UTC",
            Self::Range => "the time is out of the range of the other type",
            #[cfg(feature = "chrono")]
            Self::Aware => "the time has an offset from UTC, which would be lost",
            #[cfg(feature = "chrono")]
            Self::OffsetFraction => "the offset from UTC has a fraction of a second, which would be lost",
        }
    }
}

impl DateTimeError {
    #[cold]
    pub(super) fn at(problem: Problem, byte: usize) -> Self {
        Self { problem, byte: Some(byte) }
    }

    /// Where in the text the problem is, in bytes from 0; `None` when it is not about a text.
    #[must_use]
    pub fn byte(&self) -> Option<usize> {
        self.byte
    }
}

impl From<Problem> for DateTimeError {
    #[cold]
    fn from(problem: Problem) -> Self {
        Self { problem, byte: None }
    }
}

impl fmt::Display for DateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.sentence())?;
        match self.byte {
            Some(byte) => write!(f, ", at byte {byte} of the text"),
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
