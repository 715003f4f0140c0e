//! Events that came from an event bus. A consumer runs their receivers one by one, and retries only those that failed.

use std::{fmt, time::Duration};

use super::receivers::Callee;
use crate::{
    event::{AnyEvent, EventDefinition, SharedEvent},
    metadata::{EventsMetadata, LazyMetadata},
    receiver::{Attempt, Delivery, Outcome, ReceiverDefinition, drop_guarded, log_failure, run},
    responses::ReceiverHandle,
    scope::Scopes,
};

/// A decoded event, with the receivers that it had when it was decoded.
pub(crate) struct Incoming {
    definition: &'static EventDefinition,
    /// `None` only while this is dropped.
    event: Option<SharedEvent>,
    metadata: EventsMetadata,
    receivers: Vec<(ReceiverHandle, Callee)>,
}

impl Incoming {
    pub(super) fn new(
        definition: &'static EventDefinition,
        event: SharedEvent,
        metadata: EventsMetadata,
        receivers: Vec<(ReceiverHandle, Callee)>,
    ) -> Self {
        Self { definition, event: Some(event), metadata, receivers }
    }

    /// Returns the event without its type.
    pub(crate) fn event(&self) -> AnyEvent<'_> {
        AnyEvent::new(self.definition, self.event.as_deref().unwrap_or(&()), true)
    }

    /// Returns the metadata that came with the event.
    pub(crate) fn metadata(&self) -> &EventsMetadata {
        &self.metadata
    }

    /// Returns the receivers in the order in which they run.
    pub(crate) fn receivers(&self) -> impl ExactSizeIterator<Item = &ReceiverDefinition> {
        self.receivers.iter().map(|(handle, _)| &**handle)
    }

    /// Runs the receiver at `index` in [`receivers`](Self::receivers). Returns `None` if it is muted.
    ///
    /// With an `attempt`, as consumers have it, a failure is logged, with the time that the run took. Without one, the caller reports
    /// the failure. An async receiver is cancelled after `timeout`.
    pub(crate) fn run(
        &self,
        index: usize,
        attempt: Option<Attempt<'_>>,
        timeout: Duration,
    ) -> Option<Outcome> {
        let (handle, callee) = &self.receivers[index];
        let metadata = LazyMetadata::given(self.definition, &self.metadata);
        let delivery = Delivery { metadata: &metadata, from_event_bus: true };
        let call = || callee.call(self.event(), delivery);
        let outcome = run(handle, &Scopes::current(), Some(timeout), call)?;
        if let (Err(error), Some(attempt)) = (&outcome, attempt) {
            log_failure(handle, error, &self.metadata, Some(attempt));
        }
        Some(outcome)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        drop_guarded(self.event.take(), "an event panicked when it was dropped");
        let receivers = std::mem::take(&mut self.receivers);
        drop_guarded(receivers, "a disconnected receiver panicked when it was dropped");
    }
}

/// Prints the type and the id. The data may be personal.
impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("event_type", &self.definition.event_type())
            .field("id", &self.metadata().id)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "catalog"))]
mod tests {
    use std::time::Duration;

    use crate::{
        Event, EventsMetadata, codec,
        learning::{data::*, signals::*},
        signal::AnySignal,
    };

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("boom")
        }
    }

    #[test]
    fn a_panic_in_a_receivers_destructor_does_not_reach_the_consumer() {
        let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
        let user = UserData::builder().id(7).is_active(true).pii(pii).build();
        let bytes = codec::encode(&StudentRegistrationCompleted { user });
        let bomb = Bomb;
        let connection = STUDENT_REGISTRATION_COMPLETED.connect(move |_, _| {
            let _ = &bomb;
        });
        let metadata = EventsMetadata::of(StudentRegistrationCompleted::DEFINITION);
        let signal: &'static dyn AnySignal = &STUDENT_REGISTRATION_COMPLETED;
        let event = signal.definition().decode(&bytes).unwrap();
        let incoming = signal.incoming(event, metadata);
        drop(connection);
        assert!(incoming.receivers().len() > 0);
        assert!(
            (0..incoming.receivers().len())
                .all(|index| incoming.run(index, None, Duration::MAX).unwrap().is_ok())
        );
        drop(incoming);
    }
}
