//! Events that came from an event bus, receiver by receiver: a consumer tries again only those that failed.

use std::{any::Any, fmt, sync::Arc};

use super::{
    connection::{Connected, ConnectedAny},
    dispatch::drop_guarded,
};
use crate::{
    event::{AnyEvent, EventDefinition, SharedEvent},
    metadata::EventsMetadata,
    receiver::{AnyReceiver, Attempt, Delivery, ReceiverDefinition, Run, log_failure, run},
    responses::ReceiverHandle,
    scope::Scopes,
};

/// An event that came from an event bus, decoded, with the receivers that there were in that moment.
pub(crate) struct Incoming {
    definition: &'static EventDefinition,
    /// There until this is dropped.
    event: Option<SharedEvent>,
    metadata: EventsMetadata,
    receivers: Vec<Callee>,
}

/// A receiver of an event whose type is not known.
pub(crate) struct Callee {
    pub(super) handle: ReceiverHandle,
    pub(super) call: Call,
}

pub(super) enum Call {
    Linked(&'static dyn AnyReceiver),
    Connected(Arc<Connected>),
    Any(Arc<ConnectedAny>),
}

impl Incoming {
    pub(super) fn new(
        definition: &'static EventDefinition,
        event: SharedEvent,
        metadata: EventsMetadata,
        receivers: Vec<Callee>,
    ) -> Self {
        Self { definition, event: Some(event), metadata, receivers }
    }

    /// The event, without its type.
    pub(crate) fn event(&self) -> AnyEvent<'_> {
        AnyEvent::new(self.definition, self.data(), true)
    }

    fn data(&self) -> &(dyn Any + Send + Sync) {
        self.event.as_deref().unwrap_or(&())
    }

    /// The metadata that came with it.
    pub(crate) fn metadata(&self) -> &EventsMetadata {
        &self.metadata
    }

    /// The receivers, in the order in which they run.
    pub(crate) fn receivers(&self) -> impl ExactSizeIterator<Item = &ReceiverDefinition> {
        self.receivers.iter().map(|receiver| &*receiver.handle)
    }

    /// Runs the receiver with the number `index`. `None` if it is muted.
    ///
    /// A consumer says which `attempt` this is, and a failure is logged. Without one, the caller reports the failure.
    pub(crate) fn run(&self, index: usize, attempt: Option<Attempt<'_>>) -> Option<Run> {
        let Callee { handle, call } = &self.receivers[index];
        let delivery = Delivery { metadata: &self.metadata, from_event_bus: true };
        let run = run(handle, &Scopes::current(), attempt.is_some(), || match call {
            Call::Linked(receiver) => receiver.call(self.data(), delivery),
            Call::Connected(receiver) => (receiver.call)(self.data(), delivery),
            Call::Any(receiver) => (receiver.call)(self.event(), &self.metadata),
        })?;
        if let Err(error) = &run.result
            && attempt.is_some()
        {
            log_failure(handle, error, &self.metadata, attempt, run.duration);
        }
        Some(run)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        drop_guarded(self.event.take(), "an event panicked when it was dropped");
        let receivers = std::mem::take(&mut self.receivers);
        drop_guarded(receivers, "a disconnected receiver panicked when it was dropped");
    }
}

/// Names the type; the data may be personal.
impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("event_type", &self.definition.event_type())
            .field("id", &self.metadata.id)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "catalog"))]
mod tests {
    use crate::{
        Event, EventsMetadata, codec,
        learning::{data::*, signals::*},
        registry,
    };

    /// Panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("boom")
        }
    }

    #[test]
    fn a_receiver_that_panics_when_it_is_dropped_is_no_matter_of_the_consumer() {
        let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
        let user = UserData::builder().id(7).is_active(true).pii(pii).build();
        let bytes = codec::encode(&StudentRegistrationCompleted { user });
        let bomb = Bomb;
        let connection = STUDENT_REGISTRATION_COMPLETED.connect(move |_, _| {
            let _ = &bomb;
        });
        let metadata = EventsMetadata::of(StudentRegistrationCompleted::DEFINITION);
        let incoming = registry::receive(metadata, &bytes).unwrap();
        drop(connection);
        assert!(
            (0..incoming.receivers().len()).all(|index| incoming.run(index, None).unwrap().result.is_ok())
        );
        drop(incoming);
    }
}
