//! The argument `batch(max = 500, wait = "5s")`.

use syn::LitInt;

use crate::{
    args::{Arg, ArgValue, KnownArguments, hints},
    diagnostics::Problems,
};

pub(super) const EXAMPLE: &str = "batch(max = 500, wait = \"5s\")";

/// The largest `wait`, in milliseconds.
const LONGEST: u64 = 60 * 60 * 1000;

/// The argument. After a mistake in it, it has the defaults.
pub(super) struct BatchArgument {
    pub(super) max: u32,
    pub(super) wait_millis: u64,
}

impl Default for BatchArgument {
    fn default() -> Self {
        Self { max: 100, wait_millis: 1000 }
    }
}

impl BatchArgument {
    /// Reads `batch` or `batch(max = 500, wait = "5s")`, both of which are optional.
    pub(super) fn parse(arg: &Arg, problems: &mut Problems) -> Self {
        let mut batch = Self::default();
        if matches!(arg.value, ArgValue::Flag) {
            return batch;
        }
        if let ArgValue::List(tokens) = &arg.value
            && let Ok(number) = syn::parse2::<LitInt>(tokens.clone())
        {
            problems.mistake(&number, "expected an argument name", format!("write `max = {number}`"));
            return batch;
        }
        let mut known = KnownArguments::new("`batch`", &["max", "wait"], hints::of_batch);
        for arg in arg.list(EXAMPLE, problems) {
            if !known.accept(&arg, problems) {
                continue;
            }
            match arg.name.to_string().as_str() {
                "max" => batch.max = arg.integer(1, 10_000, "max = 500", problems).unwrap_or(batch.max),
                _ => batch.wait_millis = parse_wait(&arg, problems).unwrap_or(batch.wait_millis),
            }
        }
        batch
    }
}

/// Reads `wait = "5s"`.
fn parse_wait(arg: &Arg, problems: &mut Problems) -> Option<u64> {
    const HELP: &str = "write `wait = \"5s\"`; the units are `ms`, `s`, `m` and `h`";
    let written = arg.string("wait = \"5s\"", problems)?;
    let value = written.value();
    match milliseconds(&value) {
        Some(millis) if (1..=LONGEST).contains(&millis) => return Some(millis),
        Some(_) => {
            let what = format!("`{value}` is not between 1 millisecond and 1 hour");
            problems.mistake(&written, what, HELP);
        }
        None if value.trim().chars().all(|char| char.is_ascii_digit()) => {
            let what = format!("`{}` has no unit of time", value.trim());
            problems.mistake(
                &written,
                what,
                format!("write `wait = \"{}s\"`; the units are `ms`, `s`, `m` and `h`", value.trim()),
            );
        }
        None => {
            let what = format!("`{}` is not a length of time", value.escape_debug());
            problems.mistake(&written, what, HELP);
        }
    }
    None
}

/// Parses a length of time, as in `500ms` or `1m30s`.
fn milliseconds(text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.find(|char: char| !char.is_ascii_digit())?;
        let number: u64 = rest[..unit].parse().ok()?;
        let end = rest[unit..].find(|char: char| char.is_ascii_digit()).map_or(rest.len(), |end| unit + end);
        let factor = match &rest[unit..end] {
            "ms" => 1,
            "s" => 1000,
            "m" => 60 * 1000,
            "h" => 60 * 60 * 1000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[end..];
    }
    (!text.is_empty()).then_some(total)
}
