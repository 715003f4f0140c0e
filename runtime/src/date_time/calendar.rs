//! Days of the proleptic Gregorian calendar.
//!
//! Years start in March here, so that the leap day is the last day of its year. Days count from 0000-03-01, so that
//! all days of the years 1 to 9999 are positive.

/// 1970-01-01.
pub(super) const UNIX_EPOCH: u32 = 719_468;
/// 0001-01-01.
const FIRST: u32 = 306;
/// 9999-12-31.
const LAST: u32 = 3_652_364;

const DAYS_IN_400_YEARS: u32 = 146_097;
const DAYS_IN_4_YEARS: u32 = 1_461;
/// Five months from March have 153 days: 31, 30, 31, 30, 31.
const DAYS_IN_5_MONTHS: u32 = 153;

/// Returns the number of days in a month, or 0 if the month does not exist.
pub(super) fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Returns the number of a day. The year must be 1 to 9999, and the month and the day valid.
pub(super) fn day_number(year: u16, month: u8, day: u8) -> u32 {
    let (year, month) = match month {
        ..3 => (u32::from(year) - 1, u32::from(month) + 9),
        _ => (u32::from(year), u32::from(month) - 3),
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let months = (month * DAYS_IN_5_MONTHS + 2) / 5;
    year * 365 + leap_days + months + u32::from(day) - 1
}

/// Returns the year, the month and the day of a number, or `None` outside the years 1 to 9999.
pub(super) fn date(day_number: u32) -> Option<(u16, u8, u8)> {
    if !(FIRST..=LAST).contains(&day_number) {
        return None;
    }
    // Counts in quarters of days, because an average year has 365 days and a quarter.
    let quarters = 4 * day_number + 3;
    let century = quarters / DAYS_IN_400_YEARS;
    let quarters = quarters % DAYS_IN_400_YEARS / 4 * 4 + 3;
    let year = century * 100 + quarters / DAYS_IN_4_YEARS;
    let fifths = quarters % DAYS_IN_4_YEARS / 4 * 5 + 2;
    let month = fifths / DAYS_IN_5_MONTHS;
    let day = fifths % DAYS_IN_5_MONTHS / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    // The numbers of a date fit. Checks would cost as much as the divisions.
    let [low, high, ..] = year.to_le_bytes();
    Some((u16::from_le_bytes([low, high]), month.to_le_bytes()[0], day.to_le_bytes()[0]))
}

/// Returns the day of the week, from 0 for Monday.
fn weekday(day_number: u32) -> u32 {
    // 0000-03-01 was a Wednesday.
    (day_number + 2) % 7
}

/// Returns the number of ISO 8601 weeks in a year: 53 if it begins or ends on a Thursday.
pub(super) fn weeks_in_year(year: u16) -> u8 {
    const THURSDAY: u32 = 3;
    let begins = weekday(day_number(year, 1, 1));
    let ends = weekday(day_number(year, 12, 31));
    if begins == THURSDAY || ends == THURSDAY { 53 } else { 52 }
}

/// Returns the number of a day in an ISO 8601 week. The week must be 1 to 53, the day 1 (Monday) to 7.
pub(super) fn week_day_number(year: u16, week: u8, day: u8) -> u32 {
    // The first week is the week with 4 January.
    let fourth = day_number(year, 1, 4);
    let monday = fourth - weekday(fourth);
    monday + (u32::from(week) - 1) * 7 + u32::from(day) - 1
}
