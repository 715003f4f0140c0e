//! Capabilities: the features that some buses lack.

use std::fmt;

/// A feature that some buses lack.
///
/// The conformance suite does not run the cases that need a capability which the bus lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability {
    /// Keeps the order only among messages with the same key, so the key fields of routes matter. A bus whose topics keep
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
    /// Knows [when](crate::event_bus::Entry::timestamp) it stored each entry, and lets a group begin
    /// [at a time](super::subscription::Start::At) and a member work [until a time](super::subscription::Subscription::until).
    StartAtTime,
    /// Limits the [number of dead letters](super::subscription::Subscription::dead_letter_max_len).
    LimitDeadLetterCount,
    /// Limits the [age of dead letters](super::subscription::Subscription::dead_letter_max_age).
    LimitDeadLetterAge,
    /// Drops old entries of a topic, so a group can lose some.
    DropEntries,
    /// Counts the entries that were dropped before a member had read them.
    CountLostEntries,
    /// Remembers the [replays](super::Operations::replaying) that run.
    RememberReplays,
    /// Takes messages without an id from other producers.
    OmitId,
    /// Treats an empty header as absent, which gets the consumer's default.
    EmptyHeaders,
    /// [Revokes](super::Polled::revoked) entries from a live member, for example when another one joins the group.
    RevokeEntries,
    /// Keeps the place of a member with a [`group_instance_id`](super::subscription::Subscription::group_instance_id) while it
    /// restarts.
    StaticMembers,
}

impl Capability {
    /// Returns whether a bus has this unless it says otherwise.
    pub(in crate::event_bus) fn is_usual(self) -> bool {
        !matches!(self, Self::OrderByKey | Self::RevokeEntries | Self::RememberReplays | Self::StaticMembers)
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
            Self::StartAtTime => "begin or end at a time",
            Self::LimitDeadLetterCount => "limit the number of dead letters",
            Self::LimitDeadLetterAge => "limit the age of dead letters",
            Self::DropEntries => "drop old entries",
            Self::CountLostEntries => "count lost entries",
            Self::RememberReplays => "remember the replays that run",
            Self::OmitId => "take messages without an id",
            Self::EmptyHeaders => "treat an empty header as absent",
            Self::RevokeEntries => "revoke entries",
            Self::StaticMembers => "keep the place of a member that restarts",
        })
    }
}
