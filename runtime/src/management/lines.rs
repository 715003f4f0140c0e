//! Reads JSON lines from standard input and writes one answer for each.

use std::io::{self, BufRead, BufReader, Write};

use serde::Deserialize;
use serde_json::json;

use super::result::{CommandError, CommandResult, Done};
use crate::json::problem_in;

/// The reason why the answer to a line is an error.
pub(super) enum NoAnswer {
    /// The line is not what the command reads.
    BadLine(String),
    /// The line is well-formed, and the command refuses its value.
    Refused(String),
}

/// Writes the answer to each line of standard input.
pub(super) fn answer_all(
    out: &mut dyn Write,
    mut answer: impl FnMut(&str) -> Result<String, NoAnswer>,
) -> CommandResult {
    let mut input = BufReader::with_capacity(64 * 1024, io::stdin().lock());
    let mut done = Done::Clean;
    let mut line = Vec::new();
    for number in 1_u64.. {
        if input.buffer().is_empty() {
            // The writer may wait for these answers before it sends the next line.
            out.flush()?;
        }
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        if read.map_err(|error| CommandError::new(format!("cannot read standard input: {error}")))? == 0 {
            break;
        }
        let text = text_of(&line, number).and_then(&mut answer).unwrap_or_else(|error| {
            done = Done::WithFindings;
            match error {
                NoAnswer::BadLine(error) => json!({"error": error, "line": number}).to_string(),
                NoAnswer::Refused(error) => json!({"error": error}).to_string(),
            }
        });
        writeln!(out, "{}", escape_line_breaks(text))?;
    }
    Ok(done)
}

/// Decodes line `number`, without its line break.
fn text_of(line: &[u8], number: u64) -> Result<&str, NoAnswer> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = str::from_utf8(line).map_err(|error| {
        NoAnswer::BadLine(format!("the line is not UTF-8 (byte {})", error.valid_up_to()))
    })?;
    // Tools on Windows write a byte order mark before the first line.
    let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
    if text.trim_ascii().is_empty() {
        return Err(NoAnswer::BadLine("the line is blank".to_owned()));
    }
    Ok(text)
}

/// Parses the object on a line as the struct that a command reads.
pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, NoAnswer> {
    // serde would also accept an array with the fields' values in order.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(NoAnswer::BadLine("the line is not a JSON object".to_owned()));
    }
    serde_json::from_str(text).map_err(|error| {
        NoAnswer::BadLine(format!("column {}: {}", error.column(), problem_in(text, &error)))
    })
}

/// Escapes the non-ASCII characters that some readers take for line breaks, Python's `splitlines` among them. In JSON they
/// occur only in strings.
pub(super) fn escape_line_breaks(json: String) -> String {
    if json.is_ascii() {
        return json;
    }
    json.replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
