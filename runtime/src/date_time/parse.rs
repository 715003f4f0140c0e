//! The texts that Python 3.12's `datetime.fromisoformat` reads.

use std::str::FromStr;

use super::{DateTime, DateTimeError, UtcOffset, calendar, common, error::Problem};

/// Reads what Python 3.12's `datetime.fromisoformat` reads, as the same value; but an offset of less than a second,
/// which Python writes and then takes for UTC, is kept.
///
/// # Errors
///
/// [`DateTimeError`] says what is wrong, and at which byte.
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
// A service that stops at a text which Python takes would lose the message, so this takes what CPython
// takes besides, too (`parse_isoformat_time` in Modules/_datetimemodule.c):
//
// * a fraction after whole seconds without `.` or `,`: `12:30:59:25`, `12305925`;
// * before an offset or `Z`, one character after the last pair of digits, and anything after the sixth
//   digit of a fraction: `12:30!+01:00`, `12:30:59.250000 or so+01:00`;
// * a NUL for the end of the text, in some places.
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

/// Hours, minutes and seconds: the largest number of each, and what is wrong with a larger one.
type Limits = [(u8, Problem); 3];

const TIME_OF_DAY: Limits = [(23, Problem::Hour), (59, Problem::Minute), (59, Problem::Second)];
/// In an offset, Python minds only the sum: `+00:90` is an hour and a half.
const OFFSET: Limits = [(99, Problem::Offset); 3];

struct Clock {
    parts: [u8; 3],
    microsecond: u32,
    /// Where what was understood ends.
    end: usize,
}

impl Parser<'_> {
    fn date(&mut self) -> Result<(u16, u8, u8), DateTimeError> {
        let year = u16::from(self.pair()?) * 100 + u16::from(self.pair()?);
        if year == 0 {
            return Err(DateTimeError::at(Problem::Year, 0));
        }
        let extended = self.take(b'-');
        if self.take(b'W') {
            return self.week(year, extended);
        }
        let month = self.part(1, 12, Problem::Month)?;
        if extended && !self.take(b'-') {
            return Err(DateTimeError::at(Problem::Hyphen, self.at));
        }
        let day = self.part(1, calendar::days_in_month(year, month), Problem::Day)?;
        Ok((year, month, day))
    }

    fn week(&mut self, year: u16, extended: bool) -> Result<(u16, u8, u8), DateTimeError> {
        let start = self.at;
        let week = self.part(1, calendar::weeks_in_year(year), Problem::Week)?;
        let mut day = 1;
        if self.day_follows(extended) {
            self.at += usize::from(extended);
            day = self.digit()?;
            if !(1..=7).contains(&day) {
                return Err(DateTimeError::at(Problem::Weekday, self.at - 1));
            }
        }
        // The last week of 9999 ends in the year after.
        let date = calendar::date(calendar::week_day_number(year, week, day));
        date.ok_or_else(|| DateTimeError::at(Problem::Instant, start))
    }

    /// Returns whether the day of the week comes next, or the character before the time, which can be a hyphen
    /// or a digit, too. Python guesses like this.
    fn day_follows(&self, extended: bool) -> bool {
        if extended {
            // A digit after the next character would be the second one of an hour.
            self.peek() == b'-' && !self.byte(self.at + 2).is_ascii_digit()
        } else {
            // A clock has an even number of digits. The day makes it odd; so does a digit before the
            // clock, but then nobody can know, except for a day on its own.
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
        time.offset = Some(offset.map_err(|problem| DateTimeError::at(problem, sign))?);
        self.finish(clock.end)
    }

    /// Returns a clock in the text before `end`, of which it may leave a rest.
    fn clock(&mut self, end: usize, limits: Limits) -> Result<Clock, DateTimeError> {
        let mut clock = Clock { parts: [0; 3], microsecond: 0, end: 0 };
        let mut extended = false;
        for (index, (limit, problem)) in limits.into_iter().enumerate() {
            clock.parts[index] = self.part(0, limit, problem)?;
            if self.at + 1 >= end {
                clock.end = self.at;
                return Ok(clock);
            }
            extended |= index == 0 && self.peek() == b':';
            if self.take(b'.') || self.take(b',') {
                break;
            }
            if extended && !self.take(b':') {
                return Err(DateTimeError::at(Problem::Colon, self.at));
            }
        }
        clock.microsecond = self.fraction(end)?;
        clock.end = self.at;
        Ok(clock)
    }

    /// Digits; those after the sixth do not count.
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
            _ => Err(DateTimeError::at(Problem::Rest, at)),
        }
    }

    /// Two digits in a range.
    fn part(&mut self, least: u8, most: u8, problem: Problem) -> Result<u8, DateTimeError> {
        let start = self.at;
        let part = self.pair()?;
        if (least..=most).contains(&part) { Ok(part) } else { Err(DateTimeError::at(problem, start)) }
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
            Err(DateTimeError::at(Problem::Digit, self.at))
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    /// As many bytes as the first one of a character says.
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

    /// NUL after the end, as in C.
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
    fn offset(&self, negative: bool) -> Result<UtcOffset, Problem> {
        let [hours, minutes, seconds] = self.parts.map(u64::from);
        let seconds = (hours * 60 + minutes) * 60 + seconds;
        UtcOffset::new(negative, seconds * 1_000_000 + u64::from(self.microsecond))
    }
}
