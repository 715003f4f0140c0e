//! Instants, the calendar, and the types of other crates.

use std::time::{Duration, SystemTime};

use super::{Numbers, parsed};
use crate::date_time::{DateTime, UtcOffset, calendar};

const FIRST: &str = "0001-01-01T00:00:00+00:00";
const LAST: &str = "9999-12-31T23:59:59.999999+00:00";
/// Microseconds that Python calculated.
const FIRST_MICROS: i64 = -62_135_596_800_000_000;
const LAST_MICROS: i64 = 253_402_300_799_999_999;

#[test]
fn every_day_has_its_number() {
    let mut number = calendar::day_number(1, 1, 1);
    assert_eq!(calendar::date(number - 1), None);
    for year in 1..=9999 {
        for month in 1..=12 {
            for day in 1..=calendar::days_in_month(year, month) {
                assert_eq!(calendar::day_number(year, month, day), number);
                assert_eq!(calendar::date(number), Some((year, month, day)));
                number += 1;
            }
        }
    }
    assert_eq!(calendar::date(number), None);
    assert_eq!(calendar::date(u32::MAX), None);
    assert_eq!(calendar::day_number(1970, 1, 1), calendar::UNIX_EPOCH);
}

/// The days of all weeks are all days in order.
#[test]
fn weeks_cover_every_day() {
    let mut number = calendar::day_number(1, 1, 1);
    for year in 1..=9999 {
        for week in 1..=calendar::weeks_in_year(year) {
            for day in 1..=7 {
                assert_eq!(calendar::week_day_number(year, week, day), number, "{year}-W{week:02}-{day}");
                number += 1;
            }
        }
    }
}

#[test]
fn unix_micros_of_the_first_and_the_last_time() {
    for (text, micros) in [(FIRST, FIRST_MICROS), (LAST, LAST_MICROS)] {
        assert_eq!(parsed(text).unix_micros(), Some(micros));
        assert_eq!(DateTime::from_unix_micros(micros), Ok(parsed(text)));
    }
    for micros in [FIRST_MICROS - 1, LAST_MICROS + 1, i64::MIN, i64::MAX] {
        let error = DateTime::from_unix_micros(micros).unwrap_err();
        assert_eq!(error.to_string(), "the time is outside the years 1 to 9999");
    }
    // An offset can take a time out of the years 1 to 9999.
    assert_eq!(parsed("0001-01-01T00:00:00+23:59").unix_micros(), Some(FIRST_MICROS - 86_340_000_000));
}

#[test]
fn instants_survive_utc() {
    let mut numbers = Numbers(2);
    for _ in 0..20_000 {
        let time = numbers.time();
        let Some(micros) = time.unix_micros() else {
            assert!(time.is_naive());
            continue;
        };
        if let Ok(utc) = DateTime::from_unix_micros(micros) {
            assert!(time.same_instant(&utc), "{time} {utc}");
            assert_eq!(time == utc, time.offset() == Some(UtcOffset::UTC), "{time} {utc}");
        }
    }
}

#[test]
fn a_naive_time_is_not_an_instant() {
    let naive = parsed("2024-02-29T09:30:00");
    let utc = naive.with_offset(UtcOffset::UTC);
    assert!(naive.same_instant(&naive));
    assert!(!naive.same_instant(&parsed("2024-02-29T09:30:01")));
    assert!(!naive.same_instant(&utc) && !utc.same_instant(&naive));
    assert_eq!(SystemTime::try_from(naive).unwrap_err().to_string(), "the time has no offset from UTC");
}

