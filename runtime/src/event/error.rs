//! Errors about events whose type is known only at run time.

use std::{error::Error, fmt};

use super::EventDefinition;
use crate::{avro::DecodeError, json::JsonError};

/// An error in the conversion between an event's JSON and Avro bytes.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyEventError {
    /// The JSON is not the event's Avro record dictionary.
    Json(JsonError),
    /// The bytes are not the event's Avro form.
    Avro(DecodeError),
    /// The event is local only.
    NoWireForm(NoWireForm),
    /// The program has no event definition of this type.
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
                write!(f, "this program has no event definition of type `{event_type}`")
            }
        }
    }
}

/// Returns the source of the inner error, whose message this error shows.
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

/// An error about a local-only event, which has no Avro bytes.
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

    /// Returns the reason that the event's definition gives.
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
