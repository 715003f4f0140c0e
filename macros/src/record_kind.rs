//! The two kinds of records that users define.

use crate::rules::{self, Rule};

/// A payload or an event: the words that messages use for it, and its rule.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum RecordKind {
    Payload,
    Event,
}

impl RecordKind {
    /// Returns the name of the attribute.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Payload => "payload",
            Self::Event => "event",
        }
    }

    pub(crate) fn with_article(self) -> &'static str {
        match self {
            Self::Payload => "a payload",
            Self::Event => "an event",
        }
    }

    /// Returns the word for one of its fields.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Payload => "field",
            Self::Event => "data key",
        }
    }

    pub(crate) fn shape_rule(self) -> &'static Rule {
        match self {
            Self::Payload => &rules::PAYLOAD_SHAPE,
            Self::Event => &rules::EVENT_SHAPE,
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Payload => Self::Event,
            Self::Event => Self::Payload,
        }
    }
}
