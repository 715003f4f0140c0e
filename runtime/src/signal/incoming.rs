//! Events that came from an event bus. A consumer runs their receivers one by one, and retries only those that failed.
//!
//! # Batch receivers
//!
//! This is the whole interface between consumers and batch receivers:
//!
//! * [`Incoming::receivers`] has the batch receivers of an event too, at the end of the linked ones. For the number of one,
//!   [`Incoming::batch_receiver`] returns a [`BatchReceiver`]; for the number of any other receiver, it returns `None`, and
//!   [`Incoming::run`] runs that receiver as always. `Incoming::run` also works for a batch receiver, with a batch of one.
//! * A `BatchReceiver` is `Copy` and can be compared: messages of one topic and one event type have equal ones, so a consumer keeps a
//!   list of messages for each. Its `limits()` say when a list is complete: `max` messages, or `wait` after the first of them came.
//! * [`run_batch`] calls it once for the messages of a list, in their order, and returns [`BatchOutcome`]:
//!   * `Each(outcomes)`: one outcome for each message, at the same position. The consumer treats each as it treats the outcome of
//!     `Incoming::run`: a message that failed is retried, given up or held, alone or in another batch; the others are through.
//!   * `Whole(error)`: the batch has two or more messages, and all failed together: the receiver returned an error for the whole batch,
//!     panicked, took too long, or named a position that the batch does not have. If the error `is_unavailable()`, the receiver's
//!     service is away, and the consumer pauses without a split: no message counts an attempt. Otherwise, the consumer calls
//!     `run_batch` with each half of the batch, first half first, until a call succeeds or has one message, whose outcome is `Each`.
//!     This is also right for an error that `is_permanent()`: one message is to blame, and it is permanent only for that message.
//! * Failures are logged here, if the items have attempts: one line for each message, or one line for the whole batch. Unavailable
//!   receivers are not: a consumer logs the beginning of its pause.

// A registered receiver is in a link section, and the attribute for that is `unsafe`.
#[allow(unsafe_code)]
#[cfg(all(test, feature = "catalog"))]
mod batch_tests;

use std::{fmt, sync::Arc, time::Duration};

use super::receivers::Callee;
use crate::{
    event::{AnyEvent, EventDefinition, SharedEvent},
    executor::forget_trouble,
    metadata::{EventsMetadata, LazyMetadata},
    receiver::{
        Attempt, BatchOutcome, BatchReceiver, Delivery, Outcome, ReceiverDefinition, ReceiverError,
        blame_runtime, drop_guarded, log_failure, run,
    },
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

    /// Returns the batch receiver at `index` in [`receivers`](Self::receivers), or `None` if another receiver is there.
    pub(crate) fn batch_receiver(&self, index: usize) -> Option<BatchReceiver> {
        match self.receivers.get(index)? {
            (_, Callee::Linked(receiver)) => BatchReceiver::new(*receiver),
            (_, Callee::Connected(_)) => None,
        }
    }

    /// Returns the event for a batch.
    pub(super) fn shared(&self) -> SharedEvent {
        self.event.clone().unwrap_or_else(|| Arc::new(()))
    }

    /// Runs the receiver at `index` in [`receivers`](Self::receivers). Returns `None` if it is muted.
    ///
    /// With an `attempt`, as consumers have it, a failure is logged, with the time that the run took. Without one, the caller reports
    /// the failure. An async receiver is cancelled after `timeout`. A batch receiver gets a batch of one.
    pub(crate) fn run(
        &self,
        index: usize,
        attempt: Option<Attempt<'_>>,
        timeout: Duration,
    ) -> Option<Outcome> {
        if let Some(receiver) = self.batch_receiver(index) {
            return match run_batch(receiver, &[BatchItem { incoming: self, attempt }], timeout) {
                BatchOutcome::Each(mut outcomes) => outcomes.pop(),
                BatchOutcome::Whole(error) => Some(Err(error)),
            };
        }
        let (handle, callee) = &self.receivers[index];
        let metadata = LazyMetadata::given(self.definition, &self.metadata);
        let delivery = Delivery { metadata: &metadata, from_event_bus: true };
        let call = || callee.call(self.event(), delivery);
        forget_trouble();
        let outcome = run(handle, &Scopes::current(), Some(timeout), call)?.map_err(blame_runtime);
        if let (Err(error), Some(attempt)) = (&outcome, attempt) {
            self.log_failure(index, error, attempt);
        }
        Some(outcome)
    }

    /// Logs the failure of the receiver at `index` in [`receivers`](Self::receivers). If it is unavailable, the consumer says so once,
    /// when it pauses.
    pub(crate) fn log_failure(&self, index: usize, error: &ReceiverError, attempt: Attempt<'_>) {
        if let Some((handle, _)) = self.receivers.get(index)
            && !error.is_unavailable()
        {
            log_failure(handle, error, &self.metadata, Some(attempt));
        }
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

/// A message in a batch.
#[derive(Clone, Copy)]
pub(crate) struct BatchItem<'a> {
    pub(crate) incoming: &'a Incoming,
    /// The consumer's attempt at it. Without one, the caller reports failures.
    pub(crate) attempt: Option<Attempt<'a>>,
}

/// Calls a batch receiver once with the events of all `items`, in their order. They must be of the event that it receives, as those
/// are whose [`Incoming::batch_receiver`] returned it. An async receiver is cancelled after `timeout`, which is for the whole batch.
///
/// The documentation of this file says what the caller does with the outcome. A panic of the receiver does not reach the caller.
pub(crate) fn run_batch(receiver: BatchReceiver, items: &[BatchItem<'_>], timeout: Duration) -> BatchOutcome {
    let events =
        items.iter().map(|item| (item.incoming.shared(), item.incoming.metadata().clone())).collect();
    forget_trouble();
    let outcome = match receiver.run(events, timeout) {
        BatchOutcome::Each(outcomes) => {
            BatchOutcome::Each(outcomes.into_iter().map(|outcome| outcome.map_err(blame_runtime)).collect())
        }
        BatchOutcome::Whole(error) => BatchOutcome::Whole(blame_runtime(error)),
    };
    match &outcome {
        BatchOutcome::Each(outcomes) => {
            for (outcome, item) in outcomes.iter().zip(items) {
                if let (Err(error), Some(attempt)) = (outcome, item.attempt)
                    && !error.is_unavailable()
                {
                    log_failure(receiver.definition(), error, item.incoming.metadata(), Some(attempt));
                }
            }
        }
        BatchOutcome::Whole(error) if error.is_unavailable() => {}
        BatchOutcome::Whole(error) => log_whole(receiver, error, items),
    }
    outcome
}

/// Logs the failure of a whole batch, but not the data of its events.
#[cold]
fn log_whole(receiver: BatchReceiver, error: &ReceiverError, items: &[BatchItem<'_>]) {
    let [BatchItem { attempt: Some(first), .. }, .., BatchItem { attempt: Some(last), .. }] = items else {
        return;
    };
    let definition = receiver.definition();
    tracing::error!(
        event_type = definition.event().event_type(),
        events = items.len(),
        first_entry_id = first.entry_id,
        last_entry_id = last.entry_id,
        receiver = %definition.full_name(),
        file = definition.file(),
        line = definition.line(),
        seconds = first.started.elapsed().as_secs_f64(),
        error = error.chain(),
        "receiver failed for a whole batch"
    );
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
