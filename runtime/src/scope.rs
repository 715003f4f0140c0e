//! Scopes: effects on the events that a thread sends while it is in them. [`testing`](crate::testing) builds on them.
//!
//! This file uses events and metadata. The code that runs receivers uses it.

use std::{
    any::TypeId,
    cell::RefCell,
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    thread,
};

use crate::{
    event::{EventDefinition, SharedEvent},
    metadata::EventsMetadata,
};

/// The number of scopes on all threads. A send looks at the scopes of its thread only if this is not zero.
static ENTERED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SCOPES: RefCell<Vec<Arc<Effect>>> = const { RefCell::new(Vec::new()) };
}

/// Returns whether any thread is in a scope.
#[inline]
pub(crate) fn is_active() -> bool {
    ENTERED.load(Ordering::Relaxed) > 0
}

/// The effect of a scope on the events that are sent in it.
pub(crate) enum Effect {
    Capture(&'static EventDefinition, Arc<Sent>),
    Strict,
    MuteEvent(&'static EventDefinition),
    MuteReceiver(TypeId),
}

/// Does not print the effect, because captured events may hold personal data.
impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Effect")
    }
}

/// The events that were sent while a capture existed.
#[derive(Default)]
pub(crate) struct Sent {
    captured: Mutex<Vec<Captured>>,
    /// For each event that was sent outside of the scope, the name of its thread.
    elsewhere: Mutex<Vec<String>>,
}

impl Sent {
    pub(crate) fn captured(&self) -> MutexGuard<'_, Vec<Captured>> {
        self.captured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn elsewhere(&self) -> MutexGuard<'_, Vec<String>> {
        self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The captures on all threads.
static CAPTURES: Mutex<Vec<Weak<Effect>>> = Mutex::new(Vec::new());

/// Tells each capture of this definition that it missed an event, because its scope is not among the sender's `scopes`.
pub(crate) fn note_missed(definition: &'static EventDefinition, scopes: &Scopes) {
    let captures: Vec<_> = {
        let captures = CAPTURES.lock().unwrap_or_else(PoisonError::into_inner);
        captures.iter().filter_map(Weak::upgrade).collect()
    };
    for effect in captures {
        if let Effect::Capture(of, sent) = &*effect
            && std::ptr::eq(*of, definition)
            && !scopes.0.iter().any(|one| Arc::ptr_eq(one, &effect))
        {
            let thread = thread::current();
            sent.elsewhere().push(thread.name().unwrap_or("a thread without a name").to_owned());
        }
    }
}

/// An event that was sent in a scope.
#[derive(Clone)]
pub(crate) struct Captured {
    pub(crate) event: SharedEvent,
    pub(crate) metadata: EventsMetadata,
}

/// The scopes that a thread is in.
#[derive(Clone)]
pub(crate) struct Scopes(Vec<Arc<Effect>>);

impl Scopes {
    /// No scopes.
    pub(crate) const NONE: &Self = &Self(Vec::new());

    pub(crate) fn current() -> Self {
        if !is_active() {
            return Self(Vec::new());
        }
        // A thread that is ending no longer has scopes.
        Self(SCOPES.try_with(|scopes| scopes.borrow().clone()).unwrap_or_default())
    }

    /// Returns whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Enters those scopes that this thread is not in, until the guards are dropped.
    fn enter(&self) -> Vec<Entered> {
        let here = Self::current();
        let is_new = |effect: &&Arc<Effect>| !here.0.iter().any(|one| Arc::ptr_eq(one, effect));
        self.0.iter().filter(is_new).map(|effect| ScopeHandle(Arc::clone(effect)).enter()).collect()
    }

    /// Returns a future that enters the scopes at each poll, and when it is dropped.
    pub(crate) fn wrap<F: Future>(self, future: F) -> InScopes<F> {
        InScopes { scopes: self, future: Some(Box::pin(future)) }
    }

    /// Returns whether a scope collects events of this definition.
    pub(crate) fn capture(&self, definition: &'static EventDefinition) -> bool {
        self.0
            .iter()
            .any(|effect| matches!(&**effect, Effect::Capture(of, _) if std::ptr::eq(*of, definition)))
    }

