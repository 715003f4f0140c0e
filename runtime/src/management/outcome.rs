//! How a command ends.

use std::{
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
    /// What there is to say, without `error: `.
    Message(String),
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
        Self::Message(message.into())
    }

    /// Says it on standard error.
    pub(super) fn report(&self) -> ExitCode {
        match self {
            Self::Message(message) => {
                // `eprintln!` panics where standard error is closed.
                let _ = writeln!(io::stderr(), "error: {message}");
                2.into()
            }
            // 128 + SIGPIPE: what a shell has from a program that this signal ended.
            Self::ClosedPipe => 141.into(),
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
