//! The functions of connected receivers, whatever the type of their closure.

use crate::{
    event::AnyEvent,
    metadata::EventsMetadata,
    receiver::{Called, Delivery, ReceiverError},
};

/// The function of a connected receiver.
pub(super) trait Receives: Send + Sync {
    fn call<'a>(&'a self, event: AnyEvent<'a>, delivery: Delivery<'a>) -> Called<'a>;
}

/// A connected closure that runs to its end when it is called.
pub(super) struct SyncClosure<F>(pub(super) F);

impl<F> Receives for SyncClosure<F>
where
    F: Fn(AnyEvent<'_>, &EventsMetadata) -> Result<(), ReceiverError> + Send + Sync,
{
    fn call<'a>(&'a self, event: AnyEvent<'a>, delivery: Delivery<'a>) -> Called<'a> {
        Called::Done((self.0)(event, delivery.metadata.get()))
    }
}
