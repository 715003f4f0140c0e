//! One call of the producer: puts messages into the client's queue, and collects their outcomes.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rdkafka::types::RDKafkaErrorCode as Code;

use super::{
    Shared,
    batch::{Batch, Outcome},
    failure,
    held::{Held, OpenCall},
    instance::{Buffers, Instance, Purpose},
    one_by_one::Why,
    schema_ids::SchemaIds,
    unconfirmed::Place,
};
use crate::event_bus::{
    broker::{BusError, OpenSend},
    wire::{EntryId, Envelope},
};

/// The pause before a message is added again to a full queue.
const FULL: Duration = Duration::from_millis(5);
/// How often a call that takes reports looks whether it has all of its own.
const GLANCE: Duration = Duration::from_millis(5);

/// One call.
pub(super) struct Call<E> {
    producer: Arc<Shared>,
    instance: Arc<Instance>,
    /// In the background: the client for messages that are sent alone, if there are any.
    alone: Option<Arc<Instance>>,
    /// The messages in that client. Each was sent in a request of its own, so a refusal concerns only one of them.
    went_alone: Vec<usize>,
    envelopes: E,
    deadline: Instant,
    batch: Arc<Batch>,
    /// If several calls are open at a time, the topics whose messages must not overtake others.
    held: Option<(Arc<Held>, OpenCall)>,
    /// The errors of messages that did not get to the client.
    errors: HashMap<usize, BusError>,
    /// The outcomes of messages that an earlier call gave to the client.
    earlier: HashMap<usize, Outcome>,
    buffers: Buffers,
}

impl<E: Deref<Target = [Envelope]> + Clone> Call<E> {
    /// Makes a call. `held` says that several are open at a time.
    pub(super) fn new(
        producer: &Arc<Shared>,
        envelopes: E,
        deadline: Instant,
        held: Option<Arc<Held>>,
    ) -> Result<Self, BusError> {
        let purpose = if held.is_some() { Purpose::Background } else { Purpose::Wait };
        let batch = Batch::new(envelopes.len(), held.clone());
        let held = held.map(|held| (Arc::clone(&held), held.open()));
        let mut instance = producer.instance(purpose)?;
        // While other calls are open, a useless client is not replaced, so that this call does not overtake their messages.
        if held.as_ref().is_none_or(|(_, open)| open.is_only())
            && producer.clients.remove_if_useless(&instance)
        {
            instance = producer.instance(purpose)?;
        }
        Ok(Self {
            producer: Arc::clone(producer),
            instance,
            alone: None,
            went_alone: Vec::new(),
            batch,
            envelopes,
            deadline,
            held,
            errors: HashMap::new(),
            earlier: HashMap::new(),
            buffers: Buffers::default(),
        })
    }

    /// Puts all messages into the client's queue. Messages that need a request to the registry come last, so that others do
    /// not wait for it. So do messages of a topic if the client still has one of its messages from an earlier call.
    pub(super) fn add_all(&mut self) {
        let envelopes = self.envelopes.clone();
        let mut late: HashMap<usize, Place> =
            self.producer.unconfirmed.take(&envelopes).into_iter().collect();
        let mut later: Vec<usize> = Vec::new();
        for (index, envelope) in envelopes.iter().enumerate() {
            let waits = |other: &usize| envelopes[*other].topic == envelope.topic;
            // A message does not overtake another one of its topic.
            let is_later = late.contains_key(&index) || later.iter().any(waits);
            match self.producer.ids.get(envelope).filter(|_| !is_later) {
                Some(ids) => self.add(index, ids),
                None => later.push(index),
            }
        }
        let mut away: Option<BusError> = None;
        let mut failed: HashMap<&str, BusError> = HashMap::new();
        for index in later {
            let envelope = &envelopes[index];
            if let Some(place) = late.remove(&index)
                && self.is_settled(index, place)
            {
                continue;
            }
            if let Some(error) = failed.get(&*envelope.topic) {
                self.fail(index, error.clone());
                continue;
            }
            let ids = match (self.producer.ids.get(envelope), &away) {
                (Some(ids), _) => Ok(ids),
                (None, Some(error)) => Err(error.clone()),
                (None, None) => {
                    self.producer.ids.find(envelope, &self.producer.connector.registry, self.deadline)
                }
            };
            match ids {
                Ok(ids) => self.add(index, ids),
                Err(error) => {
                    if error.is_transient() {
                        // Later messages of the topic must not overtake this one, which is sent again.
                        failed.insert(&envelope.topic, error.clone());
                        away = Some(error.clone());
                    }
                    self.fail(index, error);
                }
            }
        }
    }

