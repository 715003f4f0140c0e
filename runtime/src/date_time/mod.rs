//! Dates and times, like Python's `datetime`.

// This folder uses Avro, JSON and `avro_type`.

mod avro;
mod calendar;
mod common;
mod convert;
mod error;
mod format;
mod offset;
mod parse;
#[cfg(test)]
mod tests;
mod word;

use std::time::SystemTime;

pub use error::DateTimeError;
pub use offset::UtcOffset;

/// A date and a time of day, with or without an offset from UTC: Python's `datetime`.
///
/// On the wire it is a string in the format of Python's `isoformat()`, which is also its [`Display`], its [`Debug`]
/// and its JSON. Times that Rust code makes are usually in UTC ([`DateTime::now`], [`DateTime::utc`], or from a
/// [`SystemTime`]). A received time may have any offset or none, and is sent again unchanged.
///
/// ```
/// use openedx_events::DateTime;
///
/// # fn main() -> Result<(), openedx_events::DateTimeError> {
/// let enrolled = DateTime::utc(2024, 2, 29, 9, 30, 0, 0)?;
/// assert_eq!(enrolled.to_string(), "2024-02-29T09:30:00+00:00");
///
/// let received: DateTime = "2024-02-29T15:00:00.000250+05:30".parse()?;
/// assert_eq!((received.hour(), received.minute(), received.microsecond()), (15, 0, 250));
/// assert_eq!(received.offset().map(|offset| offset.as_seconds()), Some(19_800));
/// # Ok(())
/// # }
/// ```
///
/// # Equality
///
/// Two values are equal if all their fields and their offsets are. One instant with two different offsets is two
/// values; [`same_instant`](Self::same_instant) compares like Python's `==`. `DateTime` does not implement `Ord`, because an
/// order that agrees with this equality would not be chronological.
///
/// # Parsing
///
/// [`FromStr`](std::str::FromStr) accepts the strings that Python 3.12's `datetime.fromisoformat` accepts, with the
/// same value, so that it refuses no time that a Python service accepts. These are most of ISO 8601
/// (`20240229T0930Z`, `2024-W09-4 09:30`) and some invalid strings. There is one difference: Python writes offsets of
/// less than a second, but reads them as UTC. Here they are kept, so that the event can be sent again unchanged.
///
/// [`Display`]: std::fmt::Display
/// [`Debug`]: std::fmt::Debug
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    microsecond: u32,
    offset: Option<UtcOffset>,
}

impl DateTime {
    /// 1970-01-01T00:00:00+00:00, the start of Unix time.
    const UNIX_EPOCH: Self = Self {
        year: 1970,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        microsecond: 0,
        offset: Some(UtcOffset::UTC),
    };

    /// Returns the current time in UTC, in whole microseconds: Python's `datetime.now(timezone.utc)`.
    ///
    /// If the system clock is outside the years 1 to 9999, it returns 1970-01-01.
    ///
    /// ```
    /// # use openedx_events::{DateTime, UtcOffset};
    /// assert_eq!(DateTime::now().offset(), Some(UtcOffset::UTC));
    /// ```
    #[must_use]
    pub fn now() -> Self {
        Self::try_from(SystemTime::now()).unwrap_or(Self::UNIX_EPOCH)
    }

    /// Makes a time in UTC: Python's `datetime(…, tzinfo=timezone.utc)`.
    ///
    /// The year must be 1 to 9999, the second 0 to 59 (Python has no leap seconds), the microsecond 0 to 999 999.
    ///
    /// # Errors
    ///
    /// If an argument is out of range; the error says which.
    ///
    /// ```
    /// # use openedx_events::DateTime;
    /// let time = DateTime::utc(2024, 2, 29, 23, 59, 59, 999_999)?;
    /// assert_eq!(time.to_string(), "2024-02-29T23:59:59.999999+00:00");
    ///
    /// let error = DateTime::utc(2023, 2, 29, 0, 0, 0, 0).unwrap_err();
    /// assert_eq!(error.to_string(), "the month does not have that day");
    /// # Ok::<(), openedx_events::DateTimeError>(())
    /// ```
    pub fn utc(
        year: u16,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
        microsecond: u32,
    ) -> Result<Self, DateTimeError> {
        Self::naive(year, month, day, hour, minute, second, microsecond)
            .map(|time| time.with_offset(UtcOffset::UTC))
    }

