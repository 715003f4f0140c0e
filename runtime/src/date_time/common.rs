//! The forms of nearly all times on the wire: `YYYY-MM-DDTHH:MM:SS[.ffffff]±HH:MM`.

use super::{
    DateTime, UtcOffset, calendar,
    word::{Word, fits},
};

const DATE: Word = Word::new(*b"0000-00-", [99, 0, 99, 0, 0, 12, 0, 0]);
const DAY_HOUR_MINUTE: Word = Word::new(*b"00T00:00", [31, 0, 0, 23, 0, 0, 59, 0]);
const SECOND_FRACTION: Word = Word::new(*b":00.0000", [0, 59, 0, 0, 99, 0, 99, 0]);
const FRACTION_OFFSET: Word = Word::new(*b"00+00:00", [99, 0, 0, 23, 0, 0, 59, 0]);
const SECOND_OFFSET: Word = Word::new(*b"00+00:00", [59, 0, 0, 23, 0, 0, 59, 0]);

/// Parses one of these forms. Returns `None` for every other string, valid or not. The full parser then reads it.
pub(super) fn parse(text: &[u8]) -> Option<DateTime> {
    let (date, rest) = text.split_first_chunk::<8>()?;
    let (day_hour_minute, rest) = rest.split_first_chunk::<8>()?;
    // Two digits and the offset, in both forms: `01+00:00`.
    let mut end = *rest.last_chunk::<8>()?;
    let negative = end[2] == b'-';
    if negative {
        end[2] = b'+';
    }

    let ([century, _, year, _, _, month, _, _], misfit_1) = DATE.read(*date);
    let ([day, _, _, hour, _, _, minute, _], misfit_2) = DAY_HOUR_MINUTE.read(*day_hour_minute);
    let (second, microsecond, [_, _, _, hours, _, _, minutes, _], misfit_3) = match rest.len() {
        16 => {
            let ([_, second, _, _, high, _, middle, _], misfit_3) =
                SECOND_FRACTION.read(*rest.first_chunk()?);
            let (pairs, misfit_4) = FRACTION_OFFSET.read(end);
            let microsecond = (u32::from(high) * 100 + u32::from(middle)) * 100 + u32::from(pairs[0]);
            (second, microsecond, pairs, misfit_3 | misfit_4)
        }
        9 if rest[0] == b':' => {
            let (pairs, misfit) = SECOND_OFFSET.read(end);
            (pairs[0], 0, pairs, misfit)
        }
        _ => return None,
    };

    // `Word` checks only the upper limits, and for the day only that it is at most 31.
    let year = u16::from(century) * 100 + u16::from(year);
    let is_date =
        year > 0 && month > 0 && day > 0 && (day <= 28 || day <= calendar::days_in_month(year, month));
    if !fits(misfit_1 | misfit_2 | misfit_3) || !is_date {
        return None;
    }
    // Minus zero is UTC.
    let negative = negative && (hours > 0 || minutes > 0);
    let offset = Some(UtcOffset { negative, hours, minutes, seconds: 0, microseconds: 0 });
    Some(DateTime { year, month, day, hour, minute, second, microsecond, offset })
}
