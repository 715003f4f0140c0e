//! Times that are short enough to be counted from now.

use std::time::Duration;

/// Some 31 years. Much longer ones are after the last point in time that clocks have.
pub(super) const LONGEST: Duration = Duration::from_secs(1_000_000_000);

/// The time, or the longest where it is longer: `Duration::MAX` is how callers say "for ever".
pub(super) fn bounded(time: Duration) -> Duration {
    time.min(LONGEST)
}