    /// Hands an event to the scopes that collect it.
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
                events.captured().push(captured);
            }
        }
    }

    /// Returns whether a scope mutes a receiver of `event`. `receiver` returns the type of its function.
    #[inline]
    pub(crate) fn mute(&self, event: &'static EventDefinition, receiver: fn() -> TypeId) -> bool {
        self.0.iter().any(|effect| match &**effect {
            Effect::MuteEvent(muted) => std::ptr::eq(*muted, event),
            Effect::MuteReceiver(muted) => *muted == receiver(),
            Effect::Capture(..) | Effect::Strict => false,
        })
    }

    /// Returns whether a failure makes the send panic.
    pub(crate) fn are_strict(&self) -> bool {
        self.0.iter().any(|effect| matches!(**effect, Effect::Strict))
    }
}

/// A scope on the thread that made it. Dropping it ends the scope.
#[must_use = "the scope ends when this is dropped, which `let _ =` does at once: bind it to a name, as in `let _scope = …`"]
#[derive(Debug)]
pub struct Scope(Entered);

impl Scope {
    pub(crate) fn enter(effect: Effect) -> Self {
        let effect = Arc::new(effect);
        if matches!(*effect, Effect::Capture(..)) {
            let mut captures = CAPTURES.lock().unwrap_or_else(PoisonError::into_inner);
            captures.retain(|capture| capture.strong_count() > 0);
            captures.push(Arc::downgrade(&effect));
        }
        Self(ScopeHandle(effect).enter())
    }

    /// Returns a handle that takes the scope to other threads and tasks.
    #[must_use]
    pub fn handle(&self) -> ScopeHandle {
        ScopeHandle(Arc::clone(&self.0.effect))
    }
}

/// Takes a scope to other threads and tasks.
#[derive(Clone, Debug)]
pub struct ScopeHandle(Arc<Effect>);

impl ScopeHandle {
    /// Enters the scope on this thread, until the guard is dropped.
    pub fn enter(&self) -> Entered {
        ENTERED.fetch_add(1, Ordering::Relaxed);
        // A thread that is ending no longer has scopes, and its sends are not observed.
        let _ = SCOPES.try_with(|scopes| scopes.borrow_mut().push(Arc::clone(&self.0)));
        Entered { effect: Arc::clone(&self.0), not_send: PhantomData }
    }

    /// Returns a future that enters the scope at each poll, on any thread, and when it is dropped.
    pub fn wrap<F: Future>(&self, future: F) -> Scoped<F> {
        Scoped { handle: self.clone(), future: Some(Box::pin(future)) }
    }
}

/// A thread's stay in a scope. Dropping it leaves the scope.
#[must_use = "the thread leaves the scope when this is dropped"]
#[derive(Debug)]
pub struct Entered {
    effect: Arc<Effect>,
    /// This must be dropped on the thread that entered.
    not_send: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        ENTERED.fetch_sub(1, Ordering::Relaxed);
        // A thread that is ending no longer has scopes. Captured events are dropped with `self.effect`, after the borrow,
        // because their destructors may send events.
        let _ = SCOPES.try_with(|scopes| {
            let mut scopes = scopes.borrow_mut();
            let index = scopes.iter().rposition(|effect| Arc::ptr_eq(effect, &self.effect));
            index.map(|index| drop(scopes.remove(index)))
        });
    }
}

/// A future in the scopes of its sender.
pub(crate) struct InScopes<F> {
    scopes: Scopes,
    /// `None` only while this is dropped.
    future: Option<Pin<Box<F>>>,
}

impl<F: Future> Future for InScopes<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = self.scopes.enter();
        self.future.as_mut().map_or(Poll::Pending, |future| future.as_mut().poll(context))
    }
}

impl<F> Drop for InScopes<F> {
    fn drop(&mut self) {
        let _entered = self.scopes.enter();
        // A cancelled receiver may send events in its destructors.
        self.future = None;
    }
}

/// A future in a scope. [`ScopeHandle::wrap`] returns it.
#[must_use = "futures do nothing unless they are polled"]
pub struct Scoped<F> {
    handle: ScopeHandle,
    /// `None` only while this is dropped.
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
        // A cancelled future may send events in its destructors.
        self.future = None;
    }
}

impl<F> fmt::Debug for Scoped<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped").finish_non_exhaustive()
    }
}
