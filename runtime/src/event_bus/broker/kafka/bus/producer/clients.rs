//! The clients of a producer.

use std::sync::{Arc, PoisonError, RwLock};

use rdkafka::types::RDKafkaErrorCode;

use super::{
    super::{Connector, client_errors::ClientErrors},
    instance::{Instance, Purpose},
};
use crate::event_bus::broker::BusError;

/// The clients of librdkafka. Callers normally have the same purpose. The first call with another purpose replaces the main
/// client.
pub(super) struct Clients {
    main: RwLock<Client>,
    /// For [`Purpose::Alone`]. Few producers need it.
    alone: RwLock<Option<Arc<Instance>>>,
}

struct Client {
    purpose: Purpose,
    /// `None` if it cannot be started.
    instance: Option<Arc<Instance>>,
}

impl Clients {
    /// Starts the client of callers that wait, so that wrong properties are noticed.
    pub(super) fn start(connector: &Connector, errors: &Arc<ClientErrors>) -> Result<Self, BusError> {
        let purpose = Purpose::Wait;
        let instance = Instance::start(&connector.options, purpose, Arc::clone(errors))?;
        let main = RwLock::new(Client { purpose, instance: Some(Arc::new(instance)) });
        Ok(Self { main, alone: RwLock::default() })
    }

    /// Returns the client for a purpose. Starts it, unless it runs.
    pub(super) fn get(
        &self,
        purpose: Purpose,
        connector: &Connector,
        errors: &Arc<ClientErrors>,
    ) -> Result<Arc<Instance>, BusError> {
        let start = || Instance::start(&connector.options, purpose, Arc::clone(errors)).map(Arc::new);
        if purpose == Purpose::Alone {
            let mut alone = self.alone.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(instance) = &*alone {
                return Ok(Arc::clone(instance));
            }
            return Ok(Arc::clone(alone.insert(start()?)));
        }
        let main = self.main.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(instance) = main.instance.as_ref().filter(|_| main.purpose == purpose) {
            return Ok(Arc::clone(instance));
        }
        drop(main);
        let mut main = self.main.write().unwrap_or_else(PoisonError::into_inner);
        if main.purpose != purpose || main.instance.is_none() {
            *main = Client { purpose, instance: Some(start()?) };
        }
        main.instance.clone().ok_or_else(|| BusError::transient("the Kafka client is not running"))
    }

    /// Removes a client, so that the next call starts another one. Returns whether it was still in use.
    pub(super) fn remove(&self, useless: &Arc<Instance>) -> bool {
        let is_it = |instance: &mut Arc<Instance>| Arc::ptr_eq(instance, useless);
        let main = self.main.write().unwrap_or_else(PoisonError::into_inner).instance.take_if(is_it);
        let alone = self.alone.write().unwrap_or_else(PoisonError::into_inner).take_if(is_it);
        main.or(alone).is_some()
    }

    /// Removes a client that is useless. Returns whether it did.
    pub(super) fn remove_if_useless(&self, instance: &Arc<Instance>) -> bool {
        let is_removed = instance.is_useless() && self.remove(instance);
        if is_removed
            && let Some((code, reason)) = instance.fatal_error()
            && code != RDKafkaErrorCode::GaplessGuarantee
        {
            tracing::warn!(reason, "the Kafka client has failed for good: starting another one");
        }
        is_removed
    }
}
