//! Offsets of local times from UTC.

use super::error::DateTimeError;

/// An offset from UTC in microseconds, less than 24 hours in either direction: Python's `timezone(timedelta(…))`.
///
/// It says how far local clocks are ahead of UTC, so New York's is negative. Today's offsets are whole minutes.
/// Python also has offsets with seconds, from the time before time zones, and with microseconds.
///
/// ```
/// use openedx_events::UtcOffset;
///
/// let kathmandu = UtcOffset::from_seconds(5 * 3600 + 45 * 60)?;
/// assert_eq!(kathmandu.to_string(), "+05:45");
/// # Ok::<(), openedx_events::DateTimeError>(())
/// ```
// It holds the parts that are printed. The sign is a `bool`, which leaves room for the `None` of an `Option`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UtcOffset {
    /// Never `true` if all other fields are zero.
    pub(super) negative: bool,
    pub(super) hours: u8,
    pub(super) minutes: u8,
    pub(super) seconds: u8,
    pub(super) microseconds: u32,
}

impl UtcOffset {
    /// Zero: the local time is UTC.
    pub const UTC: Self = Self { negative: false, hours: 0, minutes: 0, seconds: 0, microseconds: 0 };

    /// Makes an offset of `seconds`, positive to the east of Greenwich.
    ///
    /// # Errors
    ///
    /// If it is 24 hours (86 400 seconds) or more in either direction.
    pub fn from_seconds(seconds: i32) -> Result<Self, DateTimeError> {
        Self::from_micros(i64::from(seconds) * 1_000_000)
    }

    /// Makes an offset of `microseconds`, positive to the east of Greenwich.
    ///
    /// # Errors
    ///
    /// If it is 24 hours (86 400 000 000 microseconds) or more in either direction.
    pub fn from_micros(microseconds: i64) -> Result<Self, DateTimeError> {
        Self::new(microseconds < 0, microseconds.unsigned_abs())
    }

    /// Makes an offset from its sign and its size in microseconds.
    pub(super) fn new(negative: bool, distance: u64) -> Result<Self, DateTimeError> {
        if distance >= DAY {
            return Err(DateTimeError::OFFSET);
        }
        let [hours, minutes, seconds] = [distance / HOUR, distance / MINUTE % 60, distance / SECOND % 60]
            .map(|part| part.to_le_bytes()[0]);
        let microseconds = u32::try_from(distance % SECOND).map_err(|_| DateTimeError::OFFSET)?;
        Ok(Self { negative: negative && distance > 0, hours, minutes, seconds, microseconds })
    }

    /// Returns the offset in microseconds, positive to the east of Greenwich.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        let minutes = i64::from(self.hours) * 60 + i64::from(self.minutes);
        let seconds = minutes * 60 + i64::from(self.seconds);
        let distance = seconds * 1_000_000 + i64::from(self.microseconds);
        if self.negative { -distance } else { distance }
    }

    /// Returns the offset in seconds, positive to the east of Greenwich, without its fraction of a second.
    ///
    /// ```
    /// # use openedx_events::DateTime;
    /// let time: DateTime = "1900-01-01T12:00:00-00:25:21".parse()?;
    /// assert_eq!(time.offset().map(|offset| offset.as_seconds()), Some(-1_521));
    /// # Ok::<(), openedx_events::DateTimeError>(())
    /// ```
    #[must_use]
    pub fn as_seconds(self) -> i32 {
        let minutes = i32::from(self.hours) * 60 + i32::from(self.minutes);
        let distance = minutes * 60 + i32::from(self.seconds);
        if self.negative { -distance } else { distance }
    }

    /// Returns whether the offset consists of whole minutes, so that `±HH:MM` shows all of it.
    #[inline]
    pub(super) fn is_minutes(self) -> bool {
        self.seconds == 0 && self.microseconds == 0
    }
}

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
