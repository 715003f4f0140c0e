//! Events that the code under test sent.

use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    event::Event,
    metadata::EventsMetadata,
    scope::{Captured, Effect, Scope, ScopeHandle},
    signal::Signal,
};

/// Collects the events that this thread sends with `signal`, until it is dropped; receivers run as usual.
///
/// See the [module](super) for an example.
pub fn capture<E: Event>(signal: &'static Signal<E>) -> Capture<E> {
    let effect = Effect::Capture(signal.definition(), Mutex::default());
    Capture { scope: Scope::enter(effect), event: PhantomData }
}

/// The events sent since [`capture`] was called, in order.
#[must_use = "events are collected until this is dropped, which `let _ =` does at once: bind it to a name, as in `let sent = …`"]
pub struct Capture<E> {
    scope: Scope,
    event: PhantomData<E>,
}

impl<E: Event> Capture<E> {
    /// The events.
    #[must_use]
    pub fn events(&self) -> Vec<Arc<E>> {
        self.with(|all| all.iter().filter_map(|one| (E::ERASURE.restore)(Arc::clone(&one.event))).collect())
    }

    /// The metadata of the events.
    #[must_use]
    pub fn metadata(&self) -> Vec<EventsMetadata> {
        self.with(|all| all.iter().map(|one| one.metadata.clone()).collect())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.with(<[_]>::len)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The only event that was sent.
    ///
    /// # Panics
    ///
    /// When it was not exactly one.
    #[allow(clippy::must_use_candidate)] // It is called for what it requires, too.
    #[track_caller]
    pub fn assert_one(&self) -> Arc<E> {
        let mut events = self.events();
        let count = events.len();
        match events.pop() {
            Some(event) if count == 1 => event,
            _ => panic!("expected one `{}` in this scope, but {count} were sent", E::DEFINITION.name()),
        }
    }

    /// Requires that no event was sent.
    ///
    /// # Panics
    ///
    /// When one was.
    #[track_caller]
    pub fn assert_none(&self) {
        let count = self.len();
        assert!(count == 0, "expected no `{}` in this scope, but {count} were sent", E::DEFINITION.name());
    }

    /// Requires that an event was sent for which `matches` is true.
    ///
    /// # Panics
    ///
    /// When there was none.
    #[track_caller]
    pub fn assert_any(&self, matches: impl Fn(&E) -> bool) {
        let events = self.events();
        assert!(
            events.iter().any(|event| matches(event)),
            "none of the {} `{}` that were sent matches",
            events.len(),
            E::DEFINITION.name()
        );
    }

    /// What takes the scope to other threads and tasks, whose events are collected too.
    #[must_use]
    pub fn handle(&self) -> ScopeHandle {
        self.scope.handle()
    }

    fn with<R>(&self, read: impl FnOnce(&[Captured]) -> R) -> R {
        match self.scope.effect() {
            Effect::Capture(_, events) => read(&events.lock().unwrap_or_else(PoisonError::into_inner)),
            // `capture` makes no other scope.
            _ => read(&[]),
        }
    }
}

/// The number of events; their data may be personal.
impl<E: Event> fmt::Debug for Capture<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("len", &self.len()).finish_non_exhaustive()
    }
}
