//! Why an event of a type that is known only when the program runs could not be handled.

use std::{error::Error, fmt};

use super::EventDefinition;
use crate::{avro::DecodeError, json::JsonError};

/// Why JSON and Avro bytes of an event could not be turned into each other.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyEventError {
    /// The JSON is not the event's Avro record dictionary.
    Json(JsonError),
    /// The bytes are not the event's Avro form.
    Avro(DecodeError),
    /// The event is local only.
    NoWireForm(NoWireForm),
    /// No event definition of the program has this event type.
    #[non_exhaustive]
    UnknownEventType {
        /// The event type.
        event_type: String,
    },
}

impl fmt::Display for AnyEventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::Avro(error) => error.fmt(f),
            Self::NoWireForm(error) => error.fmt(f),
            Self::UnknownEventType { event_type } => {
                write!(f, "no event definition of this program has the event type `{event_type}`")
            }
        }
    }
}

/// The text is that of the error inside, and so is the source.
impl Error for AnyEventError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Json(error) => error.source(),
            Self::Avro(error) => error.source(),
            Self::NoWireForm(error) => error.source(),
            Self::UnknownEventType { .. } => None,
        }
    }
}

impl From<JsonError> for AnyEventError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<DecodeError> for AnyEventError {
    fn from(error: DecodeError) -> Self {
        Self::Avro(error)
    }
}

impl From<NoWireForm> for AnyEventError {
    fn from(error: NoWireForm) -> Self {
        Self::NoWireForm(error)
    }
}

/// The event is local only: it has no Avro bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoWireForm {
    event_type: &'static str,
    reason: &'static str,
}

impl NoWireForm {
    pub(crate) fn new(definition: &EventDefinition) -> Self {
        Self {
            event_type: definition.event_type(),
            reason: definition.local_only().unwrap_or("its definition has no wire form"),
        }
    }

    /// The reason that the event's definition gives.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reason
    }
}

impl fmt::Display for NoWireForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event `{}` stays in its process: {}", self.event_type, self.reason)
    }
}

impl Error for NoWireForm {}
