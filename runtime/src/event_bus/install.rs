//! The event bus of this process: what events are produced to, once it is installed.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use super::producer::{Producer, Route, Routed, Routes};
use crate::{registry, signal::set_outlet};

static INSTALLED: RwLock<Option<Arc<Routed>>> = RwLock::new(None);

/// How long a guard that is dropped waits for what was not delivered yet.
const FLUSH_ON_DROP: Duration = Duration::from_secs(5);

/// Keeps the event bus installed. Dropping it delivers what waits, for at most 5 seconds, and takes the bus away: from
/// then on, events stay in the process.
#[must_use = "the event bus is taken away when this is dropped: keep it for as long as the program runs"]
pub struct Guard(Option<Arc<Routed>>);

/// Installs what events are produced to.
pub(super) fn install(producer: Producer, routes: Routes) -> Guard {
    let routed = Arc::new(Routed { producer, routes });
    *INSTALLED.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&routed));
    set_outlet(Some(Arc::clone(&routed) as _));
    registry::set_produced(|definition| routed.routes.contains_key(definition.event_type()));
    Guard(Some(routed))
}

/// The producer of the bus that is installed.
///
/// The counterpart of `get_producer` in Python.
#[must_use]
pub fn producer() -> Option<Producer> {
    installed().map(|routed| routed.producer.clone())
}

fn installed() -> Option<Arc<Routed>> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// An event type that this process produces to `topic`.
pub(super) fn produced_to(topic: &str) -> Option<String> {
    let installed = installed()?;
    let goes_there = |routes: &[Route]| routes.iter().any(|route| route.topic == topic);
    installed.routes.iter().find(|(_, routes)| goes_there(routes)).map(|(event_type, _)| event_type.clone())
}

impl Guard {
    /// Delivers what waits, for at most `timeout`, and takes the bus away.
    ///
    /// # Errors
    ///
    /// With the events that were not delivered.
    pub fn close(mut self, timeout: Duration) -> Result<(), super::ProduceError> {
        self.take_away().map_or(Ok(()), |routed| routed.producer.flush(timeout))
    }

    fn take_away(&mut self) -> Option<Arc<Routed>> {
        let own = self.0.take()?;
        let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        if installed.as_ref().is_some_and(|installed| Arc::ptr_eq(installed, &own)) {
            *installed = None;
            drop(installed);
            registry::set_produced(|_| false);
            set_outlet(None);
        }
        Some(own)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(routed) = self.take_away() else { return };
        if let Err(error) = routed.producer.flush(FLUSH_ON_DROP) {
            for undelivered in error.undelivered() {
                let message_id = undelivered.message.get("id").map(String::from_utf8_lossy);
                tracing::error!(
                    topic = undelivered.topic,
                    message_id = message_id.as_deref(),
                    event_type = undelivered.message.event_type(),
                    "lost: not delivered before the event bus was taken away"
                );
            }
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes: HashMap<&str, Vec<&str>> = self.0.iter().flat_map(|routed| &routed.routes).fold(
            HashMap::new(),
            |mut routes, (event_type, to)| {
                routes.insert(event_type, to.iter().map(|route| &*route.topic).collect());
                routes
            },
        );
        f.debug_struct("Guard").field("routes", &routes).finish_non_exhaustive()
    }
}
