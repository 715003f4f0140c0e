//! Conversions from and to `jiff`.

use jiff::Timestamp;

use crate::date_time::{DateTime, DateTimeError};

/// Converts to UTC, and drops fractions of a microsecond.
///
/// It fails before the year 1.
///
/// ```
/// # use openedx_events::DateTime;
/// let timestamp: jiff::Timestamp = "2024-02-29T09:30:00.000250999Z".parse().unwrap();
/// let time = DateTime::try_from(timestamp)?;
/// assert_eq!(time.to_string(), "2024-02-29T09:30:00.000250+00:00");
/// # Ok::<(), openedx_events::DateTimeError>(())
/// ```
impl TryFrom<Timestamp> for DateTime {
    type Error = DateTimeError;

    fn try_from(time: Timestamp) -> Result<Self, DateTimeError> {
        let micros = i64::try_from(time.as_nanosecond().div_euclid(1000));
        Self::from_unix_micros(micros.map_err(|_| DateTimeError::INSTANT)?)
    }
}

/// Converts to the instant. It fails for a naive time, and in the last hours of the year 9999, which jiff's
/// timestamps lack.
impl TryFrom<DateTime> for Timestamp {
    type Error = DateTimeError;

    fn try_from(time: DateTime) -> Result<Self, DateTimeError> {
        let micros = time.unix_micros().ok_or(DateTimeError::NAIVE)?;
        Self::from_microsecond(micros).map_err(|_| DateTimeError::RANGE)
    }
}
