//! Where events go after their receivers: the event bus, when one is installed.

use std::sync::{Arc, PoisonError, RwLock};

use crate::{event::AnyEvent, metadata::EventsMetadata, responses::Response};

/// What an event bus does with an event that was sent in this process.
pub(crate) trait Outlet: Send + Sync {
    /// Sends the event on; the response says what became of it. `None` where it goes nowhere.
    fn produce(&self, event: AnyEvent<'_>, metadata: &EventsMetadata) -> Option<Response>;
}

static OUTLET: RwLock<Option<Arc<dyn Outlet>>> = RwLock::new(None);

/// Replaces the outlet. Which signals ask it is said to each of them: see `AnySignal::set_produced`.
pub(crate) fn set(outlet: Option<Arc<dyn Outlet>>) {
    let old = std::mem::replace(&mut *OUTLET.write().unwrap_or_else(PoisonError::into_inner), outlet);
    // Outside the lock: an event bus may flush when it is dropped.
    drop(old);
}

/// The outlet as it is now.
pub(super) fn current() -> Option<Arc<dyn Outlet>> {
    OUTLET.read().unwrap_or_else(PoisonError::into_inner).clone()
}
