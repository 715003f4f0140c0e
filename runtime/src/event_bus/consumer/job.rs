//! One message that a consumer handles. It is decoded once, and each attempt runs the receivers that have not succeeded
//! yet.

mod batch;

use std::{
    fmt,
    time::{Duration, Instant, SystemTime},
};

use super::{intake::Room, options::Options};
use crate::{
    avro::BoxError,
    error::chain,
    event::AnyEventError,
    event_bus::{
        observe::{Observation, Observers},
        wire::{Entry, EntryId, Failure, Message},
    },
    former,
    receiver::{Attempt, FullName, ReceiverDefinition},
    registry,
    signal::Incoming,
};

/// A message, and the receivers that it still needs.
pub(super) struct Job {
    pub(super) entry: Entry,
    /// Stands for the key of the message. Messages with the same key are handled in order.
    pub(super) key: u64,
    /// Its place among the messages that were received, which is in the order of the topic.
    pub(super) order: u64,
    decoded: Option<DecodedEvent>,
    /// Receivers that failed permanently.
    given_up: Vec<FailedReceiver>,
    first: Option<SystemTime>,
    max_attempts: u32,
    /// Whether all receivers are batch receivers: then no attempt begins before a batch is complete.
    has_only_batches: bool,
    /// Whether the broker knows that the next attempt begins.
    is_stored: bool,
    /// Whether the next attempt only tries whether a receiver works again. Such an attempt does not count.
    is_probe: bool,
    /// The receivers that succeeded in the last attempt, if anybody asks.
    pub(super) succeeded: Option<Vec<FullName>>,
    /// The room that the message takes among those that were read.
    _room: Room,
}

struct DecodedEvent {
    incoming: Box<Incoming>,
    /// The numbers of the receivers that have not succeeded.
    left: Vec<usize>,
}

/// A receiver that failed, and its error.
#[derive(Clone)]
pub(super) struct FailedReceiver {
    name: String,
    error: String,
}

pub(super) enum AttemptOutcome {
    /// All receivers have succeeded.
    Handled,
    /// The receivers that are left are batch receivers.
    Collect,
    /// No receiver of this program takes the event type.
    NoReceiver,
    /// These receivers failed, and may succeed another time.
    Failed(Failure, Vec<FullName>),
    /// A receiver cannot work at the moment.
    Unavailable(Failure, Box<Unavailable>),
    /// Another attempt cannot help: receivers failed permanently, or the message cannot be read.
    Hopeless(Failure),
    /// This program does not know the event type.
    UnknownType(Failure),
}

/// A receiver that cannot work at the moment, and when it wants to be tried again.
pub(super) struct Unavailable {
    pub(super) receiver: FullName,
    pub(super) error: String,
    pub(super) wait: Option<Duration>,
}

impl Job {
    pub(super) fn new(entry: Entry, key: u64, max_attempts: u32, room: Room) -> Self {
        let has_only_batches = entry.message.event_type().is_some_and(registry::has_only_batches);
        Self {
            entry,
            key,
            order: 0,
            decoded: None,
            given_up: Vec::new(),
            first: None,
            max_attempts,
            has_only_batches,
            is_stored: false,
            is_probe: false,
            succeeded: None,
            _room: room,
        }
    }

    /// Returns whether the broker must learn of the next attempt before a lane takes the message.
    pub(super) fn must_be_stored(&self) -> bool {
        self.attempt_must_be_stored() && !(self.has_only_batches && self.may_wait())
    }

    /// Returns whether the message may wait for others, to form a batch. A message that failed is alone.
    fn may_wait(&self) -> bool {
        self.entry.attempt == 1 && !self.is_probe
    }

    /// Returns whether the broker must learn of the next attempt before it begins.
    ///
    /// Otherwise, a message that crashes the process again and again would never become a dead letter. The first attempt of a
    /// new message is not stored, because that would cost a call for each message: if it crashes the process, it does not
    /// count, unless it is the only attempt that the message has.
    pub(super) fn attempt_must_be_stored(&self) -> bool {
        let counts = self.entry.is_redelivered || self.max_attempts == 1;
        counts && !self.is_stored && !self.is_probe && self.entry.attempt <= self.max_attempts
    }

    /// Notes that the broker knows of the next attempt.
    pub(super) fn stored(&mut self) {
        self.is_stored = true;
    }

    /// Goes on to the next attempt, which the broker knows.
    pub(super) fn next_attempt(&mut self) {
        self.entry.attempt += 1;
        self.is_stored = true;
        self.is_probe = false;
    }

    /// Takes back an attempt that has not begun.
    pub(super) fn not_begun(&mut self) {
        self.is_stored = false;
    }

    /// Takes the last attempt back: it does not count. If the broker knew of it, it must learn of it again.
    pub(super) fn hold(&mut self) {
        self.entry.is_redelivered |= self.entry.attempt > 1;
        (self.is_stored, self.is_probe) = (false, false);
    }

    /// Makes the next attempt one that does not count.
    pub(super) fn probe(&mut self) {
        self.is_probe = true;
    }

    pub(super) fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Returns the number of attempts that have begun while no lane runs the message.
    pub(super) fn begun(&self) -> u32 {
        if self.is_stored { self.entry.attempt } else { self.entry.attempt.saturating_sub(1) }
    }

