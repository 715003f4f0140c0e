//! One message that a consumer handles. It is decoded once, and each attempt runs the receivers that have not succeeded
//! yet.

mod attempts;
mod batch;

use std::{
    fmt,
    time::{Duration, Instant, SystemTime},
};

use attempts::Hold;

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
    receiver::{Attempt, FullName, ReceiverDefinition, ReceiverError},
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
    /// When the first attempt began.
    first: Option<Instant>,
    max_attempts: u32,
    /// Whether all receivers are batch receivers: then no attempt begins before a batch is complete.
    has_only_batches: bool,
    /// Whether the broker knows that the next attempt begins.
    is_stored: bool,
    /// Why the message waits for the end of a pause. It is in a box because that is rare.
    hold: Option<Box<Hold>>,
    /// The receivers that failed in an attempt that only tried whether one works again, by their numbers, and when they were started.
    /// They are logged when it is known whether the pause goes on.
    failed_in_probe: Vec<(usize, ReceiverError, Instant)>,
    /// The receivers that succeeded in the last attempt, if they are needed.
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
    pub(super) receiver: FullName,
    error: String,
}

pub(super) enum AttemptOutcome {
    /// All receivers have succeeded.
    Handled,
    /// The receivers that are left are batch receivers.
    Collect,
    /// The receiver that was tried has finished, and others are left.
    GoOn,
    /// No receiver of this program takes the event type.
    NoReceiver,
    /// These receivers failed, and may succeed another time.
    Failed(Failure, Vec<FailedReceiver>),
    /// Receivers cannot work at the moment.
    Unavailable(Failure, Box<Unavailable>),
    /// Another attempt cannot help: receivers failed permanently, or the message cannot be read.
    Hopeless(Failure),
    /// This program does not know the event type.
    UnknownType(Failure),
}

