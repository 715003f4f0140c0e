//! Conversions from and to `chrono`.

use chrono::{Datelike, FixedOffset, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike, Utc};

use crate::date_time::{DateTime, DateTimeError, UtcOffset, format::byte};

/// Converts to the date and the time of day in the time zone, with its offset from UTC, and drops fractions of a
/// microsecond.
///
/// It fails outside the years 1 to 9999, and in a leap second.
///
/// ```
/// # use openedx_events::DateTime;
/// let lecture = chrono::DateTime::parse_from_rfc3339("2024-02-29T15:00:00+05:30").unwrap();
/// let time = DateTime::try_from(lecture)?;
/// assert_eq!(time.to_string(), "2024-02-29T15:00:00+05:30");
/// # Ok::<(), openedx_events::DateTimeError>(())
/// ```
impl<Tz: TimeZone> TryFrom<chrono::DateTime<Tz>> for DateTime {
    type Error = DateTimeError;

    fn try_from(time: chrono::DateTime<Tz>) -> Result<Self, DateTimeError> {
        let offset = time.offset().fix();
        // `naive_local()` panics if the offset takes the time out of chrono's range.
        let local = time.naive_utc().checked_add_offset(offset).ok_or(DateTimeError::INSTANT)?;
        let offset = UtcOffset::from_seconds(offset.local_minus_utc())?;
        Ok(Self::try_from(local)?.with_offset(offset))
    }
}

/// Converts to a naive time, and drops fractions of a microsecond.
///
/// It fails outside the years 1 to 9999, and in a leap second.
impl TryFrom<NaiveDateTime> for DateTime {
    type Error = DateTimeError;

    fn try_from(time: NaiveDateTime) -> Result<Self, DateTimeError> {
        Self::naive(
            u16::try_from(time.year()).map_err(|_| DateTimeError::YEAR)?,
            byte(time.month()),
            byte(time.day()),
            byte(time.hour()),
            byte(time.minute()),
            byte(time.second()),
            time.nanosecond() / 1000,
        )
    }
}

/// Converts to the instant. It fails for a naive time.
impl TryFrom<DateTime> for chrono::DateTime<Utc> {
    type Error = DateTimeError;

    fn try_from(time: DateTime) -> Result<Self, DateTimeError> {
        let micros = time.unix_micros().ok_or(DateTimeError::NAIVE)?;
        Self::from_timestamp_micros(micros).ok_or(DateTimeError::RANGE)
    }
}

/// Converts to the same date, time of day and offset. It fails for a naive time, and for an offset with a fraction of
/// a second.
impl TryFrom<DateTime> for chrono::DateTime<FixedOffset> {
    type Error = DateTimeError;

    fn try_from(time: DateTime) -> Result<Self, DateTimeError> {
        let offset = time.offset.ok_or(DateTimeError::NAIVE)?;
        if offset.microseconds > 0 {
            return Err(DateTimeError::OFFSET_FRACTION);
        }
        let zone = FixedOffset::east_opt(offset.as_seconds()).ok_or(DateTimeError::RANGE)?;
        zone.from_local_datetime(&local(time)?).single().ok_or(DateTimeError::RANGE)
    }
}

/// Converts a naive time. It fails for a time with an offset, which would be lost.
impl TryFrom<DateTime> for NaiveDateTime {
    type Error = DateTimeError;

    fn try_from(time: DateTime) -> Result<Self, DateTimeError> {
        if time.is_naive() { local(time) } else { Err(DateTimeError::AWARE) }
    }
}

fn local(time: DateTime) -> Result<NaiveDateTime, DateTimeError> {
    let date = NaiveDate::from_ymd_opt(i32::from(time.year), u32::from(time.month), u32::from(time.day));
    let [hour, minute, second] = [time.hour, time.minute, time.second].map(u32::from);
    date.and_then(|date| date.and_hms_micro_opt(hour, minute, second, time.microsecond))
        .ok_or(DateTimeError::RANGE)
}
