//! The tokio runtime that a future finds on a thread.

use std::{
    cell::Cell,
    pin::{Pin, pin},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::{Handle, Id, RuntimeFlavor, worker_index},
    task::unconstrained,
};

use super::{NotDriven, blocking, park, pulse::Pulse};

/// The runtimes for threads that have none.
static KNOWN: Mutex<Known> =
    Mutex::new(Known { set: None, remembered: Vec::new(), next: 0, in_use: Vec::new() });

struct Known {
    set: Option<Handle>,
    /// The runtimes in which something was started that still exists, each with a number.
    remembered: Vec<(u64, Handle)>,
    next: u64,
    /// The runtimes that threads without one use for receivers, one for each thread.
    in_use: Vec<Id>,
}

impl Known {
    fn handle(&self) -> Option<Handle> {
        self.set.clone().or_else(|| self.remembered.last().map(|(_, handle)| handle.clone()))
    }
}

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    static LAST: Cell<Last> = const { Cell::new(Last::Nothing) };
}

/// What this thread has driven last.
#[derive(Clone, Copy)]
enum Last {
    Nothing,
    Future,
    /// A future that failed for this reason, which its receiver may hide: `block_on` panics.
    Failed(NotDriven),
}

/// Notes what this thread has driven. A destructor of another thread-local value may send an event while the thread ends.
fn note(last: Last) {
    let _ = LAST.try_with(|noted| noted.set(last));
}

/// How long a future waits before this thread checks whether its runtime runs any tasks. Most futures end sooner.
const UNWATCHED: Duration = Duration::from_millis(50);

/// How long a runtime may do nothing.
const STALLED_AFTER: Duration = Duration::from_secs(5);

/// Sets the tokio runtime for async receivers that run outside of any runtime: receivers of a synchronous
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
    note(Last::Future);
    let outcome = match Handle::try_current() {
        Ok(handle) if is_only_thread(&handle) => Err(NotDriven::OnlyThread),
        // The task that waits here has a budget, which this future would use up without a chance to get a new one.
        Ok(handle) => {
            blocking(|| watch(&handle, pin!(unconstrained(future.as_mut())), timeout, STALLED_AFTER))
        }
        Err(_) => match InUse::known() {
            Some((handle, _in_use)) => {
                let _entered = handle.enter();
                watch(&handle, future, timeout, STALLED_AFTER)
            }
            None => park(future, timeout),
        },
    };
    if let Err(error @ (NotDriven::Stalled | NotDriven::Ended)) = outcome {
        note(Last::Failed(error));
    }
    outcome
}

/// Returns whether this thread is the one that drives a current-thread runtime.
fn is_only_thread(handle: &Handle) -> bool {
    handle.runtime_flavor() == RuntimeFlavor::CurrentThread && worker_index().is_some()
}

/// Polls a future until it ends, or for `timeout`, or until its runtime has ended or done nothing for `stalled_after`.
fn watch<F: Future>(
    handle: &Handle,
    mut future: Pin<&mut F>,
    timeout: Option<Duration>,
    stalled_after: Duration,
) -> Result<F::Output, NotDriven> {
    let mut left = timeout.unwrap_or(Duration::MAX);
    let (mut part, mut pulse) = (left.min(UNWATCHED), None::<Pulse>);
    loop {
        match park(future.as_mut(), Some(part)) {
            Err(NotDriven::TimedOut) => {}
            outcome => return outcome,
        }
        if let Some(pulse) = pulse {
            pulse.wait(Duration::ZERO)?;
        }
        left = left.saturating_sub(part);
        if left.is_zero() {
            return Err(NotDriven::TimedOut);
        }
        pulse = Some(Pulse::of(handle));
        // The last part is not made very short, because a busy runtime would then seem to do nothing.
        part = if left < stalled_after.mul_f32(1.2) { left } else { stalled_after };
    }
}

/// Forgets what receivers before the next one have driven on this thread.
pub(crate) fn forget_trouble() {
    note(Last::Nothing);
}

/// Returns why a receiver on this thread can have failed, if that is not its own fault: it drove futures, or it `panicked`, as
/// `Handle::block_on` does.
pub(crate) fn trouble(panicked: bool) -> Option<NotDriven> {
    match LAST.try_with(Cell::get).unwrap_or(Last::Nothing) {
        Last::Nothing if !panicked => None,
        Last::Failed(error) => Some(error),
        // Timers panic in a runtime that has ended, sockets return errors, and tasks are cancelled.
        Last::Nothing | Last::Future => has_ended().then_some(NotDriven::Ended),
    }
}

