//! Conversions from and to `jiff`.

use jiff::Timestamp;

use crate::date_time::{DateTime, DateTimeError, error::Invalid};

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
        let nanos = i64::from(time.subsec_nanosecond());
        // jiff's fraction has the sign of the whole timestamp.
        let seconds = time.as_second() + nanos.div_euclid(1_000_000_000);
        let micros = nanos.rem_euclid(1_000_000_000) / 1000;
        Self::from_unix(seconds, u32::try_from(micros).map_err(|_| Invalid::INSTANT)?)
    }
}

/// Converts to the instant. It fails for a naive time, and in the last hours of the year 9999, which jiff's
/// timestamps lack.
impl TryFrom<DateTime> for Timestamp {
    type Error = DateTimeError;

    fn try_from(time: DateTime) -> Result<Self, DateTimeError> {
        let micros = time.unix_micros().ok_or(Invalid::NAIVE)?;
        Self::from_microsecond(micros).map_err(|_| Invalid::RANGE.into())
    }
}
