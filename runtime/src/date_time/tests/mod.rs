//! Tests of strings, values and conversions.

mod conversions;
mod texts;

use super::{DateTime, UtcOffset, calendar, common, parse};
use crate::{avro::Decoder, avro_type::AvroType};

fn parsed(text: &str) -> DateTime {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn encoded(time: DateTime) -> Vec<u8> {
    let mut bytes = Vec::new();
    time.encode_avro(&mut bytes);
    bytes
}

/// Pseudo-random numbers, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        // Knuth's multiplier for MMIX. Only the high bits are random enough.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn byte_below(&mut self, limit: u8) -> u8 {
        self.below(limit.into()).to_le_bytes()[0]
    }

    fn offset(&mut self) -> Option<UtcOffset> {
        let signed = |number: u64| number.cast_signed() * 2 - 86_399;
        let seconds = i32::try_from(signed(self.below(86_400))).unwrap();
        match self.below(6) {
            0 => None,
            1 => Some(UtcOffset::UTC),
            2 => UtcOffset::from_seconds(seconds).ok(),
            3 => UtcOffset::from_micros(i64::from(seconds) * 999_999).ok(),
            _ => UtcOffset::from_seconds(seconds / 900 * 900).ok(),
        }
    }

    fn time(&mut self) -> DateTime {
        let year = u16::try_from(1 + self.below(9999)).unwrap();
        let month = 1 + self.byte_below(12);
        let day = 1 + self.byte_below(calendar::days_in_month(year, month));
        let [hour, minute, second] = [24, 60, 60].map(|limit| self.byte_below(limit));
        let microsecond = match self.below(3) {
            0 => 0,
            _ => u32::try_from(self.below(1_000_000)).unwrap(),
        };
        let time = DateTime::naive(year, month, day, hour, minute, second, microsecond).unwrap();
        self.offset().map_or(time, |offset| time.with_offset(offset))
    }
}

#[test]
fn texts_are_read_as_in_python() {
    for (text, canonical) in texts::GOOD {
        let time = parsed(text);
        assert_eq!(time.to_string(), *canonical, "{text:?}");
        assert_eq!(parsed(canonical), time, "{text:?}");
    }
}

