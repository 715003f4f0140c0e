//! Waiting inside an asynchronous program.

/// Calls `wait`, which may block for a long time.
///
/// On a worker of tokio's multi-threaded runtime, the other tasks of that thread move to another thread meanwhile. Other threads
/// have no tasks that could move. In a current-thread runtime and a `LocalSet`, the call holds up all tasks, so use background
/// delivery.
#[cfg(feature = "tokio")]
pub(crate) fn blocking<T>(mut wait: impl FnMut() -> T) -> T {
    use std::{
        cell::Cell,
        panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    };

    use tokio::{
        runtime::{Handle, RuntimeFlavor, worker_index},
        task::block_in_place,
    };

    let flavor = Handle::try_current().map(|handle| handle.runtime_flavor());
    // `block_in_place` panics in a `LocalSet`, unless the thread is a worker as well. The process then prints the panic, or aborts.
    if !matches!(flavor, Ok(RuntimeFlavor::MultiThread)) || worker_index().is_none() {
        return wait();
    }
    let has_begun = Cell::new(false);
    let begin = || {
        has_begun.set(true);
        wait()
    };
    match catch_unwind(AssertUnwindSafe(|| block_in_place(begin))) {
        Ok(done) => done,
        Err(payload) if has_begun.get() => resume_unwind(payload),
        // The program has entered another runtime, a multi-threaded one, on the thread of a current-thread runtime.
        Err(_) => wait(),
    }
}

/// Calls `wait`, which may block for a long time.
#[cfg(not(feature = "tokio"))]
pub(crate) fn blocking<T>(mut wait: impl FnMut() -> T) -> T {
    wait()
}
