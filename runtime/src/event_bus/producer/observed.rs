//! The producer of a bus, with guards against its mistakes.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use crate::{
    event_bus::{
        broker::{AuditLog, Begun, BusError, EventBusProducer, OpenSend},
        observe::{Log, Observation, Observer, Observers},
        wire::{EntryId, Envelope},
    },
    receiver::ReceiverError,
};

/// The bus's producer, and the observers of its outcomes.
pub(super) struct ObservedProducer {
    bus: Arc<dyn EventBusProducer>,
    observers: Observers,
}

impl ObservedProducer {
    pub(super) fn new(bus: Arc<dyn EventBusProducer>, audit: Option<AuditLog>) -> Self {
        let log: Box<dyn Observer> = Box::new(Log::for_producer(audit));
        Self { bus, observers: Observers::new([log]) }
    }

    /// Sends `envelopes`. Returns one outcome for each of them, even if the bus returns fewer, or panics: neither the caller of
    /// a send nor the thread of background delivery may panic because of the bus.
    pub(super) fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>> {
        let sent = guarded(|| self.bus.send(envelopes, deadline));
        complete(sent, envelopes.len())
    }

    /// Begins to send `envelopes`.
    pub(super) fn begin(&self, envelopes: &Arc<[Envelope]>, deadline: Instant) -> Begun {
        match guarded(|| self.bus.begin(envelopes, deadline)) {
            Ok(Begun::Open(open)) => Begun::Open(open),
            Ok(Begun::Settled(outcomes)) => Begun::Settled(complete(Ok(outcomes), envelopes.len())),
            Err(panic) => Begun::Settled(complete(Err(panic), envelopes.len())),
        }
    }

    /// Waits for the outcomes of `count` messages. Returns `None` if they are still open at `deadline`.
    pub(super) fn wait(open: &mut dyn OpenSend, deadline: Instant, count: usize) -> Option<Outcomes> {
        match guarded(|| open.wait(deadline)) {
            Ok(waited) => waited.map(|outcomes| complete(Ok(outcomes), count)),
            Err(panic) => Some(complete(Err(panic), count)),
        }
    }

    /// Reports the final outcome of a message to the observers.
    pub(super) fn settled(
        &self,
        envelope: &Envelope,
        outcome: Result<EntryId, BusError>,
    ) -> Result<(), BusError> {
        match outcome {
            Ok(entry_id) => {
                self.observers.tell(&Observation::Sent { envelope, entry_id: &entry_id });
                Ok(())
            }
            Err(error) => {
                self.observers.tell(&Observation::NotSent { envelope, error: &error });
                Err(error)
            }
        }
    }
}

type Outcomes = Vec<Result<EntryId, BusError>>;

fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, ReceiverError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(ReceiverError::panicked)
}

/// Completes the outcomes of `count` messages.
fn complete(outcomes: Result<Outcomes, ReceiverError>, count: usize) -> Outcomes {
    let (mut outcomes, panic) = match outcomes {
        Ok(outcomes) => (outcomes, None),
        Err(panic) => (Vec::new(), Some(panic)),
    };
    outcomes.resize_with(count, || {
        Err(BusError::refused(match &panic {
            Some(panic) => format!("the bus {panic}"),
            None => "the bus returned no outcome for the message".to_owned(),
        }))
    });
    outcomes
}
