//! Reads our messages from the `.stderr` of a case.

/// A message with a `help:` of ours.
pub(crate) struct Message {
    /// The mistake: the first line.
    pub(crate) what: String,
    /// What to write. Each help offers ways of its own.
    pub(crate) help: Vec<String>,
    /// The place, in lines and columns from 1.
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The messages of a case.
pub(crate) enum Messages {
    Ours(Vec<Message>),
    /// One of the messages is the compiler's own, so it has no help of ours.
    OfTheCompiler,
    /// The first line of one of our messages that has no help.
    WithoutHelp(String),
}

pub(crate) fn read(stderr: &str) -> Messages {
    let mut messages = Vec::new();
    let mut lines = stderr.lines();
    while let Some(line) = lines.next() {
        let Some(error) = line.strip_prefix("error") else { continue };
        let (code, what) = error.split_once(": ").unwrap_or_else(|| panic!("`{line}` is not a message"));
        let mut help = Vec::new();
        let place = loop {
            let next = lines.next().unwrap_or_else(|| panic!("`{line}` has no place"));
            if let Some(place) = next.trim_start().strip_prefix("--> ") {
                break place;
            }
            if let Some(text) = next.trim_start().strip_prefix("help: ") {
                help.push(text.to_owned());
            }
        };
        if help.is_empty() {
            let is_of_the_compiler = (!code.is_empty() && code != "[E0080]") || is_without_code(what);
            return if is_of_the_compiler {
                Messages::OfTheCompiler
            } else {
                Messages::WithoutHelp(what.to_owned())
            };
        }
        let mut place = place.rsplit(':').map(|number| number.parse().expect("a number"));
        let (column, line) = (place.next().expect("a column"), place.next().expect("a line"));
        let what = what.trim_start_matches("evaluation panicked: ").to_owned();
        messages.push(Message { what, help, line, column });
    }
    Messages::Ours(messages)
}

/// Returns whether it is a message of the compiler without a code.
fn is_without_code(what: &str) -> bool {
    [
        "expected one of",
        "expected `:`",
        "use of deprecated ",
        "key-value macro attributes",
        "enum is not supported",
        "future cannot be sent between threads safely",
    ]
    .iter()
    .any(|start| what.starts_with(start))
}
