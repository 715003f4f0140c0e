//! Capabilities: the features that some buses lack.

use std::fmt;

/// A feature that some buses lack.
///
/// The conformance suite does not run the cases that need a capability which the bus lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability {
    /// Keeps messages with one key in order and others not, so the key fields of routes matter. A bus whose topics keep
    /// all their messages in order does not need keys.
    OrderByKey,
    /// Shares a topic among the members of a group message by message. A bus that shares partitions leaves members
    /// without messages if there are more members than partitions.
    ShareMessages,
    /// Hands the unacknowledged entries of a crashed member to another one after
    /// [`claim_older_than`](super::subscription::Subscription::claim_older_than).
    ClaimEntries,
    /// Lets a group begin [after an entry](super::subscription::Start::After).
    StartAfterEntry,
    /// Limits the [number of dead letters](super::subscription::Subscription::dead_letter_max_len).
    LimitDeadLetterCount,
    /// Limits the [age of dead letters](super::subscription::Subscription::dead_letter_max_age).
    LimitDeadLetterAge,
    /// Counts the entries that were dropped before a member had read them.
    CountLostEntries,
    /// Takes messages without an id from other producers.
    OmitId,
}

impl Capability {
    const ALL: [Self; 8] = [
        Self::OrderByKey,
        Self::ShareMessages,
        Self::ClaimEntries,
        Self::StartAfterEntry,
        Self::LimitDeadLetterCount,
        Self::LimitDeadLetterAge,
        Self::CountLostEntries,
        Self::OmitId,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Completes "the bus cannot …".
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OrderByKey => "order messages by key",
            Self::ShareMessages => "share a topic message by message",
            Self::ClaimEntries => "claim the entries of a crashed member after a given time",
            Self::StartAfterEntry => "start a group after an entry",
            Self::LimitDeadLetterCount => "limit the number of dead letters",
            Self::LimitDeadLetterAge => "limit the age of dead letters",
            Self::CountLostEntries => "count lost entries",
            Self::OmitId => "take messages without an id",
        })
    }
}

/// The set of capabilities of a bus: by default, all except [`Capability::OrderByKey`].
///
/// ```
/// use openedx_events::event_bus::{Capabilities, Capability};
///
/// let partitioned = Capabilities::default().with(Capability::OrderByKey).without(Capability::ShareMessages);
/// assert!(partitioned.can(Capability::OrderByKey) && partitioned.can(Capability::StartAfterEntry));
/// assert!(!partitioned.can(Capability::ShareMessages));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Capabilities(u16);

impl Capabilities {
    /// Adds a capability.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | capability.bit())
    }

    /// Removes a capability.
    #[must_use]
    pub const fn without(self, capability: Capability) -> Self {
        Self(self.0 & !capability.bit())
    }

    /// Returns whether the bus has a capability.
    #[must_use]
    pub const fn can(self, capability: Capability) -> bool {
        self.0 & capability.bit() != 0
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Capability::ALL.into_iter().fold(Self(0), Self::with).without(Capability::OrderByKey)
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Capability::ALL.into_iter().filter(|capability| self.can(*capability))).finish()
    }
}
