//! The event bus of this process: what events are produced to, once it is installed.

use std::{
    borrow::Borrow,
    collections::HashMap,
    error::Error,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use super::{
    Producer,
    error::ProduceError,
    outlet::{Route, Routed, Routes},
};
use crate::event_bus::{
    broker::{capabilities::Capability, error::BusError, from_settings},
    settings::{Settings, SettingsError},
    wire::envelope::Envelope,
};
use crate::{metadata::set_service, registry, signal::set_outlet};

static INSTALLED: RwLock<Option<Arc<Routed>>> = RwLock::new(None);

/// How long a guard that is dropped waits for what was not delivered yet.
const FLUSH_ON_DROP: Duration = Duration::from_secs(5);

/// Keeps the event bus installed. Dropping it delivers what waits, for at most 5 seconds, and takes the bus away: from
/// then on, events stay in the process.
#[must_use = "the event bus is taken away when this is dropped: keep it for as long as the program runs"]
pub struct Guard(Option<Arc<Routed>>);

/// Installs the event bus that `settings` describe: from then on, an event that has an enabled route in
/// `EVENT_BUS_PRODUCER_CONFIG` goes to the topics of that route after its receivers have run, unless it came from the bus.
///
/// What became of it is in the [`Responses`](crate::Responses) of the send, as the outcome of a receiver called
/// `event_bus`. A bus that was installed before is replaced. Without `EVENT_BUS_PRODUCER` none is installed, and events stay in the
/// process, unless an earlier guard is still there.
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
/// Where a route is enabled and no bus is set, or the bus cannot be set up. A server that cannot be reached is no
/// error: it may come back.
pub fn install(settings: impl Borrow<Settings>) -> Result<Guard, InstallError> {
    let settings = settings.borrow();
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    // Without a bus, too: receivers of this process see the metadata.
    settings.service_name.as_deref().inspect(|name| set_service(name));
    let Some(name) = settings.producing_bus().map_err(InstallError::Settings)? else {
        return Ok(Guard(None));
    };
    if settings.service_name.is_none() {
        tracing::warn!("EVENTS_SERVICE_NAME is not set: the `source` of events is SERVICE_NAME_UNSET");
    }
    let bus = from_settings::bus(name, settings).map_err(InstallError::Bus)?;
    let producer = Producer::with_settings(&*bus, settings).map_err(InstallError::Bus)?;
    let mut routes = Routes::new();
    for (event_type, topic, route) in settings.producer.config.iter().filter(|(_, _, route)| route.enabled) {
        let key_field =
            Some(route.event_key_field.clone()).filter(|_| bus.capabilities().can(Capability::OrderByKey));
        let route = Route { topic: producer.full_topic(topic).into(), key_field };
        routes.entry(event_type.to_owned()).or_default().push(route);
    }
    Ok(install_routes(producer, routes))
}

/// Why the event bus could not be installed.
#[non_exhaustive]
pub enum InstallError {
    /// The settings do not fit together.
    Settings(SettingsError),
    /// The bus cannot be set up.
    Bus(BusError),
}

/// The text of `Display` and those of its sources, which is what a `main` that returns it prints.
impl fmt::Debug for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::error::chain(self))
    }
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(error) => error.fmt(f),
            Self::Bus(error) => error.fmt(f),
        }
    }
}

/// The text is that of the error inside, and so is the source.
impl Error for InstallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Settings(error) => error.source(),
            Self::Bus(error) => error.source(),
        }
    }
}

fn install_routes(producer: Producer, routes: Routes) -> Guard {
    let outlet = Arc::new(Routed { producer, routes });
    // Nobody installs another one, or takes one away, between these steps.
    let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    let replaced = installed.replace(Arc::clone(&outlet));
    set_outlet(Some(Arc::clone(&outlet) as _));
    registry::set_produced(|definition| outlet.routes.contains_key(definition.event_type()));
    drop(installed);
    // Not before the lock is free: to drop a bus may be to run somebody's code.
    drop(replaced);
    Guard(Some(outlet))
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
pub(in crate::event_bus) fn produced_to(topic: &str) -> Option<String> {
    let installed = installed()?;
    let goes_there = |routes: &[Route]| routes.iter().any(|route| &*route.topic == topic);
    installed.routes.iter().find(|(_, routes)| goes_there(routes)).map(|(event_type, _)| event_type.clone())
}

impl Guard {
    /// Delivers what waits, for at most `timeout`, and takes the bus away.
    ///
    /// # Errors
    ///
    /// With the events that were not delivered.
    pub fn close(mut self, timeout: Duration) -> Result<(), ProduceError> {
        self.take_away().map_or(Ok(()), |routed| routed.producer.flush(timeout))
    }

    fn take_away(&mut self) -> Option<Arc<Routed>> {
        let own = self.0.take()?;
        let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        if installed.as_ref().is_some_and(|installed| Arc::ptr_eq(installed, &own)) {
            // `own` keeps it from being dropped here, under the lock.
            *installed = None;
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
                let Envelope { topic, message, .. } = &undelivered.envelope;
                tracing::error!(
                    topic = &**topic,
                    message_id = message.id().as_deref(),
                    event_type = message.event_type(),
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
