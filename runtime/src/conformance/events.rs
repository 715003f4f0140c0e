//! The events that the cases send.
//!
//! The registry finds them by their types and does not list them. `test` is a reserved top-level domain, so no organisation
//! has event types like these.

use bytes::Bytes;

use crate::event;

/// Sent when an item was added to a list. Items of one list stay in order.
#[event(type = "test.openedx_events.conformance.item.added.v1", key = list)]
pub(super) struct ItemAdded {
    /// The run of a case. Cases share the process, so each looks only at events of its own run.
    pub(super) run: i64,
    /// The number of the item in its case.
    pub(super) number: i64,
    /// The list.
    pub(super) list: String,
    /// The content of the item.
    pub(super) content: Bytes,
}

/// Sent when an item was removed. This event has no key.
#[event(type = "test.openedx_events.conformance.item.removed.v1")]
pub(super) struct ItemRemoved {
    /// The run of a case.
    pub(super) run: i64,
    /// The number of the item in its case.
    pub(super) number: i64,
}

/// Sent when an item was produced, by the cases about producing.
#[event(type = "test.openedx_events.conformance.item.produced.v1")]
pub(super) struct ItemProduced {
    /// The run of a case.
    pub(super) run: i64,
    /// The number of the item in its case.
    pub(super) number: i64,
}

/// Sent when an item was added, by the cases about batches. This event has no key.
#[event(type = "test.openedx_events.conformance.item.batched.v1")]
pub(super) struct ItemBatched {
    /// The run of a case.
    pub(super) run: i64,
    /// The number of the item in its case.
    pub(super) number: i64,
}

/// Sent when an item was added, by the cases about batches that are never complete. This event has no key.
#[event(type = "test.openedx_events.conformance.item.held.v1")]
pub(super) struct ItemHeld {
    /// The run of a case.
    pub(super) run: i64,
    /// The number of the item in its case.
    pub(super) number: i64,
}

/// Sent when an item was added, by the cases about batches that are never complete and another receiver. This event has no key.
#[event(type = "test.openedx_events.conformance.item.checked.v1")]
pub(super) struct ItemChecked {
    /// The run of a case.
    pub(super) run: i64,
    /// The number of the item in its case.
    pub(super) number: i64,
}

/// Sent when an item was ignored. No case connects a receiver to this event.
#[event(type = "test.openedx_events.conformance.item.ignored.v1")]
pub(super) struct ItemIgnored {
    /// The number of the item in its case.
    pub(super) number: i64,
}
