//! What Kafka can do.

use crate::event_bus::broker::Capability;

pub(super) fn can(capability: Capability) -> bool {
    !matches!(
        capability,
        Capability::ShareMessages
            | Capability::ClaimEntries
            | Capability::LimitDeadLetterCount
            | Capability::RememberReplays
            | Capability::OmitId
    )
}
