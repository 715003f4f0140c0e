//! Async receivers, and sends from asynchronous code.

mod bus;
mod closures;
mod consuming;
mod executors;
mod failures;
mod order;
mod runtimes;
mod scopes;
mod untyped;

use std::{
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    task::Poll,
    thread,
    time::Duration,
};

/// The time after which a test counts as hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs `work` on another thread, and fails if it does not end.
fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    let thread = thread::spawn(move || {
        let outcome = work();
        // The test may have failed meanwhile.
        let _ = done.send(());
        outcome
    });
    if let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(PATIENCE) {
        panic!("it hangs");
    }
    thread.join().unwrap()
}

/// A future that is pending once, and wakes itself.
async fn pause() {
    let mut is_first = true;
    poll_fn(|context| {
        if std::mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

fn tokio_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn single_threaded() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Keeps other tests from using the state of the process: its event bus, and the runtime that it remembers.
fn process() -> MutexGuard<'static, ()> {
    static PROCESS: Mutex<()> = Mutex::new(());
    PROCESS.lock().unwrap_or_else(PoisonError::into_inner)
}
