//! The kinds of values: how each is read, and the message about a wrong one.

use std::time::Duration;

use serde_json::Value;

/// About 31 years: adding a longer time to the current one can overflow the clock.
pub(in crate::event_bus) const LONGEST: Duration = Duration::from_secs(1_000_000_000);

/// A value that is set.
#[derive(Clone, Copy)]
pub(in crate::event_bus) struct Given<'a> {
    pub(in crate::event_bus) value: &'a Value,
    /// Whether it is the string of an environment variable.
    pub(in crate::event_bus) is_variable: bool,
}

/// Reads a value of one kind. The error is the message of a finding.
pub(in crate::event_bus) type Kind<T> = fn(Given<'_>) -> Result<T, String>;

/// Names the value in a message. Only for settings that hold no secrets.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::String(text) => format!("the string {}", shown(text)),
        other => kind(other).to_owned(),
    }
}

/// Puts a string in backticks. Hides URLs: one that was written to the wrong setting may have a password.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        _ if text.contains("://") => "`…` (a URL)".to_owned(),
        Some((end, _)) => format!("`{}…`", text[..end].escape_debug()),
        None => format!("`{}`", text.escape_debug()),
    }
}

/// Names the type of a value, without the value.
pub(in crate::event_bus) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

pub(in crate::event_bus) fn string(given: Given<'_>) -> Result<String, String> {
    match given.value {
        Value::String(text) => Ok(text.clone()),
        other => Err(format!(
            "expected a string, found {}\nhelp: put quotes around it, or leave it out",
            kind(other)
        )),
    }
}

/// Reads a boolean. In an environment variable, `true`, `yes`, `on` and `1`, `false`, `no`, `off` and `0` are booleans as well.
pub(in crate::event_bus) fn boolean(given: Given<'_>) -> Result<bool, String> {
    let note = match given.value {
        Value::Bool(value) => return Ok(*value),
        Value::String(text) if given.is_variable => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => return Ok(true),
            "false" | "no" | "off" | "0" => return Ok(false),
            _ => "",
        },
        Value::String(_) => "\nnote: to Python, every string except the empty one is true, even `\"false\"`",
        _ => "",
    };
    let unquoted = if given.is_variable { "" } else { ", without quotes" };
    Err(format!(
        "expected `true` or `false`, found {}{note}\nhelp: write `true` or `false`{unquoted}",
        found(given.value)
    ))
}

/// Reads a whole number, at least `LEAST`. A string is accepted as well, because templates and the environment turn numbers
/// into strings.
pub(in crate::event_bus) fn count<N: TryFrom<u64>, const LEAST: u64>(given: Given<'_>) -> Result<N, String> {
    let number = match given.value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| *number >= LEAST).and_then(|number| number.try_into().ok());
    number.ok_or_else(|| {
        let bits = 8 * size_of::<N>();
        format!(
            "expected a whole number from {LEAST} to {}, found {}\nhelp: write the number without quotes or unit, or leave \
             the setting out to use its default",
            u64::MAX >> (64 - bits),
            found(given.value)
        )
    })
}

/// Converts `10000.0` to 10000, like Python's `int`, in the range in which floats represent every integer.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number)).then_some(number as u64)
}

/// Reads a limit. 0 means no limit, as in Python.
pub(super) fn limit(given: Given<'_>) -> Result<Option<u32>, String> {
    count::<u32, 0>(given).map(|limit| Some(limit).filter(|limit| *limit > 0))
}

pub(super) fn milliseconds(given: Given<'_>) -> Result<Duration, String> {
    count::<u64, 1>(given).map(Duration::from_millis)
}

/// Reads a time in seconds, whole or not. A string is accepted as well.
pub(in crate::event_bus) fn seconds(given: Given<'_>) -> Result<Duration, String> {
    time(given.value, "from 0 to", |_| true)
}

/// Reads a time in seconds above zero.
pub(in crate::event_bus) fn positive_seconds(given: Given<'_>) -> Result<Duration, String> {
    time(given.value, "above 0 and at most", |time| !time.is_zero())
}

fn time(value: &Value, range: &str, is_allowed: fn(&Duration) -> bool) -> Result<Duration, String> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| (0.0..=LONGEST.as_secs_f64()).contains(number));
    number.map(Duration::from_secs_f64).filter(is_allowed).ok_or_else(|| {
        format!(
            "expected a number of seconds {range} {}, found {}\nhelp: write the seconds as a number, such as `2` or `0.5`, \
             or leave the setting out to use its default",
            LONGEST.as_secs(),
            found(value)
        )
    })
}
