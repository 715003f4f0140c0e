//! How a command ends.

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

pub(super) type CommandResult = Result<Outcome, Failure>;

/// The command did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// And there is something in its output that a script should know of.
    Findings,
}

/// The command did not.
#[derive(Debug)]
pub(super) enum Failure {
    /// What there is to say, without `error: `, and the exit code.
    Message(String, u8),
    /// Nobody reads the output: there is nobody to tell.
    ClosedPipe,
}

impl Outcome {
    pub(super) fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Findings => 1.into(),
        }
    }
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self::with_code(message, 2)
    }

    pub(super) fn with_code(message: impl Into<String>, code: u8) -> Self {
        Self::Message(message.into(), code)
    }

    /// Says it on standard error.
    pub(super) fn report(&self) -> ExitCode {
        match self {
            Self::Message(message, code) => {
                // `eprintln!` panics where standard error is closed.
                let _ = writeln!(io::stderr(), "error: {message}");
                (*code).into()
            }
            // 128 + SIGPIPE: what a shell has from a program that this signal ended.
            Self::ClosedPipe => 141.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(message, _) => f.write_str(message),
            Self::ClosedPipe => f.write_str("nobody reads the output"),
        }
    }
}

/// Of writing to standard output; other errors want a path in their message.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::new(format!("cannot write to standard output: {error}")),
        }
    }
}