#[test]
fn system_times_are_cut_to_microseconds() {
    let epoch = SystemTime::UNIX_EPOCH;
    let nanos = Duration::from_nanos;
    let times = [
        (epoch, "1970-01-01T00:00:00+00:00"),
        (epoch + nanos(999), "1970-01-01T00:00:00+00:00"),
        (epoch + nanos(86_400_000_001_999), "1970-01-02T00:00:00.000001+00:00"),
        (epoch - nanos(1), "1969-12-31T23:59:59.999999+00:00"),
        (epoch - nanos(1_000), "1969-12-31T23:59:59.999999+00:00"),
        (epoch - nanos(1_001), "1969-12-31T23:59:59.999998+00:00"),
        (epoch - nanos(1_000_000_000), "1969-12-31T23:59:59+00:00"),
    ];
    for (time, text) in times {
        assert_eq!(DateTime::try_from(time).unwrap().to_string(), text);
    }
    for text in [FIRST, LAST, "1969-12-31T23:59:59.999999+00:00", "1970-01-01T00:00:00+00:00"] {
        let time = SystemTime::try_from(parsed(text)).unwrap();
        assert_eq!(DateTime::try_from(time), Ok(parsed(text)));
    }
    for micros in [LAST_MICROS + 1, i64::MAX] {
        assert!(DateTime::try_from(epoch + Duration::from_micros(micros.unsigned_abs())).is_err());
    }
    assert!(DateTime::try_from(epoch - Duration::from_micros(FIRST_MICROS.unsigned_abs() + 1)).is_err());
}

#[test]
fn now_is_now() {
    let before = SystemTime::now() - Duration::from_micros(1);
    let now = SystemTime::try_from(DateTime::now()).unwrap();
    assert!(before <= now && now <= SystemTime::now());
}

#[cfg(feature = "jiff")]
#[test]
fn jiff_has_instants() {
    use jiff::Timestamp;

    for nanos in [0, 1, 999, 1_000, -1, -999, -1_000, -1_001, -1_000_000_000, 1_709_199_000_000_250_999] {
        let timestamp = Timestamp::from_nanosecond(nanos).unwrap();
        let time = DateTime::try_from(timestamp).unwrap();
        let micros = i64::try_from(nanos.div_euclid(1_000)).unwrap();
        assert_eq!(time.unix_micros(), Some(micros), "{nanos}");
        assert_eq!(Timestamp::try_from(time), Ok(Timestamp::from_microsecond(micros).unwrap()), "{nanos}");
    }
    assert!(DateTime::try_from(Timestamp::MIN).is_err());
    assert!(DateTime::try_from(Timestamp::MAX).is_ok());
    assert!(Timestamp::try_from(parsed(FIRST)).is_ok());
    assert!(Timestamp::try_from(parsed(LAST)).is_err());
    assert!(Timestamp::try_from(parsed("2024-02-29T09:30:00")).is_err());
}

#[cfg(feature = "chrono")]
#[test]
fn chrono_has_instants_offsets_and_naive_times() {
    use chrono::{FixedOffset, NaiveDate, NaiveDateTime, Utc};

    let mut numbers = Numbers(3);
    for _ in 0..5_000 {
        let time = numbers.time();
        let utc = chrono::DateTime::<Utc>::try_from(time);
        assert_eq!(utc.map(|utc| utc.timestamp_micros()).ok(), time.unix_micros(), "{time}");
        match (chrono::DateTime::<FixedOffset>::try_from(time), NaiveDateTime::try_from(time)) {
            (Ok(fixed), Err(_)) => assert_eq!(DateTime::try_from(fixed), Ok(time)),
            (Err(_), Ok(naive)) => assert_eq!(DateTime::try_from(naive), Ok(time)),
            _ => assert_ne!(time.offset().unwrap().as_micros() % 1_000_000, 0, "{time}"),
        }
    }
    assert!(DateTime::try_from(chrono::DateTime::<Utc>::MIN_UTC).is_err());
    assert!(DateTime::try_from(NaiveDateTime::MAX).is_err());
    // Its local time is outside chrono's range too.
    let east = FixedOffset::east_opt(3600).unwrap();
    let beyond = chrono::DateTime::<Utc>::MAX_UTC.with_timezone(&east);
    assert!(DateTime::try_from(beyond).is_err());
    let day = NaiveDate::from_ymd_opt(2016, 12, 31).unwrap();
    let cut = day.and_hms_nano_opt(23, 59, 59, 999_999_999).unwrap();
    assert_eq!(DateTime::try_from(cut).unwrap().to_string(), "2016-12-31T23:59:59.999999");
    let leap_second = day.and_hms_milli_opt(23, 59, 59, 1_000).unwrap();
    assert!(DateTime::try_from(leap_second).is_err());
}