#[test]
fn texts_are_refused_as_in_python() {
    for (text, message) in texts::BAD {
        let error = text.parse::<DateTime>().expect_err(text);
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
}

#[test]
fn prefixes_of_strings_never_panic() {
    for (text, _) in texts::GOOD.iter().chain(texts::BAD) {
        for (end, _) in text.char_indices() {
            if let Err(error) = text[..end].parse::<DateTime>() {
                assert!(error.byte().is_some_and(|byte| byte <= end), "{:?}", &text[..end]);
            }
        }
    }
}

#[test]
fn values_survive_a_round_trip_through_strings() {
    let mut numbers = Numbers(1);
    for _ in 0..20_000 {
        let time = numbers.time();
        let text = time.to_string();
        assert_eq!(parsed(&text), time, "{text}");
        assert_eq!(parse::parse(&text), Ok(time), "{text}");
        assert_eq!(format!("{time:?}"), text);
        let bytes = encoded(time);
        assert_eq!((usize::from(bytes[0]), &bytes[1..]), (2 * text.len(), text.as_bytes()), "{text}");
        assert_eq!(DateTime::decode_avro(&mut Decoder::new(&bytes)).unwrap(), time, "{text}");
    }
}

/// The parser of the common forms accepts only these, and returns the same values as the full parser.
#[test]
fn both_parsers_agree() {
    let texts = [
        "2024-02-28T03:19:33.000001+00:00",
        "2023-02-28T19:59:59.999999-12:30",
        "1900-02-29T00:00:00+00:00",
        "2000-12-30T09:10:29-05:45",
    ];
    for text in texts {
        assert_eq!(common::parse(text.as_bytes()), parse::parse(text).ok(), "{text}");
        for at in 0..text.len() {
            for character in 0..0x80 {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = character;
                let changed = String::from_utf8(changed).unwrap();
                if let Some(time) = common::parse(changed.as_bytes()) {
                    assert_eq!(parse::parse(&changed), Ok(time), "{changed:?}");
                }
            }
        }
    }
}

#[test]
fn the_common_forms_have_a_parser_of_their_own() {
    assert_eq!(common::parse(b"2024-02-29T03:19:33-00:00"), Some(parsed("2024-02-29T03:19:33Z")));
    assert_eq!(common::parse(b"2024-02-29T03:19:33\xff000001+00:00"), None);
    assert_eq!(common::parse(b""), None);
}

#[test]
fn a_value_is_small() {
    assert_eq!(size_of::<Option<DateTime>>(), 20);
}

#[test]
fn texts_are_padded() {
    assert_eq!(format!("{:>21}|", parsed("2024-02-29T09:30")), "  2024-02-29T09:30:00|");
    assert_eq!(format!("{:<7}|", UtcOffset::UTC), "+00:00 |");
}

#[test]
fn arguments_are_checked() {
    let problems = [
        (DateTime::utc(0, 1, 1, 0, 0, 0, 0), "the year is not between 1 and 9999"),
        (DateTime::utc(10_000, 1, 1, 0, 0, 0, 0), "the year is not between 1 and 9999"),
        (DateTime::utc(2024, 0, 1, 0, 0, 0, 0), "the month is not between 1 and 12"),
        (DateTime::utc(2024, 13, 1, 0, 0, 0, 0), "the month is not between 1 and 12"),
        (DateTime::utc(2024, 1, 0, 0, 0, 0, 0), "the month does not have that day"),
        (DateTime::utc(2100, 2, 29, 0, 0, 0, 0), "the month does not have that day"),
        (DateTime::utc(2024, 1, 1, 24, 0, 0, 0), "the hour is not between 0 and 23"),
        (DateTime::utc(2024, 1, 1, 0, 60, 0, 0), "the minute is not between 0 and 59"),
        (DateTime::utc(2024, 1, 1, 0, 0, 60, 0), "the second is not between 0 and 59"),
        (DateTime::naive(2024, 1, 1, 0, 0, 0, 1_000_000), "the microsecond is not between 0 and 999999"),
    ];
    for (result, message) in problems {
        let error = result.unwrap_err();
        assert_eq!((error.to_string().as_str(), error.byte()), (message, None));
    }
}

#[test]
fn offsets_are_checked() {
    for micros in [1_000_000, -1_000_001, 86_399_999_999, -86_399_999_999, 1, -1, 999_999, 0] {
        assert_eq!(UtcOffset::from_micros(micros).unwrap().as_micros(), micros);
    }
    for micros in [86_400_000_000, -86_400_000_000, i64::MAX, i64::MIN] {
        assert!(UtcOffset::from_micros(micros).is_err(), "{micros}");
    }
    for seconds in [0, 1, -1, 86_399, -86_399] {
        assert_eq!(UtcOffset::from_seconds(seconds).unwrap().as_seconds(), seconds);
    }
    for seconds in [86_400, -86_400, i32::MAX, i32::MIN] {
        assert!(UtcOffset::from_seconds(seconds).is_err(), "{seconds}");
    }
    assert_eq!(UtcOffset::from_micros(-1_500_000).unwrap().as_seconds(), -1);
    assert_eq!(UtcOffset::from_seconds(0).unwrap(), UtcOffset::UTC);
    assert_eq!(UtcOffset::from_seconds(-25 * 60 - 21).unwrap().to_string(), "-00:25:21");
}

#[test]
fn errors_in_avro_have_an_offset_and_a_reason() {
    let message = |bytes: &[u8]| DateTime::decode_avro(&mut Decoder::new(bytes)).unwrap_err().to_string();
    assert_eq!(
        message(b"\x142024-13-06"),
        "byte 0: expected a date and time, but the value was refused: the month is not between 1 and 12, at byte 5"
    );
    assert!(message(b"\x162024-01-06\xff").contains("utf-8"));
    assert!(message(b"\x162024-01-06").ends_with("the input ends"));
    assert_eq!(encoded(parsed("2024-01-06T03:19:33-05:30")), b"\x322024-01-06T03:19:33-05:30");
}

#[test]
fn times_are_strings_in_json() {
    let time = parsed("2024-01-06T03:19:33.5Z");
    let json = serde_json::to_string(&time).unwrap();
    assert_eq!(json, "\"2024-01-06T03:19:33.500000+00:00\"");
    let read = |json: &str| serde_json::from_str::<DateTime>(json);
    assert_eq!(read(&json).unwrap(), time);
    assert_eq!(read("\"2024-01-06T03:19:33.5\\u005a\"").unwrap(), time);
    let error = read("\"2024-01-06T03:19:33.5Zulu\"").unwrap_err().to_string();
    assert!(error.starts_with("expected the end of the string, at byte 22"), "{error}");
    assert!(read("5").is_err());
}
