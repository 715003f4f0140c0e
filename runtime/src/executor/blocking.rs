//! Waiting inside an asynchronous program.

/// Calls `wait`, which may take long.
///
/// On a thread of tokio's multi-threaded runtime, the other tasks of that thread move to another thread meanwhile. Tokio's
/// current-thread runtime and a `LocalSet` have no other thread. There, the call holds up all tasks, so use background
/// delivery.
#[cfg(feature = "tokio")]
pub(crate) fn blocking<T>(mut wait: impl FnMut() -> T) -> T {
    use std::{
        cell::Cell,
        panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    };

    use tokio::{
        runtime::{Handle, RuntimeFlavor},
        task::block_in_place,
    };

    let flavor = Handle::try_current().map(|handle| handle.runtime_flavor());
    if !matches!(flavor, Ok(RuntimeFlavor::MultiThread)) {
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
        // There is no way to ask whether a `LocalSet` exists: tokio panics if there is one.
        Err(_) => wait(),
    }
}

/// Calls `wait`, which may take long.
#[cfg(not(feature = "tokio"))]
pub(crate) fn blocking<T>(mut wait: impl FnMut() -> T) -> T {
    wait()
}
