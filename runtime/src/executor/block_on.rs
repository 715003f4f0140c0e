//! `block_on`, for synchronous code with one asynchronous call to make.

use std::pin::pin;

use super::{NotDriven, drive};

/// Runs a future to its end on this thread, for a synchronous receiver that has one asynchronous call to make. Write a
/// receiver with several such calls as an `async fn`.
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
/// On the thread that drives a current-thread tokio runtime, because nobody could poll the runtime's timers and sockets meanwhile.
/// Elsewhere, if the runtime that the future finds has ended, or does nothing for 5 seconds. A receiver's panic becomes its failure.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    let why = match drive(pin!(future), None) {
        Ok(output) => return output,
        Err(why) => why,
    };
    let help = match why {
        NotDriven::Stalled => {
            "drive the runtime on another thread with `Runtime::block_on`, or use a multi-threaded runtime"
        }
        NotDriven::Ended => "keep the runtime until its consumers and senders have ended",
        // Without a limit, it cannot time out.
        NotDriven::OnlyThread | NotDriven::TimedOut => {
            "make the receiver an `async fn`, and send the event with `send_event_async(…).await`"
        }
    };
    panic!("`block_on` cannot wait: {why}\nhelp: {help}")
}
