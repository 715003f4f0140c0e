//! Sends messages: all messages of a call are in the client's queue before the call waits for the first report.

mod batch;
mod failure;
mod instance;
mod schema_ids;
mod unconfirmed;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    thread,
    time::{Duration, Instant},
};

use rdkafka::types::RDKafkaErrorCode as Code;

use self::{
    batch::{Batch, Outcome},
    instance::{Buffers, Instance},
    schema_ids::{KnownIds, SchemaIds},
    unconfirmed::{Place, Unconfirmed},
};
use super::{Connector, client_errors::ClientErrors};
use crate::event_bus::{
    broker::{BusError, EventBusProducer},
    wire::{EntryId, Envelope},
};

/// The pause before a message is added again to a full queue.
const FULL: Duration = Duration::from_millis(5);

pub(super) struct KafkaProducer {
    connector: Arc<Connector>,
    errors: Arc<ClientErrors>,
    ids: KnownIds,
    unconfirmed: Unconfirmed,
    instance: RwLock<Arc<Instance>>,
}

impl KafkaProducer {
    pub(super) fn new(connector: Arc<Connector>) -> Result<Self, BusError> {
        let errors = Arc::new(ClientErrors::new(&connector.options));
        let instance = Instance::start(&connector.options, Arc::clone(&errors))?;
        Ok(Self {
            connector,
            errors,
            ids: KnownIds::default(),
            unconfirmed: Unconfirmed::default(),
            instance: RwLock::new(Arc::new(instance)),
        })
    }

    fn instance(&self) -> Arc<Instance> {
        Arc::clone(&self.instance.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces an instance that a fatal error has made useless.
    fn replace(&self, useless: &Arc<Instance>) {
        let Some((_, reason)) = useless.fatal_error() else { return };
        let mut instance = self.instance.write().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&instance, useless) {
            return;
        }
        tracing::warn!(reason, "the client of Kafka has failed for good: starting another one");
        match Instance::start(&self.connector.options, Arc::clone(&self.errors)) {
            Ok(new) => *instance = Arc::new(new),
            Err(error) => tracing::error!(error = %error, "the client of Kafka cannot be started again"),
        }
    }
}

impl EventBusProducer for KafkaProducer {
    fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>> {
        let instance = self.instance();
        let mut call = Call {
            producer: self,
            instance: &instance,
            envelopes,
            deadline,
            batch: Batch::new(envelopes.len()),
            errors: HashMap::new(),
            earlier: HashMap::new(),
            buffers: Buffers::default(),
        };
        call.add_all();
        let mut outcomes = call.batch.wait(deadline);
        call.retry_alone(&mut outcomes);
        call.remember_late(&outcomes);
        for (index, outcome) in call.earlier.drain() {
            outcomes[index] = outcome;
        }
        if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Delivered(_))) {
            self.errors.clear();
        }
        let outcomes = outcomes.into_iter().enumerate();
        let outcomes = outcomes.map(|(index, outcome)| call.result(index, outcome)).collect();
        self.replace(&instance);
        outcomes
    }
}

/// One call of `send`.
struct Call<'a> {
    producer: &'a KafkaProducer,
    instance: &'a Instance,
    envelopes: &'a [Envelope],
    deadline: Instant,
    batch: Arc<Batch>,
    /// The errors of messages that did not get to the client.
    errors: HashMap<usize, BusError>,
    /// The outcomes of messages that an earlier call gave to the client.
    earlier: HashMap<usize, Outcome>,
    buffers: Buffers,
}

impl Call<'_> {
    /// Puts all messages into the client's queue. Messages of topics for which the registry must be asked come last, so that
    /// others do not wait for it, and so do messages for topics of which the client still has a message from an earlier call.
    fn add_all(&mut self) {
        let mut late: HashMap<usize, Place> =
            self.producer.unconfirmed.take(self.envelopes).into_iter().collect();
        let mut later: Vec<usize> = Vec::new();
        for (index, envelope) in self.envelopes.iter().enumerate() {
            let waits = |other: &usize| self.envelopes[*other].topic == envelope.topic;
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
            let envelope = &self.envelopes[index];
            if let Some(place) = late.remove(&index)
                && self.is_settled(index, place)
            {
                continue;
            }
            if let Some(error) = failed.get(&*envelope.topic) {
                self.errors.insert(index, error.clone());
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
                    self.errors.insert(index, error);
                }
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
        loop {
            if Instant::now() >= self.deadline {
                let envelope = &self.envelopes[index];
                self.errors.insert(index, failure::late(&envelope.topic, &self.producer.errors));
                return;
            }
            let ticket = self.batch.ticket(index);
            match self.instance.add(&self.envelopes[index], &ids, ticket, &mut self.buffers) {
                Err(Code::QueueFull) => thread::sleep(FULL),
                // The outcome of the ticket says what became of it.
                Ok(()) | Err(_) => return,
            }
        }
    }

    /// Sends again, one by one, messages that are too large: a broker refuses all messages of a request if they are too large
    /// together.
    fn retry_alone(&mut self, outcomes: &mut [Outcome]) {
        for (index, outcome) in outcomes.iter_mut().enumerate() {
            if *outcome == Outcome::Failed(Code::MessageSizeTooLarge)
                && let Some(ids) = self.producer.ids.get(&self.envelopes[index])
                && Instant::now() < self.deadline
            {
                let batch = Batch::new(1);
                // A message that the client does not take keeps its outcome.
                let _ = self.instance.add(&self.envelopes[index], &ids, batch.ticket(0), &mut self.buffers);
                *outcome = batch.wait(self.deadline)[0];
            }
        }
    }

    /// Returns the result of a message.
    fn result(&mut self, index: usize, outcome: Outcome) -> Result<EntryId, BusError> {
        let topic = &*self.envelopes[index].topic;
        match outcome {
            Outcome::Delivered(position) => Ok(position.into()),
            Outcome::Failed(code) => {
                // These codes say only that there is a fatal error.
                let is_fatal = matches!(code, Code::Fatal | Code::PurgeQueue | Code::PurgeInflight);
                let fatal = if is_fatal { self.instance.fatal_error() } else { None };
                let code = fatal.map_or(code, |(code, _)| code);
                Err(failure::refused(code, topic, &self.producer.errors))
            }
            Outcome::Open => {
                Err(self.errors.remove(&index).unwrap_or_else(|| failure::late(topic, &self.producer.errors)))
            }
        }
    }
}