/// Receivers that cannot work at the moment, with the error of the first one, and when to try that one again.
pub(super) struct Unavailable {
    pub(super) first: FullName,
    pub(super) others: Vec<FullName>,
    pub(super) error: String,
    pub(super) wait: Option<Duration>,
    /// Whether the runtime of one of them has ended.
    pub(super) is_without_runtime: bool,
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
            hold: None,
            failed_in_probe: Vec::new(),
            succeeded: None,
            _room: room,
        }
    }

    /// Makes an attempt that begins `now`. `begin` is called with the time before each receiver; an async one is cancelled after
    /// `receiver_timeout`.
    pub(super) fn run(
        &mut self,
        observers: &Observers,
        options: &Options,
        receiver_timeout: Duration,
        now: Instant,
        mut begin: impl FnMut(&ReceiverDefinition, &EntryId, Instant),
    ) -> AttemptOutcome {
        self.first.get_or_insert(now);
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
        let (may_wait, probed) = (self.entry.attempt == 1, self.probed());
        let Some(DecodedEvent { incoming, left }) = &mut self.decoded else {
            return AttemptOutcome::NoReceiver;
        };
        if left.is_empty() {
            return AttemptOutcome::NoReceiver;
        }
        let (mut failed, mut unavailable): (Vec<_>, Option<Unavailable>) = (Vec::new(), None);
        // Decoding takes a moment, so the first receiver begins now.
        let mut first = Some(now);
        left.retain(|&index| {
            let Some(receiver) = incoming.receivers().nth(index) else { return false };
            let name = receiver.full_name();
            let is_called = match probed {
                Some(probed) => name == probed,
                None => !may_wait || incoming.batch_receiver(index).is_none(),
            };
            if !is_called {
                return true;
            }
            let started = first.take().unwrap_or_else(Instant::now);
            begin(receiver, &self.entry.id, started);
            let attempt = Attempt { entry_id: self.entry.id.as_str(), number: self.entry.attempt, started };
            let logged = probed.is_none().then_some(attempt);
            let Some(Err(error)) = incoming.run(index, logged, receiver_timeout) else {
                self.succeeded.iter_mut().for_each(|succeeded| succeeded.push(name));
                return false;
            };
            let failure = FailedReceiver { receiver: name, error: error.chain() };
            let is_permanent = error.is_permanent();
            if error.is_unavailable() {
                Unavailable::add(&mut unavailable, &failure, &error);
            }
            if probed.is_some() {
                self.failed_in_probe.push((index, error, started));
            }
            if is_permanent {
                self.given_up.push(failure);
                return false;
            }
            failed.push(failure);
            true
        });
        // Receivers may share a name.
        let has_failed = |name: &FullName| failed.iter().any(|failed| failed.receiver == *name);
        self.succeeded.iter_mut().for_each(|succeeded| succeeded.retain(|name| !has_failed(name)));
        if let Some(unavailable) = unavailable {
            AttemptOutcome::Unavailable(self.failure(&failed), Box::new(unavailable))
        } else if !failed.is_empty() {
            AttemptOutcome::Failed(self.failure(&failed), failed)
        } else if !left.is_empty() {
            if probed.is_some() { AttemptOutcome::GoOn } else { AttemptOutcome::Collect }
        } else if self.given_up.is_empty() {
            observers.tell(&Observation::Handled { entry: &self.entry, metadata: incoming.metadata() });
            AttemptOutcome::Handled
        } else {
            AttemptOutcome::Hopeless(self.failure(&[]))
        }
    }

    /// Gives up receivers that have used up their attempts. Returns whether the message needs others, which were not called in the
    /// last attempt.
    pub(super) fn give_up(&mut self, failed: &[FailedReceiver]) -> bool {
        let Some(DecodedEvent { incoming, left }) = &mut self.decoded else { return false };
        let is_given_up = |name: FullName| failed.iter().any(|failed| failed.receiver == name);
        let receivers: Vec<FullName> = incoming.receivers().map(ReceiverDefinition::full_name).collect();
        left.retain(|&index| receivers.get(index).is_some_and(|name| !is_given_up(*name)));
        self.given_up.extend_from_slice(failed);
        !left.is_empty()
    }

    /// Logs the failures of an attempt that only tried whether a receiver works again. While the pause lasts, they are not worth
    /// a log line, except for a receiver that is given up.
    pub(super) fn log_probe(&mut self, pause_goes_on: bool) {
        let Some(DecodedEvent { incoming, .. }) = &self.decoded else { return };
        for (index, error, started) in std::mem::take(&mut self.failed_in_probe) {
            if error.is_permanent() || !pause_goes_on {
                let (entry_id, number) = (self.entry.id.as_str(), self.entry.attempt);
                incoming.log_failure(index, &error, Attempt { entry_id, number, started });
            }
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
        Failure {
            receivers: all().map(|failed| failed.receiver.to_string()).collect(),
            ..self.failure_of(error)
        }
    }

    /// Returns a failure that no receiver caused.
    pub(super) fn failure_of(&self, error: String) -> Failure {
        let now = SystemTime::now();
        Failure {
            error,
            receivers: Vec::new(),
            attempts: self.entry.attempt,
            first: self.first.and_then(|first| now.checked_sub(first.elapsed())).unwrap_or(now),
            last: now,
        }
    }
}

impl Unavailable {
    pub(super) fn new(failed: &FailedReceiver, error: &ReceiverError) -> Self {
        Self {
            first: failed.receiver,
            others: Vec::new(),
            error: failed.error.clone(),
            wait: error.wait(),
            is_without_runtime: error.is_without_runtime(),
        }
    }

    /// Adds a receiver.
    fn add(known: &mut Option<Self>, failed: &FailedReceiver, error: &ReceiverError) {
        match known {
            Some(known) => {
                known.others.push(failed.receiver);
                known.is_without_runtime |= error.is_without_runtime();
            }
            None => *known = Some(Self::new(failed, error)),
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
        write!(f, "{}: {}", self.receiver, self.error)
    }
}

// A registered receiver is in a link section, and the attribute for that is `unsafe`.
#[allow(unsafe_code)]
#[cfg(all(test, feature = "catalog"))]
mod tests;
