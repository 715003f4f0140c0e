//! Why a bus could not do what it was asked to.

use std::{error::Error, fmt, sync::Arc};

use crate::avro::BoxError;

/// A failure of the bus itself: of its server, or of what this process may do there.
///
/// It names what was tried, and never holds data of an event.
#[derive(Clone)]
pub struct BusError {
    message: String,
    kind: Kind,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Transient,
    Lasting,
    GroupExists,
}

impl BusError {
    /// A failure that may pass by itself: a lost connection, a server that starts or fails over.
    pub fn transient(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Transient, source: None }
    }

    /// A failure that comes back until somebody changes something: wrong settings, missing rights.
    pub fn lasting(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Lasting, source: None }
    }

    /// A member that was to begin [after an entry](super::Start::After) finds its group there already, which stays
    /// where it is.
    #[must_use]
    pub fn group_exists(topic: &str, group: &str) -> Self {
        let message = format!("group `{group}` of topic `{topic}` exists, and stays where it is");
        Self { message, kind: Kind::GroupExists, source: None }
    }

    /// The same, with the error that caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.kind == Kind::Transient
    }

    /// Whether it is [`group_exists`](Self::group_exists).
    #[must_use]
    pub fn is_group_exists(&self) -> bool {
        self.kind == Kind::GroupExists
    }
}

/// The text of `Display` and those of its sources, which is what a `main` that returns it prints.
impl fmt::Debug for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self))
    }
}

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

/// The error's text and those of its sources, in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        // Some errors repeat their source in their own text.
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        source = error.source();
    }
    text
}
