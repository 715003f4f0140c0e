//! The outlet: the event bus, if one is installed. It takes events after their receivers have run.

use std::{
    any::Any,
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    event::{AnyEvent, EventDefinition},
    metadata::EventsMetadata,
    responses::Response,
};

/// An event on its way.
pub(crate) type Producing<'a> = Pin<Box<dyn Future<Output = Option<Response>> + Send + 'a>>;

/// Takes the events that are sent in this process. The event bus implements it, so that signals need not depend on the
/// event bus.
pub(crate) trait Outlet: Any + Send + Sync {
    /// Returns whether events of this definition go anywhere.
    fn takes(&self, definition: &EventDefinition) -> bool;

    /// Sends the event on and returns the outcome, or `None` if the event goes nowhere.
    fn produce(&self, event: AnyEvent<'_>, metadata: &EventsMetadata) -> Option<Response>;

    /// Sends the event on as [`produce`](Self::produce) does, without keeping a thread of the caller waiting.
    fn produce_async<'a>(&'a self, event: AnyEvent<'a>, metadata: &'a EventsMetadata) -> Producing<'a>;
}

static INSTALLED: RwLock<Option<Arc<dyn Outlet>>> = RwLock::new(None);

/// Replaces the outlet by what `with` returns, unless that is `None`. Calls `tell` with the new outlet under the lock. Returns
/// whether it was replaced.
pub(super) fn replace(
    with: impl FnOnce(Option<&Arc<dyn Outlet>>) -> Option<Option<Arc<dyn Outlet>>>,
    tell: impl FnOnce(Option<&dyn Outlet>),
) -> bool {
    let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
    let Some(outlet) = with(installed.as_ref()) else { return false };
    tell(outlet.as_deref());
    let replaced = std::mem::replace(&mut *installed, outlet);
    drop(installed);
    // Dropping an event bus can run a user's code, which must not happen under the lock.
    drop(replaced);
    true
}

pub(super) fn current() -> Option<Arc<dyn Outlet>> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Returns the outlet, if it is a `T`.
pub(crate) fn current_as<T: Outlet>() -> Option<Arc<T>> {
    (current()? as Arc<dyn Any + Send + Sync>).downcast().ok()
}
