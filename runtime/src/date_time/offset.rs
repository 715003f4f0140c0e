//! How far a local time is from UTC.

use super::error::{DateTimeError, Problem};

/// An offset from UTC in microseconds, less than 24 hours to either side: Python's
/// `timezone(timedelta(…))`.
///
/// It says how far local clocks are ahead, so that New York has a negative one. Offsets are whole
/// minutes nowadays; Python also has those with seconds, from before there were time zones, and with
/// microseconds.
///
/// ```
/// use openedx_events::UtcOffset;
///
/// let kathmandu = UtcOffset::from_seconds(5 * 3600 + 45 * 60)?;
/// assert_eq!(kathmandu.to_string(), "+05:45");
/// # Ok::<(), openedx_events::DateTimeError>(())
/// ```
// In the parts that are printed. As a `bool`, the sign leaves room for the `None` of an `Option`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UtcOffset {
    /// Never set when the rest is zero.
    pub(super) negative: bool,
    pub(super) hours: u8,
    pub(super) minutes: u8,
    pub(super) seconds: u8,
    pub(super) microseconds: u32,
}

impl UtcOffset {
    /// None: the local time is that of UTC.
    pub const UTC: Self = Self { negative: false, hours: 0, minutes: 0, seconds: 0, microseconds: 0 };

    /// Returns an offset of so many seconds, positive to the east of Greenwich.
    ///
    /// # Errors
    ///
    /// [`DateTimeError`] when it is 24 hours (86 400 seconds) or more to either side.
    pub fn from_seconds(seconds: i32) -> Result<Self, DateTimeError> {
        Self::from_micros(i64::from(seconds) * 1_000_000)
    }

    /// Returns an offset of so many microseconds, positive to the east of Greenwich.
    ///
    /// # Errors
    ///
    /// [`DateTimeError`] when it is 24 hours (86 400 000 000 microseconds) or more to either side.
    pub fn from_micros(microseconds: i64) -> Result<Self, DateTimeError> {
        Ok(Self::new(microseconds < 0, microseconds.unsigned_abs())?)
    }

    /// From the sign and the distance in microseconds.
    pub(super) fn new(negative: bool, distance: u64) -> Result<Self, Problem> {
        if distance >= DAY {
            return Err(Problem::Offset);
        }
        let [hours, minutes, seconds] = [distance / HOUR, distance / MINUTE % 60, distance / SECOND % 60]
            .map(|part| part.to_le_bytes()[0]);
        let microseconds = u32::try_from(distance % SECOND).map_err(|_| Problem::Offset)?;
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

    /// Returns whether `±HH:MM` says it all.
    #[inline]
    pub(super) fn is_minutes(self) -> bool {
        self.seconds == 0 && self.microseconds == 0
    }
}

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
