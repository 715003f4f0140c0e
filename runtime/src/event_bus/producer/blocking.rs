//! Waiting for a bus inside an asynchronous program.

/// Calls `wait`, which may take as long as a bus needs.
///
/// On a thread of tokio's multi-threaded runtime, the other tasks of that thread move to another one meanwhile. Tokio's
/// current-thread runtime has no other: there, the call holds up all tasks, and background delivery is the way.
#[cfg(feature = "tokio")]
pub(super) fn blocking<T>(wait: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};

    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => {
            tokio::task::block_in_place(wait)
        }
        _ => wait(),
    }
}

/// Calls `wait`, which may take as long as a bus needs.
#[cfg(not(feature = "tokio"))]
pub(super) fn blocking<T>(wait: impl FnOnce() -> T) -> T {
    wait()
}
