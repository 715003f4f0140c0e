//! The texts that Python 3.12's `datetime.fromisoformat` reads.

use std::str::FromStr;

use super::{
    DateTime, DateTimeError, UtcOffset, calendar,
    error::Problem,
    format::{DATE, DAY_TO_MINUTE, EAST, SECOND, WEST},
    word,
};

/// Reads what Python 3.12's `datetime.fromisoformat` reads, as the same value.
///
/// # Errors
///
/// [`DateTimeError`] says what is wrong, and at which byte.
impl FromStr for DateTime {
    type Err = DateTimeError;

    #[inline]
    fn from_str(text: &str) -> Result<Self, DateTimeError> {
        match common(text.as_bytes()) {
            Some(time) => Ok(time),
            None => Parser {
                text: text.as_bytes(),
                at: 0,
            }
            .date_time(),
        }
    }
}

/// What `isoformat()` itself writes for an offset in whole minutes, with or without microseconds.
///
/// `None` leaves the text, good or bad, to the parser that knows all forms.
#[inline]
fn common(text: &[u8]) -> Option<DateTime> {
    let (head, tail) = text.split_first_chunk::<16>()?;
    let (date, day_to_minute) = head.split_first_chunk::<8>()?;
    let ([century, _, year, _, _, month, _, _], misfit_1) = DATE.read(*date);
    let ([day, _, _, hour, _, _, minute, _], misfit_2) = DAY_TO_MINUTE.read(day_to_minute.try_into().ok()?);
    let (second, micros, rest, misfit_3) = match tail.len() {
        16 => {
            let (second, rest) = tail.split_first_chunk::<8>()?;
            let ([_, second, _, _, high, _, middle, _], misfit) = SECOND.read(*second);
            (
                Some(second),
                u32::from(high) * 10_000 + u32::from(middle) * 100,
                rest,
                misfit,
            )
        }
        9 if tail[0] == b':' => (None, 0, &tail[1..], 0),
        _ => return None,
    };
    let negative = rest[2] == b'-';
    let zone = if negative { &WEST } else { &EAST };
    let ([low, _, _, hours, _, _, minutes, _], misfit_4) = zone.read(rest.try_into().ok()?);
    let (second, microsecond) = match second {
        Some(second) => (second, micros + u32::from(low)),
        None => (low, 0),
    };
    let year = u16::from(century) * 100 + u16::from(year);
    let in_range = year > 0
        && (1..=12).contains(&month)
        && day > 0
        && (day <= 28 || day <= calendar::days_in_month(year, month))
        && hour < 24
        && minute < 60
        && second < 60
        && hours < 24
        && minutes < 60;
    let offset = UtcOffset {
        negative: negative && (hours > 0 || minutes > 0),
        hours,
        minutes,
        seconds: 0,
        microseconds: 0,
    };
    (in_range && word::fits(misfit_1 | misfit_2 | misfit_3 | misfit_4)).then_some(DateTime {
        year,
        month,
        day,
        hour,
        minute,
        second,
        microsecond,
        offset: Some(offset),
    })
}

// text   = date [character clock [zone]]
// date   = YYYY-MM-DD | YYYYMMDD | YYYY-Www[-D] | YYYYWww[D]
// clock  = HH[:MM[:SS]][fraction] | HH[MM[SS]][fraction]
// fraction = (. | ,) digits        and what Python takes for one, see `fraction`
// zone   = Z | (+ | -) clock
struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

/// The parts of a clock with the problem of one that is above its limit.
type Limits = [(u8, Problem); 3];

const TIME_OF_DAY: Limits = [(23, Problem::Hour), (59, Problem::Minute), (59, Problem::Second)];
/// Python adds the parts up, and looks at the sum only.
const OFFSET: Limits = [(99, Problem::Offset); 3];

struct Clock {
    parts: [u8; 3],
    microsecond: u32,
    /// Where the parts end that make sense.
    end: usize,
}

