//! The errors of the schema registry.

use crate::event_bus::broker::BusError;

/// The code of a schema that the registry has and that cannot be used; the registry's own code for a wrong schema.
const UNUSABLE: i64 = 42201;

/// Why the registry did not return a usable answer.
#[derive(Clone, Debug)]
pub(in crate::event_bus::broker::kafka::bus) enum RegistryError {
    /// No server can be reached, or none can serve the request now. Nothing is known about the schema.
    Away(String),
    /// A server has answered, and its answer will stay the same until an operator changes something.
    Refused {
        /// The error code in the answer, or the HTTP status.
        code: i64,
        reason: String,
    },
}

impl RegistryError {
    pub(super) fn away(reason: impl Into<String>) -> Self {
        Self::Away(reason.into())
    }

    /// Makes the error of an answer that does not have the form that the registry promises. A proxy may have sent it.
    pub(super) fn unreadable(what: &str) -> Self {
        Self::Away(format!("the answer of the schema registry {what}"))
    }

    pub(super) fn unknown(id: u32) -> Self {
        Self::Refused { code: 40403, reason: format!("the schema registry has no schema with id {id}") }
    }

    pub(super) fn unusable(id: u32, reason: &str) -> Self {
        Self::Refused { code: UNUSABLE, reason: format!("the schema with id {id} {reason}") }
    }

    /// Returns whether the registry has answered that it has no schema with that id, or an unusable one. Any other error
    /// says nothing about the schema.
    pub(in crate::event_bus::broker::kafka::bus) fn has_no_schema(&self) -> bool {
        matches!(self, Self::Refused { code: 40403 | UNUSABLE, .. })
    }

    /// Returns the reason.
    pub(in crate::event_bus::broker::kafka::bus) fn reason(&self) -> &str {
        match self {
            Self::Away(reason) | Self::Refused { reason, .. } => reason,
        }
    }

    /// Returns whether the registry refuses the schema itself, and not the request.
    pub(in crate::event_bus::broker::kafka::bus) fn is_about_schema(&self) -> bool {
        // The codes of a registry begin with the HTTP status.
        matches!(self, Self::Refused { code: 409 | 422 | 40_900..=40_999 | 42_200..=42_299, .. })
    }

    /// Makes the error for users of the bus; `action` names what was tried.
    pub(in crate::event_bus::broker::kafka::bus) fn into_error(self, action: &str) -> BusError {
        match self {
            Self::Away(reason) => BusError::transient(format!("{action}: {reason}")),
            Self::Refused { reason, .. } => BusError::permanent(format!("{action}: {reason}")),
        }
    }
}
