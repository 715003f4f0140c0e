//! Results of commands, and their exit codes.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use crate::error::chain;
use crate::event_bus::{BusError, InstallError, ProduceError, settings::SettingsError};

pub(super) type CommandResult = Result<Done, CommandError>;

/// The success of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// The command did its work.
    Clean,
    /// The command did its work, and found something that a script should notice.
    WithFindings,
}

/// Why a command failed.
#[derive(Debug)]
pub(super) enum CommandError {
    /// The message, without `error: `, and the exit code.
    Message(String, u8),
    /// The reader of the output closed it, and would not see a message.
    ClosedPipe,
}

impl Done {
    pub(super) fn exit_code(self) -> ExitCode {
        match self {
            Self::Clean => ExitCode::SUCCESS,
            Self::WithFindings => 1.into(),
        }
    }
}

impl CommandError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self::with_code(message, 2)
    }

    pub(super) fn with_code(message: impl Into<String>, code: u8) -> Self {
        Self::Message(message.into(), code)
    }

    /// Prints the message to standard error and returns the exit code.
    pub(super) fn report(self) -> ExitCode {
        match self {
            Self::Message(message, code) => {
                // `eprintln!` panics if standard error is closed.
                let _ = writeln!(io::stderr(), "error: {message}");
                code.into()
            }
            // 128 + SIGPIPE, as a shell reports a program that this signal ended.
            Self::ClosedPipe => 141.into(),
        }
    }
}

/// An error of standard output. Other I/O errors need a path in their message.
impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::new(format!("cannot write to standard output: {error}")),
        }
    }
}

impl From<String> for CommandError {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

macro_rules! from_errors {
    ($($error:ty),*) => {$(
        impl From<$error> for CommandError {
            fn from(error: $error) -> Self {
                Self::new(chain(&error))
            }
        }
    )*};
}
from_errors!(BusError, InstallError, ProduceError, SettingsError);
