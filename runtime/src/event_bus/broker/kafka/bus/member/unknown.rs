//! Asks the registry for schemas that records name, on a thread of its own: neither polls nor the caller wait for it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    super::{Connector, record::Record, registry::RegistryError},
    state::Shared,
};
use crate::event_bus::{broker::BusError, observe::spawn, wire::Message};

/// The pause before the registry is asked again.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct UnknownSchemas {
    connector: Arc<Connector>,
    state: Arc<Mutex<Asked>>,
}

#[derive(Default)]
struct Asked {
    is_running: bool,
    /// Why the registry did not answer.
    failed: Option<RegistryError>,
    /// The end of the pause after a failure.
    rests_until: Option<Instant>,
}

impl UnknownSchemas {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        Self { connector, state: Arc::default() }
    }

    /// Returns the message of a record, or the id of a schema to [ask](Self::ask) for.
    pub(super) fn read(&self, record: &Record) -> Result<Message, u32> {
        let Connector { readings, registry, .. } = &*self.connector;
        readings.read_known(registry, record)
    }

    /// Asks for a schema. Notifies `shared` when the answer is there, or polls have an error to return.
    pub(super) fn ask(&self, id: u32, shared: &Arc<Shared>) {
        let mut asked = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_running || asked.rests_until.is_some_and(|until| Instant::now() < until) {
            return;
        }
        asked.is_running = true;
        let (state, connector, shared) =
            (Arc::clone(&self.state), Arc::clone(&self.connector), Arc::clone(shared));
        let spawned = spawn("events-schemas".to_owned(), move || {
            let deadline = Instant::now() + connector.options.registry_timeout;
            let failed = connector.readings.ask(&connector.registry, id, deadline).err();
            let mut asked = state.lock().unwrap_or_else(PoisonError::into_inner);
            asked.is_running = false;
            asked.rests_until = failed.is_some().then(|| Instant::now() + PAUSE);
            asked.failed = failed;
            drop(asked);
            shared.news.notify();
        });
        if let Err(error) = spawned {
            asked.is_running = false;
            asked.failed = Some(RegistryError::Away(format!("cannot start a thread: {error}")));
        }
    }

    /// Returns why a schema cannot be read from the registry, until the registry answers or no record waits for a schema any more.
    pub(super) fn trouble(&self, is_waiting: bool) -> Option<BusError> {
        let mut asked = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_waiting {
            asked.failed = None;
        }
        let doing = "messages are waiting, because their writer's schema is unknown";
        asked.failed.clone().map(|error| error.into_error(doing))
    }
}
