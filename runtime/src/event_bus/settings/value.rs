//! Settings of each kind, read from a value.

use std::time::Duration;

use serde_json::Value;

use super::finding::{Findings, Place};
use crate::event_bus::broker::subscription::LONGEST;

/// What kind of value it is, for a message; of settings that are no secrets, with the value.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(value) => format!("`{value}`"),
        Value::String(text) => format!("the text {}", shown(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a table".to_owned(),
    }
}

/// A text, in backticks, for a message. A URL is not shown: one that was written to the wrong setting may have a
/// password.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        _ if text.contains("://") => "`…` (a URL)".to_owned(),
        Some((end, _)) => format!("`{}…`", text[..end].escape_debug()),
        None => format!("`{}`", text.escape_debug()),
    }
}

/// What kind of value it is, without the value.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

pub(super) fn text(place: &Place<'_>, value: &Value, findings: &mut Findings) -> Option<String> {
    if let Value::String(text) = value {
        return Some(text.clone());
    }
    findings.error(
        place,
        format!("a text is needed, found {}\nhelp: put quotes around it, or leave it out", kind(value)),
    );
    None
}

/// A boolean. A text is none, except from the environment, where `true`, `yes`, `on` and `1`, `false`, `no`,
/// `off` and `0` are, in any case.
pub(super) fn boolean(
    place: &Place<'_>,
    value: &Value,
    is_variable: bool,
    findings: &mut Findings,
) -> Option<bool> {
    match value {
        Value::Bool(value) => return Some(*value),
        Value::String(text) if is_variable => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => return Some(true),
            "false" | "no" | "off" | "0" => return Some(false),
            _ => {}
        },
        _ => {}
    }
    let note = if value.is_string() && !is_variable {
        "\nnote: Python takes every text but the empty one for true, `\"false\"` too"
    } else {
        ""
    };
    let unquoted = if is_variable { "" } else { ", without quotes" };
    findings.error(
        place,
        format!(
            "`true` or `false` is needed, found {}{note}\nhelp: write `true` or `false`{unquoted}",
            found(value)
        ),
    );
    None
}

/// A whole number, at least `least`; also as text, which templates and the environment make of numbers.
pub(super) fn count(place: &Place<'_>, value: &Value, least: u64, findings: &mut Findings) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| *number >= least);
    if number.is_none() {
        findings.error(
            place,
            format!(
                "a whole number from {least} to {} is needed, found {}\nhelp: write the number without quotes \
                 or unit, or leave the setting out for its default",
                u64::MAX,
                found(value)
            ),
        );
    }
    number
}

/// `10000.0` is 10000, as it is for Python's `int`, up to where floats have gaps.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number)).then_some(number as u64)
}

/// Whether a time may be 0.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Zero {
    Allowed,
    Refused,
}

/// A time in seconds, whole or not; also as text.
pub(super) fn seconds(
    place: &Place<'_>,
    value: &Value,
    zero: Zero,
    findings: &mut Findings,
) -> Option<Duration> {
    let longest = LONGEST.as_secs_f64();
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let time = number
        .filter(|number| (0.0..=longest).contains(number))
        .map(Duration::from_secs_f64)
        .filter(|time| zero == Zero::Allowed || !time.is_zero());
    if time.is_none() {
        let least = if zero == Zero::Allowed { "from 0" } else { "above 0, and at most" };
        let to = if zero == Zero::Allowed { " to" } else { "" };
        findings.error(
            place,
            format!(
                "a number of seconds {least}{to} {longest} is needed, found {}\nhelp: write the seconds as a \
                 number, as in `2` or `0.5`, or leave the setting out for its default",
                found(value)
            ),
        );
    }
    time
}
