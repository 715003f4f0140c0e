//! Observers of messages: log lines, the report of a consumer, and callbacks of users.
//!
//! Producers and consumers report each step here, and do not depend on particular observers. An observer may use `wire`
//! and `broker`.

mod log;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

pub(super) use log::Log;

pub(super) use super::thread::spawn;
use super::{
    broker::{BusError, Lost},
    wire::{Entry, EntryId, Envelope, Failure},
};
use crate::{
    event::AnyEvent,
    metadata::EventsMetadata,
    receiver::{FullName, ReceiverError},
};

/// Something that happened to a message, or to the broker.
pub(super) enum Observation<'a> {
    /// The broker confirmed a message.
    Sent { envelope: &'a Envelope, entry_id: &'a EntryId },
    /// A message was not delivered.
    NotSent { envelope: &'a Envelope, error: &'a BusError },
    /// A consumer decoded a message, whose receivers run next.
    Received { entry: &'a Entry, event: AnyEvent<'a>, metadata: &'a EventsMetadata },
    /// All receivers of a message have succeeded.
    Handled { entry: &'a Entry, metadata: &'a EventsMetadata },
    /// A message was acknowledged, because no receiver of this program takes its type.
    WithoutReceiver { entry: &'a Entry },
    /// A message was acknowledged, because its type was not requested or is unknown (then with the reason).
    Skipped { entry: &'a Entry, reason: Option<&'a Failure> },
    /// An attempt at a message failed.
    Failed,
    /// A message will be tried again.
    Retried,
    /// A message failed and was acknowledged, as `OnError::Acknowledge` asks for.
    GivenUp { entry: &'a Entry, failure: &'a Failure },
    /// A message was stored among the dead letters.
    DeadLettered { entry: &'a Entry, failure: &'a Failure },
    /// The broker dropped entries before they were acknowledged.
    Lost(&'a Lost),
    /// The broker handed entries that are in flight to other members.
    Revoked(&'a [EntryId]),
    /// The consumer ended, and gave messages back that it had read and not finished, each with the number of its attempts.
    Returned(&'a [(EntryId, u32)]),
    /// The consumer pauses, because a receiver cannot work. The first try is after this time.
    Paused { outage: &'a Outage, replay: &'a str, first_try: Duration },
    /// The pause has ended.
    Resumed { outage: &'a Outage, replay: &'a str, resumed: Resumed },
    /// The broker warns the operator.
    Noted(&'a str),
    /// A call of the broker failed. `is_new` is false while calls fail for a reason that was told before.
    BrokerFailed { doing: &'static str, error: &'a BusError, is_new: bool },
    /// The broker works again after this time.
    BrokerWorks(Duration),
}

/// A receiver that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outage {
    pub(super) receiver: FullName,
    pub(super) error: String,
    /// The number of messages that were given up before the pause. The command `replay` replays them.
    pub(super) given_up: u32,
}

/// The end of a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resumed {
    pub(super) why: Resumption,
    /// How long it was.
    pub(super) time: Duration,
    /// How often a message was tried.
    pub(super) tries: u32,
}

/// Why a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumption {
    /// The receiver handled the message that was tried.
    Works,
    /// That message failed in another way.
    FailedOtherwise,
    /// The broker took back all messages that could be tried.
    NothingLeft,
}

/// Observes messages. It runs on the thread of the producer or consumer, so it must be quick.
pub(super) trait Observer: Send + Sync {
    fn observe(&self, observation: &Observation<'_>);
}

/// The observers of one producer or consumer. A clone shares them.
#[derive(Clone)]
pub(super) struct Observers(Arc<[Box<dyn Observer>]>);

impl Observers {
    pub(super) fn new(observers: impl IntoIterator<Item = Box<dyn Observer>>) -> Self {
        Self(observers.into_iter().collect())
    }

    pub(super) fn tell(&self, observation: &Observation<'_>) {
        for observer in &*self.0 {
            observer.observe(observation);
        }
    }
}

/// A user's function for each event that is received.
pub(super) type Print = Arc<dyn Fn(AnyEvent<'_>, &EventsMetadata) + Send + Sync>;

/// Calls a user's function for each event that is received.
pub(super) struct EventCallback(pub(super) Print);

impl Observer for EventCallback {
    fn observe(&self, observation: &Observation<'_>) {
        if let Observation::Received { event, metadata, .. } = observation {
            // A panic here must not keep the receivers from running.
            let printed = catch_unwind(AssertUnwindSafe(|| (self.0)(*event, metadata)));
            if let Err(payload) = printed {
                let error = ReceiverError::panicked(payload).chain();
                tracing::error!(message_id = %metadata.id, error, "the event could not be printed");
            }
        }
    }
}
