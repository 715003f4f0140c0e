//! Sends messages: all messages of a call are in the client's queue before the call waits for the first report.

mod batch;
mod call;
mod clients;
mod failure;
mod held;
mod instance;
mod one_by_one;
mod schema_ids;
mod unconfirmed;

use std::{sync::Arc, time::Instant};

use self::{
    call::Call,
    clients::Clients,
    held::Held,
    instance::{Instance, Purpose},
    one_by_one::OneByOne,
    schema_ids::KnownIds,
    unconfirmed::Unconfirmed,
};
use super::{Connector, client_errors::ClientErrors};
use crate::event_bus::{
    broker::{Begun, BusError, EventBusProducer},
    wire::{EntryId, Envelope},
};

pub(super) struct KafkaProducer(Arc<Shared>);

/// The state that all calls share.
struct Shared {
    connector: Arc<Connector>,
    errors: Arc<ClientErrors>,
    ids: KnownIds,
    unconfirmed: Unconfirmed,
    one_by_one: OneByOne,
    held: Arc<Held>,
    clients: Clients,
}

impl KafkaProducer {
    pub(super) fn new(connector: Arc<Connector>) -> Result<Self, BusError> {
        let errors = connector.client_errors();
        let clients = Clients::start(&connector, &errors)?;
        Ok(Self(Arc::new(Shared {
            connector,
            errors,
            ids: KnownIds::default(),
            unconfirmed: Unconfirmed::default(),
            one_by_one: OneByOne::default(),
            held: Arc::default(),
            clients,
        })))
    }
}

impl Shared {
    /// Returns the client for a purpose. Starts it, unless it runs.
    fn instance(&self, purpose: Purpose) -> Result<Arc<Instance>, BusError> {
        self.clients.get(purpose, &self.connector, &self.errors)
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
