//! Lines in, lines out.

use std::io::{self, BufRead, BufReader, Write};

use serde::{Deserialize, Serialize};

use super::outcome::{CommandResult, Failure, Outcome};
use crate::json::problem;

/// Why there is no answer to a line.
pub(super) enum NoAnswer {
    /// The line is not what the command reads.
    BadLine(String),
    /// It is, and the answer is that it is refused.
    Refused(String),
}

/// Writes the answer to each line of standard input.
pub(super) fn answer_all(
    out: &mut dyn Write,
    mut answer: impl FnMut(&str) -> Result<String, NoAnswer>,
) -> CommandResult {
    let mut input = BufReader::with_capacity(64 * 1024, io::stdin().lock());
    let mut outcome = Outcome::Done;
    let mut line = Vec::new();
    for number in 1_u64.. {
        if input.buffer().is_empty() {
            // The next line may be long in coming, from somebody who waits for this answer.
            out.flush()?;
        }
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        if read.map_err(|error| Failure::new(format!("cannot read standard input: {error}")))? == 0 {
            break;
        }
        let text = text_of(&line, number).and_then(&mut answer).unwrap_or_else(|error| {
            outcome = Outcome::Findings;
            error.to_json(number)
        });
        writeln!(out, "{}", escape_line_breaks(text))?;
    }
    Ok(outcome)
}

/// The text of line `number`.
fn text_of(line: &[u8], number: u64) -> Result<&str, NoAnswer> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = str::from_utf8(line).map_err(|error| {
        NoAnswer::BadLine(format!("the line is not UTF-8 (byte {})", error.valid_up_to()))
    })?;
    // Windows' tools put a byte order mark before a text.
    let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
    if text.trim_ascii().is_empty() {
        return Err(NoAnswer::BadLine("the line is blank".to_owned()));
    }
    Ok(text)
}

/// The object on a line, as the struct that a command reads.
pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, NoAnswer> {
    // An array would do for serde: the values of the fields in their order.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(NoAnswer::BadLine("the line is not a JSON object".to_owned()));
    }
    serde_json::from_str(text)
        .map_err(|error| NoAnswer::BadLine(format!("column {}: {}", error.column(), problem(&error))))
}

/// Characters that end a line for some readers, Python's `splitlines` among them. In JSON they are in strings only.
pub(super) fn escape_line_breaks(json: String) -> String {
    if json.is_ascii() {
        return json;
    }
    json.replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

impl NoAnswer {
    fn to_json(&self, line: u64) -> String {
        #[derive(Serialize)]
        struct ErrorLine<'a> {
            error: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            line: Option<u64>,
        }
        let (error, line) = match self {
            Self::BadLine(error) => (error, Some(line)),
            Self::Refused(error) => (error, None),
        };
        to_json(&ErrorLine { error, line })
    }
}

/// An answer of texts and numbers, which are always JSON.
pub(super) fn to_json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}
