//! The errors of brokers.

use std::{error::Error, fmt, sync::Arc};

use crate::{avro::BoxError, error::debug_as_chain};

/// A failure of the bus itself, for example because its server cannot be reached or forbids a command.
///
/// The message names what was tried, and never contains data of an event.
#[derive(Clone)]
pub struct BusError {
    message: String,
    kind: ErrorKind,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorKind {
    Transient,
    Permanent,
    Refused,
    HeldBack,
    GroupExists,
}

impl BusError {
    /// Makes an error that may pass by itself, such as a lost connection or a server that is starting.
    pub fn transient(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: ErrorKind::Transient, source: None }
    }

    /// Makes an error that stays until an operator changes something, such as wrong settings or missing rights.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: ErrorKind::Permanent, source: None }
    }

    /// Makes the error of a message that the broker will never take, for example because it is too large. Background delivery
    /// gives it up at once, and sends messages with any other error again.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: ErrorKind::Refused, source: None }
    }

    /// Makes the error of a message that was not sent, because an earlier one failed and must not be overtaken. See
    /// [`EventBusProducer::begin`](super::EventBusProducer::begin).
    #[must_use]
    pub fn held_back() -> Self {
        let message = "an earlier message of the topic failed, and is sent again first".to_owned();
        Self { message, kind: ErrorKind::HeldBack, source: None }
    }

    /// Makes the error of a member that should begin [after an entry](super::Start::After) or
    /// [at a time](super::Start::At), but whose group exists and keeps its position.
    #[must_use]
    pub fn group_exists(topic: &str, group: &str) -> Self {
        let message = format!("group `{group}` of topic `{topic}` already exists and keeps its position");
        Self { message, kind: ErrorKind::GroupExists, source: None }
    }

    /// Makes the error of a call that needs a group which does not exist.
    #[must_use]
    pub fn no_group(topic: &str, group: &str) -> Self {
        Self::permanent(format!("topic `{topic}` has no group `{group}`"))
    }

    /// Adds the error that caused this one.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Returns whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, ErrorKind::Transient | ErrorKind::HeldBack)
    }

    /// Returns whether this is an error that [`refused`](Self::refused) made.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.kind == ErrorKind::Refused
    }

    /// Returns whether this is an error that [`held_back`](Self::held_back) made.
    #[must_use]
    pub fn is_held_back(&self) -> bool {
        self.kind == ErrorKind::HeldBack
    }

    /// Returns whether this is an error that [`group_exists`](Self::group_exists) made.
    #[must_use]
    pub fn is_group_exists(&self) -> bool {
        self.kind == ErrorKind::GroupExists
    }
}

debug_as_chain!(BusError);

impl fmt::Display for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for BusError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}
