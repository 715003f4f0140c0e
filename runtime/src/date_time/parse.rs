//! Parses the strings that Python 3.12's `datetime.fromisoformat` accepts.

use std::str::FromStr;

use super::{DateTime, DateTimeError, UtcOffset, calendar, common};

/// Parses the strings that Python 3.12's `datetime.fromisoformat` accepts, to the same value. There is one difference:
/// it keeps an offset of less than a second, which Python writes and then reads as UTC.
impl FromStr for DateTime {
    type Err = DateTimeError;

    fn from_str(text: &str) -> Result<Self, DateTimeError> {
        match common::parse(text.as_bytes()) {
            Some(time) => Ok(time),
            None => parse(text),
        }
    }
}

// text     = date [character clock [Z | (+ | -) clock]]
// date     = YYYY-MM-DD | YYYYMMDD | YYYY-Www[-D] | YYYYWww[D]
// clock    = HH[:MM[:SS]][fraction] | HH[MM[SS]][fraction]
// fraction = (. | ,) digits
//
// A service that refuses a string which Python accepts would lose the message, so this parser also accepts the other
// strings that CPython does (`parse_isoformat_time` in Modules/_datetimemodule.c):
//
// * a fraction after whole seconds without `.` or `,`: `12:30:59:25`, `12305925`;
// * before an offset or `Z`, one character after the last pair of digits, and anything after the sixth
//   digit of a fraction: `12:30!+01:00`, `12:30:59.250000 or so+01:00`;
// * in some places, a NUL as the end of the text.
pub(super) fn parse(text: &str) -> Result<DateTime, DateTimeError> {
    let mut parser = Parser { text: text.as_bytes(), at: 0 };
    let (year, month, day) = parser.date()?;
    let mut time = DateTime { year, month, day, hour: 0, minute: 0, second: 0, microsecond: 0, offset: None };
    if parser.at < text.len() {
        parser.skip_character();
        parser.time(&mut time)?;
    }
    Ok(time)
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

/// The largest hours, minutes and seconds, each with the message about a larger number.
type Limits = [(u8, DateTimeError); 3];

const TIME_OF_DAY: Limits =
    [(23, DateTimeError::HOUR), (59, DateTimeError::MINUTE), (59, DateTimeError::SECOND)];
/// In an offset, Python only checks the sum: `+00:90` is an hour and a half.
const OFFSET: Limits = [(99, DateTimeError::OFFSET); 3];

struct Clock {
    parts: [u8; 3],
    microsecond: u32,
    /// The end of the part that was parsed.
    end: usize,
}

impl Parser<'_> {
    fn date(&mut self) -> Result<(u16, u8, u8), DateTimeError> {
        let year = u16::from(self.pair()?) * 100 + u16::from(self.pair()?);
        if year == 0 {
            return Err(DateTimeError::YEAR.at(0));
        }
        let extended = self.take(b'-');
        if self.take(b'W') {
            return self.week(year, extended);
        }
        let month = self.part(1, 12, DateTimeError::MONTH)?;
        if extended && !self.take(b'-') {
            return Err(DateTimeError::HYPHEN.at(self.at));
        }
        let day = self.part(1, calendar::days_in_month(year, month), DateTimeError::DAY)?;
        Ok((year, month, day))
    }

    fn week(&mut self, year: u16, extended: bool) -> Result<(u16, u8, u8), DateTimeError> {
        let start = self.at;
        let week = self.part(1, calendar::weeks_in_year(year), DateTimeError::WEEK)?;
        let mut day = 1;
        if self.day_follows(extended) {
            self.at += usize::from(extended);
            day = self.digit()?;
            if !(1..=7).contains(&day) {
                return Err(DateTimeError::WEEKDAY.at(self.at - 1));
            }
        }
        // The last week of 9999 ends in the next year.
        let date = calendar::date(calendar::week_day_number(year, week, day));
        date.ok_or_else(|| DateTimeError::INSTANT.at(start))
    }

    /// Returns whether the day of the week comes next. If not, the next character separates the date from the time.
    /// That character can also be a hyphen or a digit, so this function guesses as Python does.
    fn day_follows(&self, extended: bool) -> bool {
        if extended {
            // A digit after the next character is the second digit of an hour.
            self.peek() == b'-' && !self.byte(self.at + 2).is_ascii_digit()
        } else {
            // A single digit is the day. Otherwise the digits are a clock, which has an even number of them, after the
            // separator. If the separator is a digit too, their number is even with a day, and odd without one.
            let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits == 1 || (digits > 0 && digits.is_multiple_of(2))
        }
    }

    fn time(&mut self, time: &mut DateTime) -> Result<(), DateTimeError> {
        let sign = self.rest().iter().position(|byte| matches!(byte, b'+' | b'-' | b'Z'));
        let Some(sign) = sign.map(|distance| self.at + distance) else {
            let clock = self.clock(self.text.len(), TIME_OF_DAY)?;
            time.set_clock(&clock);
            return self.finish(clock.end);
        };
        time.set_clock(&self.clock(sign, TIME_OF_DAY)?);
        self.at = sign + 1;
        if self.byte(sign) == b'Z' {
            time.offset = Some(UtcOffset::UTC);
            return self.finish(self.at);
        }
        let clock = self.clock(self.text.len(), OFFSET)?;
        let offset = clock.offset(self.byte(sign) == b'-');
        time.offset = Some(offset.map_err(|error| error.at(sign))?);
        self.finish(clock.end)
    }

    /// Parses a clock in the text before `end`. It may stop before `end`.
    fn clock(&mut self, end: usize, limits: Limits) -> Result<Clock, DateTimeError> {
        let mut clock = Clock { parts: [0; 3], microsecond: 0, end: 0 };
        let mut extended = false;
        for (index, (limit, error)) in limits.into_iter().enumerate() {
            clock.parts[index] = self.part(0, limit, error)?;
            if self.at + 1 >= end {
                clock.end = self.at;
                return Ok(clock);
            }
            extended |= index == 0 && self.peek() == b':';
            if self.take(b'.') || self.take(b',') {
                break;
            }
            if extended && !self.take(b':') {
                return Err(DateTimeError::COLON.at(self.at));
            }
        }
        clock.microsecond = self.fraction(end)?;
        clock.end = self.at;
        Ok(clock)
    }

    /// Parses the digits of a fraction, and ignores those after the sixth.
    fn fraction(&mut self, end: usize) -> Result<u32, DateTimeError> {
        let mut microsecond = 0;
        let mut unit = 100_000;
        while unit > 0 && self.at < end {
            microsecond += u32::from(self.digit()?) * unit;
            unit /= 10;
        }
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        Ok(microsecond)
    }

    fn finish(&self, at: usize) -> Result<(), DateTimeError> {
        match self.byte(at) {
            0 => Ok(()),
            _ => Err(DateTimeError::REST.at(at)),
        }
    }

    /// Parses two digits in a range.
    fn part(&mut self, least: u8, most: u8, error: DateTimeError) -> Result<u8, DateTimeError> {
        let start = self.at;
        let part = self.pair()?;
        if (least..=most).contains(&part) { Ok(part) } else { Err(error.at(start)) }
    }

    fn pair(&mut self) -> Result<u8, DateTimeError> {
        Ok(self.digit()? * 10 + self.digit()?)
    }

    fn digit(&mut self) -> Result<u8, DateTimeError> {
        let byte = self.peek();
        if byte.is_ascii_digit() {
            self.at += 1;
            Ok(byte - b'0')
        } else {
            Err(DateTimeError::DIGIT.at(self.at))
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    /// Skips one character, whose first byte tells its length.
    fn skip_character(&mut self) {
        self.at += match self.peek() {
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0.. => 4,
        };
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> u8 {
        self.byte(self.at)
    }

    /// Returns the byte at a position, or NUL after the end, as in C.
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or_default()
    }
}

impl DateTime {
    fn set_clock(&mut self, clock: &Clock) {
        [self.hour, self.minute, self.second] = clock.parts;
        self.microsecond = clock.microsecond;
    }
}

impl Clock {
    fn offset(&self, negative: bool) -> Result<UtcOffset, DateTimeError> {
        let [hours, minutes, seconds] = self.parts.map(u64::from);
        let seconds = (hours * 60 + minutes) * 60 + seconds;
        UtcOffset::new(negative, seconds * 1_000_000 + u64::from(self.microsecond))
    }
}
