//! Effects that hold on the threads that entered them: what [`testing`](crate::testing) is made of.

use std::{
    any::TypeId,
    cell::RefCell,
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use crate::{
    event::{EventDefinition, SharedEvent},
    metadata::EventsMetadata,
};

/// How many scopes there are on all threads: a send looks at its thread's only when there are any.
static ENTERED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SCOPES: RefCell<Vec<Arc<Effect>>> = const { RefCell::new(Vec::new()) };
}

/// Whether any thread is in a scope.
#[inline]
pub(crate) fn is_active() -> bool {
    ENTERED.load(Ordering::Relaxed) > 0
}

/// What a scope does to the events sent in it.
pub(crate) enum Effect {
    Capture(&'static EventDefinition, Mutex<Vec<Captured>>),
    Strict,
    MuteEvent(&'static EventDefinition),
    MuteReceiver(TypeId),
}

/// An event that was sent in a scope.
#[derive(Clone)]
pub(crate) struct Captured {
    pub(crate) event: SharedEvent,
    pub(crate) metadata: EventsMetadata,
}

/// The scopes of the thread that sends an event.
pub(crate) struct Scopes(Vec<Arc<Effect>>);

impl Scopes {
    /// Those of this thread.
    pub(crate) fn current() -> Self {
        if !is_active() {
            return Self(Vec::new());
        }
        // A thread that is being torn down has none any more.
        Self(SCOPES.try_with(|scopes| scopes.borrow().clone()).unwrap_or_default())
    }

    /// Whether somebody collects events of this definition.
    pub(crate) fn capture(&self, definition: &'static EventDefinition) -> bool {
        self.0
            .iter()
            .any(|effect| matches!(&**effect, Effect::Capture(of, _) if std::ptr::eq(*of, definition)))
    }

    /// Hands an event to whoever collects it.
    pub(crate) fn captured(
        &self,
        definition: &'static EventDefinition,
        event: &SharedEvent,
        metadata: &EventsMetadata,
    ) {
        for effect in &self.0 {
            if let Effect::Capture(of, events) = &**effect
                && std::ptr::eq(*of, definition)
            {
                let captured = Captured { event: Arc::clone(event), metadata: metadata.clone() };
                events.lock().unwrap_or_else(PoisonError::into_inner).push(captured);
            }
        }
    }

    /// Whether a receiver of `event` does not run. `receiver` returns the type of its function.
    #[inline]
    pub(crate) fn mute(&self, event: &'static EventDefinition, receiver: fn() -> TypeId) -> bool {
        self.0.iter().any(|effect| match &**effect {
            Effect::MuteEvent(muted) => std::ptr::eq(*muted, event),
            Effect::MuteReceiver(muted) => *muted == receiver(),
            Effect::Capture(..) | Effect::Strict => false,
        })
    }

    /// Whether a failure is a panic.
    pub(crate) fn are_strict(&self) -> bool {
        self.0.iter().any(|effect| matches!(**effect, Effect::Strict))
    }
}

/// A scope on the thread that made it; it ends when this is dropped.
#[must_use = "the scope ends when this is dropped, which `let _ =` does at once: bind it to a name, as in `let _scope = …`"]
#[derive(Debug)]
pub struct Scope(Entered);

impl Scope {
    pub(crate) fn enter(effect: Effect) -> Self {
        Self(ScopeHandle(Arc::new(effect)).enter())
    }

    /// What takes the scope to other threads and tasks.
    #[must_use]
    pub fn handle(&self) -> ScopeHandle {
        ScopeHandle(Arc::clone(&self.0.effect))
    }

    pub(crate) fn effect(&self) -> &Effect {
        &self.0.effect
    }
}

/// Takes a scope to other threads and tasks.
#[derive(Clone)]
pub struct ScopeHandle(Arc<Effect>);

impl ScopeHandle {
    /// Enters the scope on this thread, until the guard is dropped.
    pub fn enter(&self) -> Entered {
        ENTERED.fetch_add(1, Ordering::Relaxed);
        // A thread that is being torn down sends nothing that could be looked at.
        let _ = SCOPES.try_with(|scopes| scopes.borrow_mut().push(Arc::clone(&self.0)));
        Entered { effect: Arc::clone(&self.0), not_send: PhantomData }
    }

    /// A future that is in the scope whenever it runs, on whatever thread that is, and when it is dropped.
    pub fn wrap<F: Future>(&self, future: F) -> Scoped<F> {
        Scoped { handle: self.clone(), future: Some(Box::pin(future)) }
    }
}

impl fmt::Debug for ScopeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeHandle").finish_non_exhaustive()
    }
}

/// A thread's stay in a scope; it ends when this is dropped.
#[must_use = "the thread leaves the scope when this is dropped"]
pub struct Entered {
    effect: Arc<Effect>,
    /// It has to be dropped on the thread that entered.
    not_send: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        ENTERED.fetch_sub(1, Ordering::Relaxed);
        // A thread that is being torn down has none any more. What was captured goes with `self.effect`, after the
        // borrow: destructors of events may send events.
        let _ = SCOPES.try_with(|scopes| {
            let mut scopes = scopes.borrow_mut();
            let index = scopes.iter().rposition(|effect| Arc::ptr_eq(effect, &self.effect));
            index.map(|index| drop(scopes.remove(index)))
        });
    }
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entered").finish_non_exhaustive()
    }
}

/// A future in a scope: what [`ScopeHandle::wrap`] returns.
#[must_use = "futures do nothing unless they are polled"]
pub struct Scoped<F> {
    handle: ScopeHandle,
    /// There until this is dropped.
    future: Option<Pin<Box<F>>>,
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = self.handle.enter();
        self.future.as_mut().map_or(Poll::Pending, |future| future.as_mut().poll(context))
    }
}

impl<F> Drop for Scoped<F> {
    fn drop(&mut self) {
        let _entered = self.handle.enter();
        // What is cancelled may send that it was.
        self.future = None;
    }
}

impl<F> fmt::Debug for Scoped<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped").finish_non_exhaustive()
    }
}