/// Returns whether the runtime that this thread finds has ended.
pub(crate) fn has_ended() -> bool {
    let Some(runtime) = Runtime::current().0 else { return false };
    Pulse::of(&runtime).wait(Duration::ZERO) == Err(NotDriven::Ended)
}

/// The runtime that a thread finds, if there is one.
#[derive(Clone)]
pub(crate) struct Runtime(Option<Handle>);

impl Runtime {
    /// Returns the runtime of this thread, or the one for threads that have none.
    pub(crate) fn current() -> Self {
        Self(Handle::try_current().ok().or_else(|| known().handle()))
    }

    /// Returns its id.
    pub(super) fn id(&self) -> Option<Id> {
        self.0.as_ref().map(Handle::id)
    }

    /// Returns an error if it cannot drive futures that other threads wait for while this one is blocked.
    pub(crate) fn check(&self) -> Result<(), NotDriven> {
        let Some(handle) = &self.0 else { return Ok(()) };
        if is_only_thread(handle) {
            return Err(NotDriven::OnlyThread);
        }
        // This thread may be the only worker.
        blocking(|| Pulse::of(handle).wait(STALLED_AFTER))
    }

    /// Runs `work` with this runtime on a thread of this crate.
    pub(crate) fn with<T>(&self, work: impl FnOnce() -> T) -> T {
        let Some(handle) = &self.0 else { return work() };
        let _used = InUse::new(handle.id());
        let _entered = handle.enter();
        work()
    }
}

/// Returns whether a thread without a runtime of its own uses this one for receivers.
pub(super) fn is_in_use(id: Id) -> bool {
    known().in_use.contains(&id)
}

/// Keeps a runtime listed as one in use.
struct InUse(Id);

impl InUse {
    /// Returns the runtime for threads that have none, if there is one. The runtime of a consumer does not end meanwhile.
    fn known() -> Option<(Handle, Self)> {
        let mut known = known();
        let handle = known.handle()?;
        known.in_use.push(handle.id());
        let in_use = Self(handle.id());
        Some((handle, in_use))
    }

    fn new(id: Id) -> Self {
        known().in_use.push(id);
        Self(id)
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let mut known = known();
        if let Some(index) = known.in_use.iter().position(|id| *id == self.0) {
            known.in_use.swap_remove(index);
        }
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

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::mpsc::channel,
        thread,
        time::{Duration, Instant},
    };

    use tokio::runtime::Builder;

    use super::*;

    const SOON: Duration = Duration::from_millis(100);

    /// Drives a runtime for a while, and then ends it, or keeps it. Returns what a future hears that waits in it without a limit.
    fn after_a_while(ends: bool) -> NotDriven {
        let (tell, told) = channel();
        let (keep, kept) = channel::<()>();
        let driving = thread::spawn(move || {
            let runtime = Builder::new_current_thread().build().unwrap();
            tell.send(runtime.handle().clone()).unwrap();
            let end = Instant::now() + SOON * 4;
            runtime.block_on(async {
                while Instant::now() < end {
                    thread::sleep(Duration::from_millis(1));
                    tokio::task::yield_now().await;
                }
            });
            if ends {
                drop(runtime);
            } else {
                // Ends when the other half is dropped.
                let _ = kept.recv();
            }
        });
        let handle = told.recv().unwrap();
        let begun = Instant::now();
        let outcome = watch(&handle, pin!(pending::<()>()), None, SOON).unwrap_err();
        assert!(begun.elapsed() >= SOON * 3, "{outcome}");
        drop(keep);
        driving.join().unwrap();
        outcome
    }

    #[test]
    fn a_runtime_that_stops_later_is_noticed() {
        assert_eq!(after_a_while(false), NotDriven::Stalled);
        assert_eq!(after_a_while(true), NotDriven::Ended);
    }

    #[test]
    fn a_future_has_its_whole_time() {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        for timeout in [SOON / 4, SOON * 3, SOON * 3 + SOON / 2] {
            let begun = Instant::now();
            let outcome = watch(runtime.handle(), pin!(pending::<()>()), Some(timeout), SOON);
            assert_eq!(outcome, Err(NotDriven::TimedOut));
            assert!(begun.elapsed() >= timeout, "{timeout:?}");
        }
    }
}
