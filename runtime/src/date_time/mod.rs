//! Dates with times, as Python's `datetime` writes them.

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

use error::Problem;

/// A date and a time of day, with or without an offset from UTC: Python's `datetime`.
///
/// It goes over the wire as the text of Python's `isoformat()`, which is also its [`Display`], its
/// [`Debug`] and its JSON. What Rust code makes is usually UTC ([`DateTime::now`], [`DateTime::utc`],
/// or from a [`SystemTime`]); what arrives from elsewhere may have any offset or none, and goes out
/// again as it came.
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
/// Two values are equal when their texts are: all fields, and the offset. The same instant written with
/// two offsets is two values; [`same_instant`](Self::same_instant) compares what Python's `==` compares.
/// There is no order, since one that agrees with this equality would not be the order of time.
///
/// # Parsing
///
/// [`FromStr`](std::str::FromStr) reads what Python 3.12's `datetime.fromisoformat` reads, and as the
/// same value, so that no text is refused here that a Python service takes. That is most of ISO 8601
/// (`20240229T0930Z`, `2024-W09-4 09:30`), and what Python is lenient about. There is one difference: Python
/// writes an offset of less than a second, but takes it for UTC when it reads it; here it is kept, so that
/// the event goes out again as it came.
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
    /// 1970-01-01T00:00:00+00:00, from which Unix time counts.
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

    /// Returns the present in UTC, in whole microseconds: Python's `datetime.now(timezone.utc)`.
    ///
    /// A system clock that is outside of the years 1 to 9999 reads as 1970-01-01.
    ///
    /// ```
    /// # use openedx_events::{DateTime, UtcOffset};
    /// assert_eq!(DateTime::now().offset(), Some(UtcOffset::UTC));
    /// ```
    #[must_use]
    pub fn now() -> Self {
        Self::try_from(SystemTime::now()).unwrap_or(Self::UNIX_EPOCH)
    }

    /// Returns a time in UTC: Python's `datetime(…, tzinfo=timezone.utc)`.
    ///
    /// The year is 1 to 9999, the second 0 to 59 (leap seconds do not exist in Python), the microsecond
    /// 0 to 999 999.
    ///
    /// # Errors
    ///
    /// [`DateTimeError`] says which argument is out of its range.
    ///
    /// ```
    /// # use openedx_events::DateTime;
    /// let time = DateTime::utc(2024, 2, 29, 23, 59, 59, 999_999)?;
    /// assert_eq!(time.to_string(), "2024-02-29T23:59:59.999999+00:00");
    ///
    /// let error = DateTime::utc(2023, 2, 29, 0, 0, 0, 0).unwrap_err();
    /// assert_eq!(error.to_string(), "the day is not in the month");
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

    /// Returns a time without an offset, which is no instant until somebody says where: Python's
    /// `datetime(…)`.
    ///
    /// Python services send such times, but should not; prefer [`utc`](Self::utc). The ranges are the same.
    ///
    /// # Errors
    ///
    /// [`DateTimeError`] says which argument is out of its range.
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
            ((1..=9999).contains(&year), Problem::Year),
            ((1..=12).contains(&month), Problem::Month),
            ((1..=calendar::days_in_month(year, month)).contains(&day), Problem::Day),
            (hour < 24, Problem::Hour),
            (minute < 60, Problem::Minute),
            (second < 60, Problem::Second),
            (microsecond < 1_000_000, Problem::Microsecond),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, problem)) => Err(problem.into()),
            None => Ok(Self { year, month, day, hour, minute, second, microsecond, offset: None }),
        }
    }

    /// Returns the same date and time of day at this offset from UTC: Python's
    /// `replace(tzinfo=timezone(offset))`.
    ///
    /// Nothing is converted: where there was another offset, the result is another instant.
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

    /// Returns the offset from UTC at which the date and the time of day are given: Python's `utcoffset()`.
    ///
    /// `None` for a naive time.
    #[must_use]
    pub fn offset(&self) -> Option<UtcOffset> {
        self.offset
    }

    /// Returns whether there is no offset, so that the instant is unknown.
    #[must_use]
    pub fn is_naive(&self) -> bool {
        self.offset.is_none()
    }
}
