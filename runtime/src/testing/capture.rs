//! Captures of the events that the code under test sends.

use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc};

use crate::{
    event::Event,
    metadata::EventsMetadata,
    scope::{Captured, Effect, Scope, ScopeHandle, Sent},
    signal::Signal,
};

/// Collects the events that this thread sends with `signal` until the capture is dropped. Receivers run as usual.
///
/// See the [module](super) for an example.
pub fn capture<E: Event>(signal: &'static Signal<E>) -> Capture<E> {
    let sent = Arc::default();
    let effect = Effect::Capture(signal.definition(), Arc::clone(&sent));
    Capture { scope: Scope::enter(effect), sent, event: PhantomData }
}

/// The events that were sent since the call of [`capture`], in order.
#[must_use = "events are collected until this is dropped, which `let _ =` does at once: bind it to a name, as in `let sent = …`"]
pub struct Capture<E> {
    scope: Scope,
    sent: Arc<Sent>,
    event: PhantomData<E>,
}

impl<E: Event> Capture<E> {
    /// Returns the events.
    #[must_use]
    pub fn events(&self) -> Vec<Arc<E>> {
        self.with(|all| all.iter().filter_map(|one| (E::ERASURE.restore)(Arc::clone(&one.event))).collect())
    }

    /// Returns the metadata of the events.
    #[must_use]
    pub fn metadata(&self) -> Vec<EventsMetadata> {
        self.with(|all| all.iter().map(|one| one.metadata.clone()).collect())
    }

    /// Returns the number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.with(<[_]>::len)
    }

    /// Returns whether no event was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the one event that was sent.
    ///
    /// # Panics
    ///
    /// If no event or more than one was sent.
    #[allow(clippy::must_use_candidate)] // A test may call it only for the check.
    #[track_caller]
    pub fn assert_one(&self) -> Arc<E> {
        let mut events = self.events();
        let count = events.len();
        match events.pop() {
            Some(event) if count == 1 => event,
            _ => panic!(
                "expected one `{}` in this scope, but {count} were sent{}",
                E::DEFINITION.name(),
                if count == 0 { self.elsewhere() } else { String::new() }
            ),
        }
    }

    /// Checks that no event was sent.
    ///
    /// # Panics
    ///
    /// If one was.
    #[track_caller]
    pub fn assert_none(&self) {
        let count = self.len();
        assert!(count == 0, "expected no `{}` in this scope, but {count} were sent", E::DEFINITION.name());
    }

    /// Checks that an event was sent for which `matches` is true.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn assert_any(&self, matches: impl Fn(&E) -> bool) {
        let events = self.events();
        assert!(
            events.iter().any(|event| matches(event)),
            "none of the {} `{}` events that were sent matches{}",
            events.len(),
            E::DEFINITION.name(),
            self.elsewhere()
        );
    }

    /// Returns a handle that takes the scope to other threads and tasks, so that their events are collected too.
    #[must_use]
    pub fn handle(&self) -> ScopeHandle {
        self.scope.handle()
    }

    fn with<R>(&self, read: impl FnOnce(&[Captured]) -> R) -> R {
        read(&self.sent.captured())
    }

    /// Returns the lines of a message about events that were sent outside of the scope; nothing if there are none.
    fn elsewhere(&self) -> String {
        let mut threads = BTreeMap::new();
        for thread in self.sent.elsewhere().iter() {
            *threads.entry(thread.clone()).or_insert(0) += 1;
        }
        if threads.is_empty() {
            return String::new();
        }
        let threads: Vec<String> =
            threads.iter().map(|(thread, count)| format!("{count} on thread `{thread}`")).collect();
        format!(
            "\nnote: meanwhile, events were sent outside of this scope: {}; other tests may have sent some of them\nhelp: take the \
             scope along: pass `capture.handle()` to the thread and call `enter()` there, or wrap the future: \
             `capture.handle().wrap(future)`",
            threads.join(", ")
        )
    }
}

/// Prints the number of events. Their data may be personal.
impl<E: Event> fmt::Debug for Capture<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("len", &self.len()).finish_non_exhaustive()
    }
}
