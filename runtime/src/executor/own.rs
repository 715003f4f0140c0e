//! A tokio runtime for the receivers of a program that has none.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use tokio::runtime::{Builder, Runtime as TokioRuntime};

use super::runtime::{Runtime, is_in_use};

/// How long blocking work that receivers have spawned may take at the end.
const SHUTDOWN: Duration = Duration::from_secs(2);

/// How long a thread of this crate may take to end. Those of lanes end a moment after their consumer.
const LET_GO: Duration = Duration::from_millis(500);

/// The runtime that was started here and has not ended. All that need one share it.
static OWN: Mutex<Weak<Own>> = Mutex::new(Weak::new());

/// Runs `work` in a tokio runtime, which receivers find on all threads. The program may have one; otherwise one is started here, and
/// ends with `work`.
///
/// It does not depend on the receivers: connected closures and calls of [`block_on`](crate::block_on) need a runtime too, and nothing
/// announces them before they run.
///
/// # Errors
///
/// If the runtime cannot be started.
pub(crate) fn in_runtime<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let Some(own) = Own::needed().map_err(|error| format!("cannot start a tokio runtime: {error}"))? else {
        return Ok(work());
    };
    let _entered = own.runtime().map(TokioRuntime::enter);
    Ok(work())
}

/// A runtime that was started here. It is `None` only while this is dropped.
struct Own(Option<TokioRuntime>);

impl Own {
    /// Returns the runtime of this crate, unless the thread finds one of the program.
    fn needed() -> std::io::Result<Option<Arc<Self>>> {
        let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
        let (running, found) = (own.upgrade(), Runtime::current().id());
        if let Some(running) = running
            && found.is_none_or(|found| running.runtime().is_some_and(|own| own.handle().id() == found))
        {
            return Ok(Some(running));
        }
        if found.is_some() {
            return Ok(None);
        }
        let runtime = Builder::new_multi_thread().enable_all().thread_name("events-runtime").build()?;
        let started = Arc::new(Self(Some(runtime)));
        *own = Arc::downgrade(&started);
        Ok(Some(started))
    }

    fn runtime(&self) -> Option<&TokioRuntime> {
        self.0.as_ref()
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let Some(runtime) = self.0.take() else { return };
        let (id, end) = (runtime.handle().id(), Instant::now() + LET_GO);
        while is_in_use(id) {
            if Instant::now() >= end {
                // A receiver hangs. Without its runtime, it would fail, and log an error that it did not cause.
                return mem::forget(runtime);
            }
            thread::sleep(Duration::from_millis(1));
        }
        // Dropping the runtime itself would wait for a hung call forever.
        runtime.shutdown_timeout(SHUTDOWN);
    }
}
