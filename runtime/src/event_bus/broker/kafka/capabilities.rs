//! The capabilities of the bus on Kafka.

use crate::event_bus::broker::Capability;

pub(super) fn can(capability: Capability) -> bool {
    !matches!(
        capability,
        Capability::ShareMessages
            | Capability::ClaimEntries
            | Capability::LimitDeadLetterCount
            // The topic has a retention time, but brokers drop whole files, and say nothing.
            | Capability::LimitDeadLetterAge
            | Capability::OmitId
            // As in Python, an empty header is a value.
            | Capability::EmptyHeaders
    )
}
