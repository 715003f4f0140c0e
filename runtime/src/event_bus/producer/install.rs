//! Installing the event bus of this process.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashMap},
    error::Error,
    fmt,
    sync::Arc,
    time::Duration,
};

use super::{
    Producer,
    error::ProduceError,
    routes::{Destination, Router},
};
use crate::{
    error::debug_as_chain,
    event_bus::{
        broker::{BusError, Capability, from_settings},
        settings::{Settings, SettingsError},
    },
    executor::Remembered,
    metadata::set_service,
    signal::{current_outlet, install_outlet, remove_outlet},
};

/// How long a guard that is dropped waits for undelivered messages.
const FLUSH_ON_DROP: Duration = Duration::from_secs(5);

/// Keeps the event bus installed. [`close`](Self::close) it when the program ends.
///
/// Dropping it delivers waiting messages for at most 5 seconds, and removes the bus: from then on, events stay in the process.
/// That is easy to do by accident, so it logs a warning if the bus has enabled routes.
#[must_use = "the event bus is removed when this is dropped, which `let _ =` does at once: bind it to a name, as in `let bus = …`, and call `bus.close(…)` when the program ends"]
pub struct Guard {
    router: Option<Arc<Router>>,
    /// Async receivers of a synchronous send find the runtime in which the bus was installed.
    _runtime: Remembered,
}

/// Installs the event bus that `settings` describe. From then on, an event that has an enabled route in
/// `EVENT_BUS_PRODUCER_CONFIG` goes to the topics of that route after its receivers have run, unless it came from the bus.
///
/// The [`Responses`](crate::Responses) of a send contain the outcome under a receiver named `event_bus`. A bus that was
/// installed before is replaced. Without `EVENT_BUS_PRODUCER` none is installed, and events stay in the process, unless an
/// earlier guard still exists.
///
/// ```
/// use openedx_events::event_bus::{self, Settings};
/// use serde_json::json;
///
/// let settings = Settings::from_value(json!({"EVENT_BUS_PRODUCER": "memory"}))?;
/// let guard = event_bus::install(&settings)?;
/// assert!(event_bus::producer().is_some());
/// drop(guard);
/// assert!(event_bus::producer().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If a route is enabled but no bus is set, or if the bus is configured wrongly. A server that cannot be reached is not an
/// error: it may come back.
pub fn install(settings: impl Borrow<Settings>) -> Result<Guard, InstallError> {
    let settings = settings.borrow();
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    // Even without a bus, receivers of this process see the metadata.
    settings.service_name.as_deref().inspect(|name| set_service(name));
    let Some(name) = settings.producing_bus().map_err(InstallError::Settings)? else {
        let routes = settings.routes_switched_off();
        if routes > 0 {
            tracing::info!(
                routes,
                "the variable `EVENT_BUS_PRODUCER` is empty, so this process sends no events to the event bus"
            );
        }
        return Ok(Guard { router: None, _runtime: Remembered::current() });
    };
    if settings.service_name.is_none() {
        tracing::warn!("EVENTS_SERVICE_NAME is not set: the `source` of events is SERVICE_NAME_UNSET");
    }
    let bus = from_settings::bus(name, settings).map_err(InstallError::Bus)?;
    let producer = Producer::with_settings(&*bus, settings).map_err(InstallError::Bus)?;
    let mut routes: HashMap<String, Vec<Destination>> = HashMap::new();
    for (event_type, topic, route) in settings.producer.config.iter().filter(|(_, _, route)| route.enabled) {
        let has_keys = bus.can(Capability::OrderByKey);
        let key_field = Some(route.event_key_field.as_str().into()).filter(|_| has_keys);
        let route = Destination { topic: producer.full_topic(topic).into(), key_field };
        routes.entry(event_type.to_owned()).or_default().push(route);
    }
    let installed = Arc::new(Router { producer, routes });
    install_outlet(Arc::clone(&installed) as _);
    Ok(Guard { router: Some(installed), _runtime: Remembered::current() })
}

/// Why the event bus could not be installed.
#[non_exhaustive]
pub enum InstallError {
    /// The settings contradict each other.
    Settings(SettingsError),
    /// The bus is configured wrongly.
    Bus(BusError),
}

debug_as_chain!(InstallError);

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(error) => error.fmt(f),
            Self::Bus(error) => error.fmt(f),
        }
    }
}

/// Returns the source of the inner error, whose message this error shows.
impl Error for InstallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Settings(error) => error.source(),
            Self::Bus(error) => error.source(),
        }
    }
}

/// Returns the producer of the bus that is installed.
///
/// The counterpart of `get_producer` in Python.
#[must_use]
pub fn producer() -> Option<Producer> {
    installed().map(|router| router.producer.clone())
}

fn installed() -> Option<Arc<Router>> {
    current_outlet()
}

/// Returns an event type that this process produces to `topic`.
pub(in crate::event_bus) fn produced_to(topic: &str) -> Option<String> {
    let installed = installed()?;
    let goes_there = |routes: &[Destination]| routes.iter().any(|route| &*route.topic == topic);
    installed.routes.iter().find(|(_, routes)| goes_there(routes)).map(|(event_type, _)| event_type.clone())
}

impl Guard {
    /// Delivers waiting messages for at most `timeout`, and removes the bus. A bus that was installed in its
    /// place stays.
    ///
    /// # Errors
    ///
    /// Returns the events that were not delivered.
    pub fn close(mut self, timeout: Duration) -> Result<(), ProduceError> {
        self.remove().map_or(Ok(()), |(router, _)| router.producer.flush(timeout))
    }

    /// Removes the bus, and returns whether it was still the installed one.
    fn remove(&mut self) -> Option<(Arc<Router>, bool)> {
        let router = self.router.take()?;
        let was_installed = remove_outlet(&(Arc::clone(&router) as _));
        Some((router, was_installed))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some((router, was_installed)) = self.remove() else { return };
        if was_installed && !router.routes.is_empty() {
            tracing::warn!(
                "the event bus was removed without `close`: from now on, events stay in this process. Keep the guard that \
                 `event_bus::install` returns (`let _ =` drops it at once), and close it when the program ends"
            );
        }
        let flushed = router.producer.flush(FLUSH_ON_DROP);
        if let Err(error) = flushed.or_else(|error| router.producer.hand_over(error)) {
            error.log_lost();
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = self.router.iter().flat_map(|router| &router.routes);
        let topics =
            |routes: &[Destination]| routes.iter().map(|route| route.topic.to_string()).collect::<Vec<_>>();
        let routes: BTreeMap<_, _> =
            routes.map(|(event_type, routes)| (event_type, topics(routes))).collect();
        f.debug_struct("Guard").field("routes", &routes).finish_non_exhaustive()
    }
}
