//! Sends messages: all messages of a call are in the client's queue before the call waits for the first report.

mod batch;
mod call;
mod failure;
mod held;
mod instance;
mod schema_ids;
mod small;
mod unconfirmed;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use self::{
    call::Call,
    held::Held,
    instance::{Instance, Purpose},
    schema_ids::KnownIds,
    small::SmallTopics,
    unconfirmed::Unconfirmed,
};
use super::{Connector, client_errors::ClientErrors};
use crate::event_bus::{
    broker::{Begun, BusError, EventBusProducer},
    wire::{EntryId, Envelope},
};

pub(super) struct KafkaProducer(Arc<Shared>);

/// What calls share.
struct Shared {
    connector: Arc<Connector>,
    errors: Arc<ClientErrors>,
    ids: KnownIds,
    unconfirmed: Unconfirmed,
    small: SmallTopics,
    held: Arc<Held>,
    client: RwLock<Client>,
}

/// The client of librdkafka. The first call of the other kind replaces it, because callers use one kind.
struct Client {
    purpose: Purpose,
    /// `None` if it cannot be started.
    instance: Option<Arc<Instance>>,
}

impl KafkaProducer {
    pub(super) fn new(connector: Arc<Connector>) -> Result<Self, BusError> {
        let errors = Arc::new(ClientErrors::new(&connector.options));
        let instance = Instance::start(&connector.options, Purpose::Wait, Arc::clone(&errors))?;
        let client = Client { purpose: Purpose::Wait, instance: Some(Arc::new(instance)) };
        Ok(Self(Arc::new(Shared {
            connector,
            errors,
            ids: KnownIds::default(),
            unconfirmed: Unconfirmed::default(),
            small: SmallTopics::default(),
            held: Arc::default(),
            client: RwLock::new(client),
        })))
    }
}

impl Shared {
    /// Returns the client for a purpose. Starts it, unless it runs.
    fn instance(&self, purpose: Purpose) -> Result<Arc<Instance>, BusError> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(instance) = client.instance.as_ref().filter(|_| client.purpose == purpose) {
            return Ok(Arc::clone(instance));
        }
        drop(client);
        let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
        if client.purpose != purpose || client.instance.is_none() {
            let new = Instance::start(&self.connector.options, purpose, Arc::clone(&self.errors))?;
            *client = Client { purpose, instance: Some(Arc::new(new)) };
        }
        client.instance.clone().ok_or_else(|| BusError::transient("the client of Kafka is not running"))
    }

    /// Removes an instance, so that the next call starts another one. Returns whether it was the current one.
    fn remove(&self, useless: &Arc<Instance>) -> bool {
        let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
        let is_current = client.instance.as_ref().is_some_and(|current| Arc::ptr_eq(current, useless));
        if is_current {
            client.instance = None;
        }
        is_current
    }

    /// Removes an instance that a fatal error has made useless.
    fn remove_if_useless(&self, instance: &Arc<Instance>) {
        if let Some((_, reason)) = instance.fatal_error()
            && self.remove(instance)
        {
            tracing::warn!(reason, "the client of Kafka has failed for good: starting another one");
        }
    }
}

fn failed(count: usize, error: &BusError) -> Vec<Result<EntryId, BusError>> {
    (0..count).map(|_| Err(error.clone())).collect()
}

impl EventBusProducer for KafkaProducer {
    fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>> {
        match Call::new(&self.0, envelopes, deadline, None) {
            Ok(mut call) => {
                call.add_all();
                call.finish()
            }
            Err(error) => failed(envelopes.len(), &error),
        }
    }

    /// The client sends messages again for as long as it takes, so they are open until it has delivered them, unless their topic
    /// is refused.
    fn begin(&self, envelopes: &Arc<[Envelope]>, deadline: Instant) -> Begun {
        match Call::new(&self.0, Arc::clone(envelopes), deadline, Some(Arc::clone(&self.0.held))) {
            Ok(mut call) => {
                call.add_all();
                Begun::Open(Box::new(call))
            }
            Err(error) => Begun::Settled(failed(envelopes.len(), &error)),
        }
    }
}