    /// Notes the error of a message that does not get to the client.
    fn fail(&mut self, index: usize, error: BusError) {
        if let Some((held, _)) = &self.held
            && !error.is_refused()
        {
            held.hold(&self.envelopes[index].topic);
        }
        self.errors.insert(index, error);
    }

    /// Waits for the reports, and returns the result of each message.
    pub(super) fn finish(&mut self) -> Vec<Result<EntryId, BusError>> {
        let mut outcomes = self.batch.wait(self.deadline);
        if self.held.is_none() {
            self.retry_alone(&outcomes);
        }
        self.remember_late(&outcomes);
        for (index, outcome) in self.earlier.drain() {
            outcomes[index] = outcome;
        }
        if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Delivered(_))) {
            self.producer.errors.clear();
        }
        let outcomes = outcomes.into_iter().enumerate();
        let outcomes: Vec<_> = outcomes.map(|(index, outcome)| self.result(index, outcome)).collect();
        match &self.held {
            Some((_, open)) => {
                self.note_refusals(&outcomes);
                if open.is_only() {
                    self.producer.clients.remove_if_useless(&self.instance);
                }
            }
            None => drop(self.producer.clients.remove_if_useless(&self.instance)),
        }
        if let Some(alone) = &self.alone {
            self.producer.clients.remove_if_useless(alone);
        }
        outcomes
    }

    /// Remembers the topics that are refused, so that their next messages are sent one at a time, and forgets those that are
    /// accepted again.
    fn note_refusals(&self, outcomes: &[Result<EntryId, BusError>]) {
        for (index, outcome) in outcomes.iter().enumerate() {
            let topic = &self.envelopes[index].topic;
            match outcome {
                Ok(_) if self.went_alone.contains(&index) => self.producer.one_by_one.accept(topic),
                Err(error) if !error.is_transient() && !error.is_refused() => {
                    self.producer.one_by_one.add(topic, Why::Refused);
                    // The call may still treat the topic as refused although it is accepted again.
                    self.instance.retire();
                }
                _ => {}
            }
        }
    }

    /// Waits for the outcome of a message that the client has from an earlier call. Returns whether it need not be sent again.
    fn is_settled(&mut self, index: usize, place: Place) -> bool {
        let outcome = place.batch.wait(self.deadline)[place.index];
        match outcome {
            Outcome::Failed(_) => return false,
            Outcome::Delivered(_) => {}
            Outcome::Open => self.producer.unconfirmed.add([(&self.envelopes[index], place)]),
        }
        self.earlier.insert(index, outcome);
        true
    }

    /// Remembers the messages that the client still has.
    fn remember_late(&self, outcomes: &[Outcome]) {
        let is_late = |(index, outcome): &(usize, &Outcome)| {
            **outcome == Outcome::Open
                && !self.errors.contains_key(index)
                && !self.earlier.contains_key(index)
        };
        let late = outcomes.iter().enumerate().filter(is_late);
        let place = |index| Place { batch: Arc::clone(&self.batch), index };
        self.producer.unconfirmed.add(late.map(|(index, _)| (&self.envelopes[index], place(index))));
    }

    /// Puts a message into the client's queue. Waits while it is full.
    fn add(&mut self, index: usize, ids: SchemaIds) {
        let topic = Arc::clone(&self.envelopes[index].topic);
        if self.held.as_ref().is_some_and(|(held, _)| held.holds(&topic)) {
            self.errors.insert(index, BusError::held_back());
            return;
        }
        let instance = match self.producer.one_by_one.why(&topic) {
            None => Ok(Arc::clone(&self.instance)),
            Some(Why::Small) => {
                let outcome = self.send_alone(index, ids);
                self.earlier.insert(index, outcome);
                return;
            }
            Some(Why::Refused) => {
                // Other messages wait until this one shows whether the topic is still refused.
                if let Some((held, _)) = &self.held {
                    held.hold(&topic);
                }
                self.client_of_one(index)
            }
        };
        let instance = match instance {
            Ok(instance) => instance,
            Err(error) => return self.fail(index, error),
        };
        loop {
            if Instant::now() >= self.deadline {
                self.fail(index, failure::late(&topic, &self.producer.errors));
                return;
            }
            let ticket = self.batch.ticket(index);
            match instance.add(&self.envelopes[index], &ids, ticket, &mut self.buffers) {
                Err(Code::QueueFull) if self.held.is_some() => instance.take_reports(FULL),
                Err(Code::QueueFull) => thread::sleep(FULL),
                Err(Code::MessageSizeTooLarge) => return self.went_alone.push(index),
                // The ticket has its outcome.
                Ok(()) | Err(_) => return,
            }
        }
    }

    /// Returns the client for messages that are sent one at a time.
    fn client_of_one(&mut self, index: usize) -> Result<Arc<Instance>, BusError> {
        self.went_alone.push(index);
        if self.held.is_none() {
            return Ok(Arc::clone(&self.instance));
        }
        let alone = self.producer.instance(Purpose::Alone)?;
        Ok(Arc::clone(self.alone.insert(alone)))
    }

    /// Sends a message, and waits for its outcome.
    fn send_alone(&mut self, index: usize, ids: SchemaIds) -> Outcome {
        let instance = match self.client_of_one(index) {
            Ok(instance) => instance,
            Err(error) => {
                self.fail(index, error);
                return Outcome::Open;
            }
        };
        let batch = Batch::new(1, self.held.as_ref().map(|(held, _)| Arc::clone(held)));
        // A message that the client does not take has its outcome.
        let _ = instance.add(&self.envelopes[index], &ids, batch.ticket(0), &mut self.buffers);
        let outcome = batch.wait(self.deadline)[0];
        if outcome == Outcome::Open {
            self.producer.unconfirmed.add([(&self.envelopes[index], Place { batch, index: 0 })]);
            // The next messages must not overtake this one.
            self.fail(index, failure::late(&self.envelopes[index].topic, &self.producer.errors));
        }
        outcome
    }

    /// Sends again, one by one, messages that are too large: a broker refuses all messages of a request if they are too large
    /// together.
    fn retry_alone(&mut self, outcomes: &[Outcome]) {
        let too_large = Outcome::Failed(Code::MessageSizeTooLarge);
        for (index, outcome) in outcomes.iter().enumerate() {
            if *outcome == too_large
                && let Some(ids) = self.producer.ids.get(&self.envelopes[index])
                && Instant::now() < self.deadline
            {
                let outcome = self.send_alone(index, ids);
                self.earlier.insert(index, outcome);
                if matches!(outcome, Outcome::Delivered(_)) {
                    self.producer.one_by_one.add(&self.envelopes[index].topic, Why::Small);
                }
            }
        }
    }

    /// Returns the result of a message.
    fn result(&mut self, index: usize, outcome: Outcome) -> Result<EntryId, BusError> {
        let topic = &self.envelopes[index].topic;
        let errors = &self.producer.errors;
        match outcome {
            Outcome::Delivered(position) => Ok(position.into()),
            Outcome::Failed(Code::MessageSizeTooLarge) if !self.went_alone.contains(&index) => {
                if self.held.is_none() {
                    // The call ended before the message could be tried alone.
                    return Err(failure::late(topic, errors));
                }
                self.producer.one_by_one.add(topic, Why::Small);
                Err(BusError::held_back())
            }
            // These codes say only that the client has stopped sending.
            Outcome::Failed(Code::Fatal | Code::PurgeQueue | Code::PurgeInflight) => {
                let alone = self.alone.as_ref().filter(|_| self.went_alone.contains(&index));
                Err(match alone.unwrap_or(&self.instance).fatal_error() {
                    Some((Code::GaplessGuarantee, _)) => BusError::held_back(),
                    Some((code, _)) => failure::refused(code, topic, errors),
                    // The message was taken back.
                    None => failure::late(topic, errors),
                })
            }
            Outcome::Failed(code) => Err(failure::refused(code, topic, errors)),
            Outcome::Open => Err(self.errors.remove(&index).unwrap_or_else(|| failure::late(topic, errors))),
        }
    }
}

impl OpenSend for Call<Arc<[Envelope]>> {
    fn wait(&mut self, deadline: Instant) -> Option<Vec<Result<EntryId, BusError>>> {
        while self.batch.is_open() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            self.instance.take_reports(left.min(GLANCE));
        }
        Some(self.finish())
    }

    fn reason(&self) -> BusError {
        let topic = self.envelopes.first().map_or("", |envelope| &envelope.topic);
        failure::late(topic, &self.producer.errors)
    }

    /// A client cannot discard single messages, so it discards all of them, and ends.
    fn take_back(&mut self) {
        for instance in [Some(&self.instance), self.alone.as_ref()].into_iter().flatten() {
            self.producer.clients.remove(instance);
            instance.purge();
        }
    }
}