    /// Makes a time without an offset, which does not identify an instant: Python's `datetime(…)`.
    ///
    /// Prefer [`utc`](Self::utc): Python services send naive times too, but should not. The ranges are the same.
    ///
    /// # Errors
    ///
    /// If an argument is out of range; the error says which.
    ///
    /// ```
    /// # use openedx_events::DateTime;
    /// let time = DateTime::naive(2024, 2, 29, 9, 30, 0, 0)?;
    /// assert_eq!(time.to_string(), "2024-02-29T09:30:00");
    /// # Ok::<(), openedx_events::DateTimeError>(())
    /// ```
    pub fn naive(
        year: u16,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
        microsecond: u32,
    ) -> Result<Self, DateTimeError> {
        let checks = [
            ((1..=9999).contains(&year), DateTimeError::YEAR),
            ((1..=12).contains(&month), DateTimeError::MONTH),
            ((1..=calendar::days_in_month(year, month)).contains(&day), DateTimeError::DAY),
            (hour < 24, DateTimeError::HOUR),
            (minute < 60, DateTimeError::MINUTE),
            (second < 60, DateTimeError::SECOND),
            (microsecond < 1_000_000, DateTimeError::MICROSECOND),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, error)) => Err(error),
            None => Ok(Self { year, month, day, hour, minute, second, microsecond, offset: None }),
        }
    }

    /// Returns the same date and time of day at this offset from UTC: Python's
    /// `replace(tzinfo=timezone(offset))`.
    ///
    /// It converts nothing: if the time had another offset, the result is another instant.
    ///
    /// ```
    /// # use openedx_events::{DateTime, UtcOffset};
    /// let offset = UtcOffset::from_seconds(-5 * 3600)?;
    /// let time = DateTime::naive(2024, 2, 29, 9, 30, 0, 0)?.with_offset(offset);
    /// assert_eq!(time.to_string(), "2024-02-29T09:30:00-05:00");
    /// # Ok::<(), openedx_events::DateTimeError>(())
    /// ```
    #[must_use]
    pub fn with_offset(self, offset: UtcOffset) -> Self {
        Self { offset: Some(offset), ..self }
    }

    /// Returns the year, 1 to 9999.
    #[must_use]
    pub fn year(&self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12.
    #[must_use]
    pub fn month(&self) -> u8 {
        self.month
    }

    /// Returns the day of the month, 1 to 31.
    #[must_use]
    pub fn day(&self) -> u8 {
        self.day
    }

    /// Returns the hour, 0 to 23.
    #[must_use]
    pub fn hour(&self) -> u8 {
        self.hour
    }

    /// Returns the minute, 0 to 59.
    #[must_use]
    pub fn minute(&self) -> u8 {
        self.minute
    }

    /// Returns the second, 0 to 59.
    #[must_use]
    pub fn second(&self) -> u8 {
        self.second
    }

    /// Returns the microsecond, 0 to 999 999.
    #[must_use]
    pub fn microsecond(&self) -> u32 {
        self.microsecond
    }

    /// Returns the offset from UTC of the date and the time of day: Python's `utcoffset()`.
    ///
    /// `None` for a naive time.
    #[must_use]
    pub fn offset(&self) -> Option<UtcOffset> {
        self.offset
    }

    /// Returns whether the time has no offset, so that the instant is unknown.
    #[must_use]
    pub fn is_naive(&self) -> bool {
        self.offset.is_none()
    }
}
