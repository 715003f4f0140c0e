//! Where events go after their receivers: to the event bus, if one is installed.

use std::{
    any::Any,
    sync::{Arc, PoisonError, RwLock},
};

use super::slice::SIGNALS;
use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::EventsMetadata,
    responses::Response,
};

/// Takes events that were sent in this process.
pub(crate) trait Outlet: Any + Send + Sync {
    /// Returns whether events of this definition go anywhere.
    fn takes(&self, definition: &EventDefinition) -> bool;

    /// Sends the event on. The response has the outcome; `None` if the event goes nowhere.
    fn produce(&self, event: AnyEvent<'_>, metadata: &EventsMetadata) -> Option<Response>;
}

static INSTALLED: RwLock<Option<Arc<dyn Outlet>>> = RwLock::new(None);

/// Installs an outlet, in place of the one before.
pub(crate) fn install(outlet: Arc<dyn Outlet>) {
    replace(|_| Some(Some(outlet)));
}

/// Removes this outlet, unless another one has replaced it.
pub(crate) fn remove(outlet: &Arc<dyn Outlet>) {
    replace(|installed| installed.is_some_and(|installed| Arc::ptr_eq(installed, outlet)).then_some(None));
}

fn replace(with: impl FnOnce(Option<&Arc<dyn Outlet>>) -> Option<Option<Arc<dyn Outlet>>>) {
    let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    let Some(outlet) = with(installed.as_ref()) else { return };
    // Each signal keeps the answer, so that a send without a route costs nothing. The lock keeps all of them in step.
    for signal in SIGNALS {
        signal.set_produced(outlet.as_ref().is_some_and(|outlet| outlet.takes(signal.definition())));
    }
    let replaced = std::mem::replace(&mut *installed, outlet);
    drop(installed);
    // Dropping an event bus can run a user's code, which must not happen under the lock.
    drop(replaced);
}

/// Returns the outlet.
pub(super) fn current() -> Option<Arc<dyn Outlet>> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Returns the outlet, if it is a `T`.
pub(crate) fn current_as<T: Outlet>() -> Option<Arc<T>> {
    (current()? as Arc<dyn Any + Send + Sync>).downcast().ok()
}
