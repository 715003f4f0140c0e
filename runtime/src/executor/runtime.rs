//! The tokio runtime that a future finds on a thread.

use std::{
    cell::RefCell,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    runtime::{Handle, Id, RuntimeFlavor},
    task::unconstrained,
};

use super::{NotDriven, blocking, park};

/// The runtimes for threads that have none.
static KNOWN: Mutex<Known> = Mutex::new(Known { set: None, remembered: Vec::new(), next: 0 });

struct Known {
    set: Option<Handle>,
    /// The runtimes in which something was started that still exists, each with a number.
    remembered: Vec<(u64, Handle)>,
    next: u64,
}

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    /// The runtime that this thread of this crate has entered, without polling any of its tasks.
    static ENTERED: RefCell<Option<Entered>> = const { RefCell::new(None) };
}

#[derive(Clone)]
struct Entered {
    runtime: Id,
    answers: Option<Arc<AtomicBool>>,
}

/// How long a future may wait while the thread of its current-thread runtime does nothing.
const STALLED_AFTER: Duration = Duration::from_secs(5);

/// Sets the tokio runtime for async receivers that run outside of any runtime: those of a synchronous
/// [`send_event`](crate::Signal::send_event) on a thread without one, and for consumers that were started on such a thread.
///
/// A program needs this only if it starts its runtime by itself. Otherwise the runtime in which
/// [`event_bus::install`](crate::event_bus::install) was called serves, as long as its guard exists.
///
/// Set a multi-threaded runtime, or a current-thread one that another thread drives all the time with `Runtime::block_on`. If
/// nobody drives it, an async receiver that still waits after 5 seconds fails.
///
/// ```
/// let runtime = tokio::runtime::Runtime::new()?;
/// openedx_events::set_runtime(runtime.handle().clone());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn set_runtime(handle: Handle) {
    let before = known().set.replace(handle);
    // A runtime may end with its last handle, which must not happen under the lock.
    drop(before);
}

/// Drives a future on this thread until it ends, or for `timeout`.
pub(crate) fn drive<F: Future>(
    mut future: Pin<&mut F>,
    timeout: Option<Duration>,
) -> Result<F::Output, NotDriven> {
    match Handle::try_current() {
        Ok(handle) if let Some(entered) = entered(&handle) => match park(future, timeout) {
            Err(NotDriven::TimedOut) if entered.is_stalled() => Err(NotDriven::Stalled),
            outcome => outcome,
        },
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::CurrentThread => {
            Err(NotDriven::CurrentThread)
        }
        // The task that waits here has a budget, which this future would use up without a chance to get a new one.
        Ok(_) => blocking(|| park(pin!(unconstrained(future.as_mut())), timeout)),
        Err(_) => {
            let runtime = Runtime::watched();
            runtime.enter(|| runtime.park(future, timeout))
        }
    }
}

/// Returns the runtime that this thread of this crate has entered, if it is still the current one: a receiver may run a runtime of
/// its own.
fn entered(current: &Handle) -> Option<Entered> {
    let entered = ENTERED.try_with(|entered| entered.borrow().clone()).ok()??;
    (entered.runtime == current.id()).then_some(entered)
}

impl Entered {
    fn is_stalled(&self) -> bool {
        self.answers.as_ref().is_some_and(|answers| !answers.load(Ordering::Acquire))
    }
}

/// The runtime that a thread finds, if there is one.
#[derive(Clone)]
pub(crate) struct Runtime {
    handle: Option<Handle>,
    /// Whether the one thread of a current-thread runtime has done something since this was made.
    answers: Option<Arc<AtomicBool>>,
}

impl Runtime {
    /// Returns the runtime of this thread, or the one for threads that have none.
    pub(crate) fn current() -> Self {
        let known = || {
            let known = known();
            known.set.clone().or_else(|| known.remembered.last().map(|(_, handle)| handle.clone()))
        };
        Self { handle: Handle::try_current().ok().or_else(known), answers: None }
    }

    /// Returns whether there is one.
    #[cfg(feature = "cli")]
    pub(crate) fn exists(&self) -> bool {
        self.handle.is_some()
    }

    /// Returns the current runtime, and begins to watch it: a caller that keeps its only thread must be told.
    pub(crate) fn watched() -> Self {
        let runtime = Self::current();
        let is_single = |handle: &&Handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread;
        let answers = runtime.handle.as_ref().filter(is_single).map(|handle| {
            let answers = Arc::new(AtomicBool::new(false));
            let answer = Arc::clone(&answers);
            handle.spawn(async move { answer.store(true, Ordering::Release) });
            answers
        });
        Self { answers, ..runtime }
    }

    /// Runs `work` with this runtime on a thread of this crate.
    pub(crate) fn with<T>(&self, work: impl FnOnce() -> T) -> T {
        let entered = self
            .handle
            .as_ref()
            .map(|handle| Entered { runtime: handle.id(), answers: self.answers.clone() });
        let _ = ENTERED.try_with(|cell| cell.replace(entered));
        self.enter(work)
    }

    /// Drives a future until it ends, or for `timeout`, or until it is clear that nobody drives this runtime.
    fn park<F: Future>(
        &self,
        mut future: Pin<&mut F>,
        timeout: Option<Duration>,
    ) -> Result<F::Output, NotDriven> {
        let Some(answers) = &self.answers else { return park(future, timeout) };
        let first = timeout.map_or(STALLED_AFTER, |timeout| timeout.min(STALLED_AFTER));
        match park(future.as_mut(), Some(first)) {
            Err(NotDriven::TimedOut) if !answers.load(Ordering::Acquire) => Err(NotDriven::Stalled),
            Err(NotDriven::TimedOut) => match timeout.map(|timeout| timeout.saturating_sub(first)) {
                Some(Duration::ZERO) => Err(NotDriven::TimedOut),
                rest => park(future, rest),
            },
            outcome => outcome,
        }
    }

    fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.handle.as_ref().map(Handle::enter);
        work()
    }
}

/// Remembers a runtime for threads that have none, until this is dropped.
pub(crate) struct Remembered(Option<u64>);

impl Remembered {
    /// Remembers the runtime of this thread, if it has one.
    pub(crate) fn current() -> Self {
        let Ok(handle) = Handle::try_current() else { return Self(None) };
        let mut known = known();
        let number = known.next;
        known.next += 1;
        known.remembered.push((number, handle));
        Self(Some(number))
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        let Some(number) = self.0 else { return };
        let mut known = known();
        let index = known.remembered.iter().position(|(other, _)| *other == number);
        let handle = index.map(|index| known.remembered.remove(index));
        drop(known);
        // See `set_runtime`.
        drop(handle);
    }
}