impl Parser<'_> {
    fn date_time(mut self) -> Result<DateTime, DateTimeError> {
        let (year, month, day) = self.date()?;
        let mut time = DateTime {
            year,
            month,
            day,
            hour: 0,
            minute: 0,
            second: 0,
            microsecond: 0,
            offset: None,
        };
        if self.at < self.text.len() {
            self.at += match self.peek() {
                0..0x80 => 1,
                0x80..0xe0 => 2,
                0xe0..0xf0 => 3,
                0xf0.. => 4,
            };
            self.time(&mut time)?;
        }
        Ok(time)
    }

    fn date(&mut self) -> Result<(u16, u8, u8), DateTimeError> {
        let year = u16::from(self.pair()?) * 100 + u16::from(self.pair()?);
        if year == 0 {
            return Err(DateTimeError::at(Problem::Year, 0));
        }
        let extended = self.take(b'-');
        if self.take(b'W') {
            return self.week(year, extended);
        }
        let month = self.part(12, Problem::Month)?;
        if month == 0 {
            return Err(DateTimeError::at(Problem::Month, self.at - 2));
        }
        if extended && !self.take(b'-') {
            return Err(DateTimeError::at(Problem::Hyphen, self.at));
        }
        let day = self.part(calendar::days_in_month(year, month), Problem::Day)?;
        if day == 0 {
            return Err(DateTimeError::at(Problem::Day, self.at - 2));
        }
        Ok((year, month, day))
    }

    fn week(&mut self, year: u16, extended: bool) -> Result<(u16, u8, u8), DateTimeError> {
        let start = self.at;
        let week = self.part(calendar::weeks_in_year(year), Problem::Week)?;
        if week == 0 {
            return Err(DateTimeError::at(Problem::Week, start));
        }
        let mut day = 1;
        if self.day_follows(extended) {
            self.at += usize::from(extended);
            day = self.digit()?;
            if !(1..=7).contains(&day) {
                return Err(DateTimeError::at(Problem::Weekday, self.at - 1));
            }
        }
        calendar::date(calendar::week_day_number(year, week, day))
            .ok_or_else(|| DateTimeError::at(Problem::Instant, start))
    }

    /// Whether the day of the week comes next, or what separates the date from the time, which can be
    /// any character: a hyphen and a digit too. Python decides as follows.
    fn day_follows(&self, extended: bool) -> bool {
        if extended {
            // Two digits after the hyphen are an hour.
            self.peek() == b'-' && !self.byte(self.at + 2).is_ascii_digit()
        } else {
            // The parts of a clock come in pairs of digits, so the day makes their number odd; but
            // with the separator it is even.
            let rest = self.text.get(self.at..).unwrap_or_default();
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits == 1 || (digits > 0 && digits % 2 == 0)
        }
    }

    fn time(&mut self, time: &mut DateTime) -> Result<(), DateTimeError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let zone = rest.iter().position(|byte| matches!(byte, b'+' | b'-' | b'Z'));
        let end = zone.map_or(self.text.len(), |zone| self.at + zone);
        let clock = self.clock(end, TIME_OF_DAY)?;
        [time.hour, time.minute, time.second] = clock.parts;
        time.microsecond = clock.microsecond;
        match self.byte(end) {
            _ if zone.is_none() => return self.finish(clock.end),
            b'Z' => {
                time.offset = Some(UtcOffset::UTC);
                return self.finish(end + 1);
            }
            sign => {
                self.at = end + 1;
                let offset = self.clock(self.text.len(), OFFSET)?;
                self.finish(offset.end)?;
                time.offset = Some(
                    offset
                        .offset(sign == b'-')
                        .map_err(|problem| DateTimeError::at(problem, end))?,
                );
            }
        }
        Ok(())
    }

    fn clock(&mut self, end: usize, limits: Limits) -> Result<Clock, DateTimeError> {
        let mut clock = Clock {
            parts: [0; 3],
            microsecond: 0,
            end: 0,
        };
        let mut extended = false;
        for (index, (limit, problem)) in limits.into_iter().enumerate() {
            clock.parts[index] = self.part(limit, problem)?;
            clock.end = self.at;
            if self.at + 1 >= end {
                return Ok(clock);
            }
            let next = self.byte(self.at);
            extended |= index == 0 && next == b':';
            if next == b'.' || next == b',' {
                self.at += 1;
                break;
            }
            if extended {
                if next != b':' {
                    return Err(DateTimeError::at(Problem::Colon, self.at));
                }
                self.at += 1;
            }
        }
        clock.microsecond = self.fraction(end)?;
        clock.end = self.at;
        Ok(clock)
    }

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

    /// The text is at its end, or at a NUL, which is the end to Python.
    fn finish(&self, at: usize) -> Result<(), DateTimeError> {
        match self.byte(at) {
            0 => Ok(()),
            _ => Err(DateTimeError::at(Problem::Rest, at)),
        }
    }

    /// Two digits, up to a limit.
    fn part(&mut self, limit: u8, problem: Problem) -> Result<u8, DateTimeError> {
        let start = self.at;
        match self.pair()? {
            part if part <= limit => Ok(part),
            _ => Err(DateTimeError::at(problem, start)),
        }
    }

    fn pair(&mut self) -> Result<u8, DateTimeError> {
        Ok(self.digit()? * 10 + self.digit()?)
    }

    fn digit(&mut self) -> Result<u8, DateTimeError> {
        match self.peek() {
            byte @ b'0'..=b'9' => {
                self.at += 1;
                Ok(byte - b'0')
            }
            _ => Err(DateTimeError::at(Problem::Digit, self.at)),
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> u8 {
        self.byte(self.at)
    }

    /// NUL where there is none.
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or_default()
    }
}

impl Clock {
    fn offset(&self, negative: bool) -> Result<UtcOffset, Problem> {
        let [hours, minutes, seconds] = self.parts.map(u64::from);
        let seconds = hours * 3600 + minutes * 60 + seconds;
        // Python takes an offset below a second for UTC.
        let fraction = if seconds == 0 {
            0
        } else {
            u64::from(self.microsecond)
        };
        UtcOffset::new(negative, seconds * 1_000_000 + fraction)
    }
}
