//! Conversions to instants and to the types of other crates. Each crate has a file, behind the feature of its name.

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;

use std::time::{Duration, SystemTime};

use super::{DateTime, DateTimeError, UtcOffset, calendar, format::byte};

const SECONDS_A_DAY: u32 = 86_400;

impl DateTime {
    /// Returns the instant `micros` microseconds after 1970-01-01T00:00:00+00:00, in UTC. Negative numbers are before
    /// it.
    ///
    /// # Errors
    ///
    /// If the instant is not in the years 1 to 9999.
    ///
    /// ```
    /// # use openedx_events::DateTime;
    /// let time = DateTime::from_unix_micros(1_709_199_000_000_250)?;
    /// assert_eq!(time.to_string(), "2024-02-29T09:30:00.000250+00:00");
    /// # Ok::<(), openedx_events::DateTimeError>(())
    /// ```
    pub fn from_unix_micros(micros: i64) -> Result<Self, DateTimeError> {
        let fraction = u32::try_from(micros.rem_euclid(1_000_000)).map_err(|_| DateTimeError::INSTANT)?;
        Self::from_unix(micros.div_euclid(1_000_000), fraction)
    }

    /// Returns the microseconds from 1970-01-01T00:00:00+00:00 to this instant: Python's `timestamp()` without
    /// rounding.
    ///
    /// It is `None` for a naive time, which is not an instant. (Python treats it as local time.)
    ///
    /// ```
    /// # use openedx_events::DateTime;
    /// let time: DateTime = "1970-01-01T01:00:00.000250+01:00".parse()?;
    /// assert_eq!(time.unix_micros(), Some(250));
    /// # Ok::<(), openedx_events::DateTimeError>(())
    /// ```
    #[must_use]
    pub fn unix_micros(&self) -> Option<i64> {
        let offset = self.offset?;
        let days = calendar::day_number(self.year, self.month, self.day);
        let hours = (i64::from(days) - i64::from(calendar::UNIX_EPOCH)) * 24 + i64::from(self.hour);
        let seconds = (hours * 60 + i64::from(self.minute)) * 60 + i64::from(self.second);
        Some(seconds * 1_000_000 + i64::from(self.microsecond) - offset.as_micros())
    }

    /// Returns whether both are the same instant, whatever their offsets: Python's `==`.
    ///
    /// Two naive times are the same if all their fields are. A naive time is never the same as one with an offset.
    ///
    /// ```
    /// # use openedx_events::DateTime;
    /// let here: DateTime = "2024-02-29T15:00:00+05:30".parse()?;
    /// let there = DateTime::utc(2024, 2, 29, 9, 30, 0, 0)?;
    /// assert!(here.same_instant(&there));
    /// assert_ne!(here, there);
    /// # Ok::<(), openedx_events::DateTimeError>(())
    /// ```
    #[must_use]
    pub fn same_instant(&self, other: &Self) -> bool {
        match (self.unix_micros(), other.unix_micros()) {
            (None, None) => self == other,
            (this, that) => this == that,
        }
    }

    /// Returns the time `duration` after 1970-01-01 in UTC, or 1970-01-01 if that is after the year 9999.
    #[inline]
    pub(crate) fn since_1970(duration: Duration) -> Self {
        let a_day = u64::from(SECONDS_A_DAY);
        let (days, second) = (duration.as_secs() / a_day, duration.as_secs() % a_day);
        let day_number = u32::try_from(days).ok().and_then(|days| days.checked_add(calendar::UNIX_EPOCH));
        let date = day_number.and_then(calendar::date);
        date.map_or(Self::UNIX_EPOCH, |date| Self::at_second(date, second, duration.subsec_micros()))
    }

    /// Makes a time in UTC from seconds since 1970 and the microseconds after them.
    fn from_unix(seconds: i64, microsecond: u32) -> Result<Self, DateTimeError> {
        let a_day = i64::from(SECONDS_A_DAY);
        let (days, second) = (seconds.div_euclid(a_day), seconds.rem_euclid(a_day));
        let day_number = u32::try_from(days + i64::from(calendar::UNIX_EPOCH));
        let date = day_number.ok().and_then(calendar::date).ok_or(DateTimeError::INSTANT)?;
        Ok(Self::at_second(date, second.unsigned_abs(), microsecond))
    }

    /// Makes a time in UTC from a date and the second of its day.
    #[inline]
    fn at_second((year, month, day): (u16, u8, u8), second: u64, microsecond: u32) -> Self {
        // A day has fewer seconds than that.
        let second = u32::try_from(second).unwrap_or_default();
        let minute = second / 60;
        Self {
            year,
            month,
            day,
            hour: byte(minute / 60),
            minute: byte(minute % 60),
            second: byte(second % 60),
            microsecond,
            offset: Some(UtcOffset::UTC),
        }
    }
}

/// Converts to UTC, and drops fractions of a microsecond.
///
/// It fails outside the years 1 to 9999.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use openedx_events::DateTime;
///
/// let time = DateTime::try_from(SystemTime::UNIX_EPOCH + Duration::from_micros(250))?;
/// assert_eq!(time.to_string(), "1970-01-01T00:00:00.000250+00:00");
/// # Ok::<(), openedx_events::DateTimeError>(())
/// ```
impl TryFrom<SystemTime> for DateTime {
    type Error = DateTimeError;

    fn try_from(time: SystemTime) -> Result<Self, DateTimeError> {
        let micros = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()),
            Err(error) => i64::try_from(error.duration().as_nanos().div_ceil(1000)).map(|before| -before),
        };
        Self::from_unix_micros(micros.map_err(|_| DateTimeError::INSTANT)?)
    }
}

/// Converts to the instant. It fails for a naive time, and for a time that the system cannot represent.
impl TryFrom<DateTime> for SystemTime {
    type Error = DateTimeError;

    fn try_from(time: DateTime) -> Result<Self, DateTimeError> {
        let micros = time.unix_micros().ok_or(DateTimeError::NAIVE)?;
        let distance = Duration::from_micros(micros.unsigned_abs());
        let system_time = match micros {
            0.. => Self::UNIX_EPOCH.checked_add(distance),
            _ => Self::UNIX_EPOCH.checked_sub(distance),
        };
        system_time.ok_or(DateTimeError::RANGE)
    }
}
