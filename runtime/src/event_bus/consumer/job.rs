//! One message in a consumer's hands: decoded once, run receiver by receiver, as often as it takes.

use std::{fmt, time::SystemTime};

use crate::event_bus::observe::Observer;
use crate::{
    avro::BoxError,
    error::chain,
    event::AnyEventError,
    event_bus::wire::{dead_letter::Failure, entry::Entry, message::Message},
    receiver::{Attempt, ReceiverDefinition, Run},
    registry,
    signal::Incoming,
};

/// A message, and what is left to do with it.
pub(super) struct Job {
    pub(super) entry: Entry,
    state: State,
    /// Receivers that will not be tried again.
    given_up: Vec<FailedReceiver>,
    first: Option<SystemTime>,
    /// Whether it was handed out more often than it may be tried.
    is_spent: bool,
}

enum State {
    /// Not decoded yet.
    Fresh,
    /// The numbers of the receivers that have not succeeded.
    Decoded(Box<Incoming>, Vec<usize>),
}

/// A receiver that failed, and how.
#[derive(Clone)]
pub(super) struct FailedReceiver {
    name: String,
    error: String,
}

/// What an attempt came to.
pub(super) enum Outcome {
    /// All receivers have succeeded.
    Handled,
    /// No receiver of this program takes it.
    NoReceiver,
    /// Some receivers failed, and may succeed another time.
    Failed(Vec<FailedReceiver>),
    /// Trying again cannot help.
    Hopeless(Failure),
    /// It is of no type that this program knows.
    UnknownType(Failure),
    /// Nobody can read it.
    Unusable(Failure),
}

impl Job {
    pub(super) fn new(entry: Entry, max_attempts: u32) -> Self {
        let is_spent = entry.attempt > max_attempts;
        Self { entry, state: State::Fresh, given_up: Vec::new(), first: None, is_spent }
    }

    /// Why a message is not tried that was handed out more often than it may be.
    fn never_finished(&self) -> Failure {
        let error =
            "it was handed out that often and never finished: its receivers may have ended the process";
        Failure { attempts: self.entry.attempt.saturating_sub(1), ..self.failure_of(error.to_owned()) }
    }

    /// Makes an attempt; `begin` is called before each receiver.
    pub(super) fn run(&mut self, observer: &Observer, mut begin: impl FnMut(&ReceiverDefinition)) -> Outcome {
        self.first.get_or_insert_with(SystemTime::now);
        if self.is_spent {
            return Outcome::Hopeless(self.never_finished());
        }
        if matches!(self.state, State::Fresh) {
            if !observer.sees_all() && self.has_no_receiver() {
                return Outcome::NoReceiver;
            }
            match self.decode() {
                Ok(incoming) => {
                    observer.see(&incoming, &self.entry.id);
                    let receivers = (0..incoming.receivers().len()).collect();
                    self.state = State::Decoded(Box::new(incoming), receivers);
                }
                Err(outcome) => return outcome,
            }
        }
        let State::Decoded(incoming, left) = &mut self.state else { return Outcome::NoReceiver };
        if left.is_empty() {
            return Outcome::NoReceiver;
        }
        let mut failed = Vec::new();
        let mut still_left = Vec::new();
        for &index in left.iter() {
            let Some(receiver) = incoming.receivers().nth(index) else { continue };
            begin(receiver);
            let attempt = Attempt { entry_id: self.entry.id.as_str(), number: self.entry.attempt };
            if let Some(Run { result: Err(error), .. }) = incoming.run(index, Some(attempt)) {
                let failure = FailedReceiver { name: receiver.full_name().to_string(), error: error.chain() };
                if error.is_permanent() {
                    self.given_up.push(failure);
                } else {
                    still_left.push(index);
                    failed.push(failure);
                }
            }
        }
        *left = still_left;
        if !failed.is_empty() {
            Outcome::Failed(failed)
        } else if self.given_up.is_empty() {
            observer.handled(incoming.metadata(), &self.entry.id);
            Outcome::Handled
        } else {
            Outcome::Hopeless(self.failure(&[]))
        }
    }

    /// Of events that nobody takes, not even the bytes are looked at.
    fn has_no_receiver(&self) -> bool {
        self.entry.message.event_type().and_then(registry::type_has_receivers) == Some(false)
    }

    fn decode(&self) -> Result<Incoming, Outcome> {
        receive(&self.entry.message).map_err(|error| {
            let failure = self.failure_of(chain(&*error));
            match error.downcast_ref() {
                Some(AnyEventError::UnknownEventType { .. }) => Outcome::UnknownType(failure),
                _ => Outcome::Unusable(failure),
            }
        })
    }

    /// That of the receivers that were given up and of `failed`.
    pub(super) fn failure(&self, failed: &[FailedReceiver]) -> Failure {
        let all = || self.given_up.iter().chain(failed);
        let error = all().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Failure { receivers: all().map(|receiver| receiver.name.clone()).collect(), ..self.failure_of(error) }
    }

    /// Why the message goes to the dead letters, where no receiver is to blame.
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

/// The event in a message, with the receivers that it has.
pub(super) fn receive(message: &Message) -> Result<Incoming, BoxError> {
    let (metadata, absent) = message.metadata()?;
    if !absent.is_empty() {
        let event_type = &*metadata.event_type;
        tracing::warn!(message_id = %metadata.id, event_type, ?absent, "headers are absent: they get defaults");
    }
    Ok(registry::receive(metadata, message.event_data()?)?)
}

impl fmt::Display for FailedReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.error)
    }
}
