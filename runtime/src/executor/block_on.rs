//! `block_on`, for synchronous code with one asynchronous call to make.

use std::pin::pin;

use super::{NotDriven, drive};

/// Runs a future to its end on this thread, for a synchronous receiver that has one asynchronous call to make. A receiver with
/// more of them is better an `async fn`.
///
/// It works on a thread of tokio's multi-threaded runtime, whose other tasks move to another thread meanwhile; on the threads of
/// a consumer; and outside of any runtime. With the feature `tokio`, the future finds the runtime of the thread, or the one that
/// [`set_runtime`](crate::set_runtime) or [`event_bus::install`](crate::event_bus::install) remembered. Without one, the future
/// must not need tokio's timers and sockets.
///
/// ```
/// use openedx_events::{learning::{data::UserData, signals::SESSION_LOGIN_COMPLETED}, prelude::*};
///
/// # mod mail { pub async fn greet(_: i64) -> Result<(), String> { Ok(()) } }
/// #[receiver(SESSION_LOGIN_COMPLETED)]
/// fn greet(user: &UserData) -> Result<(), String> {
///     openedx_events::block_on(mail::greet(user.id))
/// }
/// ```
///
/// # Panics
///
/// On the thread of a current-thread tokio runtime: nobody could poll the runtime's timers and sockets meanwhile. On a thread
/// without a runtime, if the one for such threads is a current-thread runtime that nobody drives, after 5 seconds. A receiver's
/// panic becomes its failure.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    match drive(pin!(future), None) {
        Ok(output) => output,
        Err(NotDriven::Stalled) => panic!(
            "`block_on` waits for a tokio runtime whose only thread does nothing\nhelp: drive the runtime that `set_runtime` names, \
             or use a multi-threaded runtime"
        ),
        // Without a limit, no time is over.
        Err(NotDriven::CurrentThread | NotDriven::TimedOut) => panic!(
            "`block_on` on the thread of a current-thread tokio runtime, whose timers and sockets would stand still\nhelp: make the \
             receiver an `async fn`, and send with `send_event_async`"
        ),
    }
}