    /// Makes an attempt. `begin` is called before each receiver; an async one is cancelled after `receiver_timeout`.
    pub(super) fn run(
        &mut self,
        observers: &Observers,
        options: &Options,
        receiver_timeout: Duration,
        mut begin: impl FnMut(&ReceiverDefinition, &EntryId),
    ) -> AttemptOutcome {
        self.first.get_or_insert_with(SystemTime::now);
        if self.entry.attempt > self.max_attempts {
            return AttemptOutcome::Hopeless(self.never_finished());
        }
        if self.decoded.is_none() {
            if !options.decode_all && self.has_no_receiver() {
                return AttemptOutcome::NoReceiver;
            }
            match self.decode(observers) {
                Ok(decoded) => self.decoded = Some(decoded),
                Err(outcome) => return outcome,
            }
        }
        let Some(DecodedEvent { incoming, left }) = &mut self.decoded else {
            return AttemptOutcome::NoReceiver;
        };
        if left.is_empty() {
            return AttemptOutcome::NoReceiver;
        }
        let (mut failed, mut names, mut unavailable) = (Vec::new(), Vec::new(), None);
        let may_wait = self.entry.attempt == 1 && !self.is_probe;
        left.retain(|&index| {
            if may_wait && incoming.batch_receiver(index).is_some() {
                return true;
            }
            let Some(receiver) = incoming.receivers().nth(index) else { return false };
            let name = receiver.full_name();
            let started = Instant::now();
            begin(receiver, &self.entry.id);
            let attempt = Attempt { entry_id: self.entry.id.as_str(), number: self.entry.attempt, started };
            let Some(Err(error)) = incoming.run(index, Some(attempt), receiver_timeout) else {
                self.succeeded.iter_mut().for_each(|succeeded| succeeded.push(name));
                return false;
            };
            let failure = FailedReceiver { name: name.to_string(), error: error.chain() };
            if error.is_permanent() {
                self.given_up.push(failure);
                return false;
            }
            if error.is_unavailable() {
                let wait = error.wait();
                unavailable.get_or_insert(Unavailable { receiver: name, error: failure.error.clone(), wait });
            }
            names.push(name);
            failed.push(failure);
            true
        });
        // Receivers may share a name.
        self.succeeded.iter_mut().for_each(|succeeded| succeeded.retain(|name| !names.contains(name)));
        if let Some(unavailable) = unavailable {
            AttemptOutcome::Unavailable(self.failure(&failed), Box::new(unavailable))
        } else if !failed.is_empty() {
            AttemptOutcome::Failed(self.failure(&failed), names)
        } else if !left.is_empty() {
            AttemptOutcome::Collect
        } else if self.given_up.is_empty() {
            observers.tell(&Observation::Handled { entry: &self.entry, metadata: incoming.metadata() });
            AttemptOutcome::Handled
        } else {
            AttemptOutcome::Hopeless(self.failure(&[]))
        }
    }

    /// Avoids decoding events without a receiver.
    fn has_no_receiver(&self) -> bool {
        self.entry.message.event_type().and_then(registry::type_has_receivers) == Some(false)
    }

    fn decode(&self, observers: &Observers) -> Result<DecodedEvent, AttemptOutcome> {
        let incoming = receive(&self.entry.message).map_err(|error| {
            let text = chain(&*error);
            match error.downcast_ref() {
                Some(AnyEventError::UnknownEventType { event_type }) => {
                    let gone = former::gone(event_type).map(|gone| format!("{text} ({gone})"));
                    AttemptOutcome::UnknownType(self.failure_of(gone.unwrap_or(text)))
                }
                _ => AttemptOutcome::Hopeless(self.failure_of(text)),
            }
        })?;
        observers.tell(&Observation::Received {
            entry: &self.entry,
            event: incoming.event(),
            metadata: incoming.metadata(),
        });
        let left = (0..incoming.receivers().len()).collect();
        Ok(DecodedEvent { incoming: Box::new(incoming), left })
    }

    /// Returns the failure of a message whose attempts have all begun and never finished.
    fn never_finished(&self) -> Failure {
        let attempts = self.entry.attempt.saturating_sub(1);
        let times = if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
        let error = format!("begun {times} without finishing; a receiver may have crashed the process");
        Failure { attempts, ..self.failure_of(error) }
    }

    /// Returns the failure of the receivers that were given up and of those that `failed`.
    fn failure(&self, failed: &[FailedReceiver]) -> Failure {
        let all = || self.given_up.iter().chain(failed);
        let error = all().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Failure { receivers: all().map(|receiver| receiver.name.clone()).collect(), ..self.failure_of(error) }
    }

    /// Returns a failure that no receiver caused.
    pub(super) fn failure_of(&self, error: String) -> Failure {
        let now = SystemTime::now();
        Failure {
            error,
            receivers: Vec::new(),
            attempts: self.entry.attempt,
            first: self.first.unwrap_or(now),
            last: now,
        }
    }
}

/// Decodes the event in a message, and finds its receivers.
pub(super) fn receive(message: &Message) -> Result<Incoming, BoxError> {
    let (metadata, absent) = message.metadata()?;
    if !absent.is_empty() {
        let event_type = &*metadata.event_type;
        tracing::warn!(message_id = %metadata.id, event_type, ?absent, "the message lacks headers: defaults take their place");
    }
    let event_data = message.current_event_data(&metadata)?;
    registry::receive(metadata, &event_data)
}

impl fmt::Display for FailedReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.error)
    }
}
