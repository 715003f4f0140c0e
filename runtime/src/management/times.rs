//! Times on the command line: moments with an offset from UTC, and how long ago something was.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::date_time::{DateTime, DateTimeError};

/// Parses a moment. Brokers count in milliseconds, so it has no fractions of one.
pub(super) fn moment(text: &str) -> Result<SystemTime, String> {
    let expected = "write a time such as `2026-11-30T08:00:00Z` or `2026-11-30T09:00:00+01:00`";
    if ago(text).is_ok() {
        return Err(format!("this is a length of time, not a moment\nhelp: {expected}"));
    }
    let time: DateTime = text.parse().map_err(|error: DateTimeError| format!("{error}\nhelp: {expected}"))?;
    let Some(micros) = time.unix_micros() else {
        return Err(format!(
            "the time has no offset from UTC\nnote: it would be a different moment in each time zone\nhelp: {expected}"
        ));
    };
    // Nothing is older than the clocks of brokers.
    Ok(UNIX_EPOCH + Duration::from_millis(u64::try_from(micros / 1000).unwrap_or_default()))
}

/// Parses a length of time, as in `2h` or `1h30m`.
pub(super) fn ago(text: &str) -> Result<Duration, String> {
    let wrong = || {
        "expected numbers with units: `w`, `d`, `h`, `m` or `s`, as in `2h` or `1h30m`; for a moment, use `--to-time` (`seek`) or `--from-time` (`tail`)"
            .to_owned()
    };
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let mut chars = rest[digits..].chars();
        let unit = match chars.next() {
            Some('w') => 7 * 24 * 60 * 60,
            Some('d') => 24 * 60 * 60,
            Some('h') => 60 * 60,
            Some('m') => 60,
            Some('s') => 1,
            _ => return Err(wrong()),
        };
        seconds = number.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or_else(wrong)?;
        rest = chars.as_str();
    }
    if text.is_empty() { Err(wrong()) } else { Ok(Duration::from_secs(seconds)) }
}

/// Returns the moment this length of time ago.
pub(super) fn before_now(ago: Duration) -> SystemTime {
    SystemTime::now().checked_sub(ago).map_or(UNIX_EPOCH, |time| time.max(UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_need_an_offset() {
        let millis = |text| moment(text).map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_millis());
        assert_eq!(millis("2026-11-30T08:00:00Z"), Ok(1_796_025_600_000));
        assert_eq!(millis("2026-11-30T09:00:00.1239+01:00"), Ok(1_796_025_600_123));
        assert_eq!(millis("1969-01-01T00:00:00Z"), Ok(0));
        for (text, part) in [
            ("2026-11-30T08:00:00", "no offset from UTC"),
            ("2026-11-30", "no offset from UTC"),
            ("2h", "a length of time"),
            ("yesterday", "help: write a time such as"),
        ] {
            let error = moment(text).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn lengths_of_time_have_units() {
        let seconds = |text| ago(text).map(|ago| ago.as_secs());
        assert_eq!((seconds("90s"), seconds("2h"), seconds("1w2d")), (Ok(90), Ok(7200), Ok(777_600)));
        assert_eq!((seconds("1h30m"), seconds("0s")), (Ok(5400), Ok(0)));
        for text in [
            "",
            "2",
            "h",
            "2h3",
            "-2h",
            "1.5h",
            "2 h",
            "99999999999999999999s",
            "9999999999999999999w",
            "２h",
        ] {
            assert!(ago(text).is_err(), "{text}");
        }
        assert_eq!(before_now(Duration::from_secs(u64::MAX)), UNIX_EPOCH);
    }
}
