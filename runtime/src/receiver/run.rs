//! Runs receivers. In-process dispatch and the consumers of the event bus both use this file, so that a receiver is
//! muted, guarded, timed and logged in the same way wherever it runs.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{
    call::{Called, ReceiverFuture},
    definition::ReceiverDefinition,
    error::ReceiverError,
};
use crate::{
    executor::{NotDriven, drive, has_ended, trouble},
    metadata::EventsMetadata,
    scope::Scopes,
};

/// Whether a receiver succeeded.
pub(crate) type Outcome = Result<(), ReceiverError>;

/// Runs `receiver` by calling `call`. If it is async, drives it on this thread, and cancels it after `timeout`. A panic becomes its
/// failure. Returns `None` if one of the `scopes` mutes the receiver.
///
/// The caller logs a failure with [`log_failure`], unless it hands the error to its own caller. Consumers call
/// `Incoming::run`, which does both.
#[inline]
pub(crate) fn run<'a>(
    receiver: &ReceiverDefinition,
    scopes: &Scopes,
    timeout: Option<Duration>,
    call: impl FnOnce() -> Called<'a>,
) -> Option<Outcome> {
    match begin(receiver, scopes, call)? {
        Called::Done(outcome) => Some(outcome),
        Called::Future(future) => Some(wait(future, timeout)),
    }
}

/// Runs `receiver` as [`run`] does, in an asynchronous program.
pub(crate) async fn run_async<'a>(
    receiver: &ReceiverDefinition,
    scopes: &Scopes,
    call: impl FnOnce() -> Called<'a>,
) -> Option<Outcome> {
    match begin(receiver, scopes, call)? {
        Called::Done(outcome) => Some(outcome),
        Called::Future(future) => Some(Guarded(Some(future)).await),
    }
}

#[inline]
fn begin<'a>(
    receiver: &ReceiverDefinition,
    scopes: &Scopes,
    call: impl FnOnce() -> Called<'a>,
) -> Option<Called<'a>> {
    if scopes.mute(receiver.event, receiver.function) {
        return None;
    }
    Some(catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(panicked))
}

#[cold]
fn panicked<'a>(payload: Box<dyn std::any::Any + Send>) -> Called<'a> {
    Called::Done(Err(ReceiverError::panicked(payload)))
}

/// Drives an async receiver on this thread. It is separate, so that synchronous receivers stay cheap.
#[cold]
fn wait(future: ReceiverFuture<'_>, timeout: Option<Duration>) -> Outcome {
    match drive(pin!(Guarded(Some(future))), timeout) {
        Ok(result) => result,
        Err(NotDriven::TimedOut) => {
            let timeout = timeout.unwrap_or_default();
            Err(ReceiverError::new(format!("took longer than {timeout:?}, and was cancelled")))
        }
        Err(why @ NotDriven::OnlyThread) => Err(ReceiverError::new(format!(
            "a synchronous send cannot wait for an async receiver here: {why}; send the event with `send_event_async`"
        ))),
        // The message is not to blame.
        Err(why @ (NotDriven::Stalled | NotDriven::Ended)) => {
            Err(without(why, format!("{why}; {}", help(why))))
        }
    }
}

/// Makes the error of a receiver that cannot work, because its runtime drives no futures.
fn without(why: NotDriven, error: String) -> ReceiverError {
    match why {
        // A receiver may also have entered a runtime of its own.
        NotDriven::Ended if has_ended() => ReceiverError::without_runtime(error),
        _ => ReceiverError::unavailable(error),
    }
}

/// Returns what to do about a runtime that drives no futures.
fn help(why: NotDriven) -> &'static str {
    match why {
        NotDriven::Ended => "keep it until the consumer has ended",
        _ => {
            "drive a current-thread runtime with `Runtime::block_on` on a thread that does nothing else, or use a multi-threaded one"
        }
    }
}

/// Returns the failure of a receiver in a consumer. If its runtime has ended or does nothing, the receiver cannot work, whatever it
/// says: the next attempt would fail too, and all other messages. Before the receiver ran, the caller called `forget_trouble`.
#[cold]
pub(crate) fn blame_runtime(error: ReceiverError) -> ReceiverError {
    match trouble(error.is_panic()) {
        Some(why) if !error.is_unavailable() => {
            without(why, format!("{why}; {} (the receiver failed: {})", help(why), error.chain()))
        }
        _ => error,
    }
}

/// The future of a receiver. A panic of a poll becomes its failure; then the future is dropped, and not polled again.
struct Guarded<'a>(Option<ReceiverFuture<'a>>);

impl Future for Guarded<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = &mut self.0 else { return Poll::Pending };
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        let result = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(result)) => result,
            Err(payload) => Err(ReceiverError::panicked(payload)),
        };
        self.end();
        Poll::Ready(result)
    }
}

impl Guarded<'_> {
    fn end(&mut self) {
        if let Some(future) = self.0.take() {
            drop_guarded(future, "an async receiver panicked when it was dropped");
        }
    }
}

/// The receiver was cancelled, or has ended.
impl Drop for Guarded<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// A consumer's attempt at a message of the event bus.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    /// The id that the broker gave to the message.
    pub(crate) entry_id: &'a str,
    /// How often the message was delivered, including this time.
    pub(crate) number: u32,
    /// When the receiver was started.
    pub(crate) started: Instant,
}

/// Logs a failure with the receiver, the message and the error, but not with the event's data, which may be personal.
#[cold]
pub(crate) fn log_failure(
    receiver: &ReceiverDefinition,
    error: &ReceiverError,
    metadata: &EventsMetadata,
    attempt: Option<Attempt<'_>>,
) {
    tracing::error!(
        event_type = receiver.event.event_type(),
        message_id = %metadata.id,
        entry_id = attempt.map(|attempt| attempt.entry_id),
        attempt = attempt.map(|attempt| attempt.number),
        receiver = %receiver.full_name(),
        file = receiver.file(),
        line = receiver.line(),
        seconds = attempt.map(|attempt| attempt.started.elapsed().as_secs_f64()),
        permanent = error.is_permanent(),
        error = error.chain(),
        "receiver failed"
    );
}

/// Drops a value that may run a user's destructor. A panic there is logged with `message`, and reaches neither the sender
/// nor the consumer.
pub(crate) fn drop_guarded<T>(value: T, message: &'static str) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        tracing::error!(error = ReceiverError::panicked(payload).chain(), "{message}");
    }
}

#[cfg(all(test, feature = "catalog"))]
mod tests {
    use std::{
        any::TypeId,
        time::{Duration, Instant},
    };

    use tracing::subscriber::with_default;

    use super::{Attempt, log_failure, run};
    use crate::{
        learning::signals::STUDENT_REGISTRATION_COMPLETED,
        lines::Lines,
        receiver::{Called, ReceiverDefinition, ReceiverError, Traits},
        schema::Location,
        scope::{Effect, Scope, Scopes},
    };

    fn receiver() -> ReceiverDefinition {
        ReceiverDefinition {
            event: STUDENT_REGISTRATION_COMPLETED.definition(),
            name: "greet",
            stable_name: None,
            only: None,
            location: Location { module_path: "letters::welcome", file: "letters.rs", line: 12, column: 1 },
            order: 0,
            traits: Traits::default(),
            function: TypeId::of::<Lines>,
        }
    }

    #[test]
    fn success_is_ok() {
        assert!(run(&receiver(), &Scopes::current(), None, || Called::Done(Ok(()))).unwrap().is_ok());
    }

    #[test]
    fn a_muted_receiver_does_not_run() {
        let _muted = Scope::enter(Effect::MuteReceiver(TypeId::of::<Lines>()));
        assert!(run(&receiver(), &Scopes::current(), None, || unreachable!("it is muted")).is_none());
    }

    #[test]
    fn a_panic_is_a_failure() {
        let run = run(&receiver(), &Scopes::current(), None, || panic!("no ink")).unwrap();
        assert!(run.unwrap_err().is_panic());
    }

    /// Returns the line that is logged for a failure.
    fn logged(attempt: Option<Attempt<'_>>) -> String {
        let metadata = STUDENT_REGISTRATION_COMPLETED.generate_signal_metadata();
        let error = ReceiverError::permanent("no such learner");
        let lines = Lines::default();
        with_default(lines.clone(), || log_failure(&receiver(), &error, &metadata, attempt));
        let lines = lines.with("");
        let [line] = &lines[..] else { panic!("{lines:?}") };
        line.clone()
    }

    #[test]
    fn a_failure_in_a_consumer_is_logged_with_the_entry() {
        let started = Instant::now().checked_sub(Duration::from_millis(1500)).unwrap();
        let line = logged(Some(Attempt { entry_id: "7-0", number: 3, started }));
        for part in [
            "ERROR ",
            " message=receiver failed",
            r#" event_type="org.openedx.learning.student.registration.completed.v1""#,
            " message_id=",
            r#" entry_id="7-0""#,
            " attempt=3",
            " receiver=letters::welcome::greet",
            r#" file="letters.rs""#,
            " line=12",
            " seconds=1.5",
            " permanent=true",
            r#" error="no such learner""#,
        ] {
            assert!(line.contains(part), "`{part}` is not in `{line}`");
        }
    }

    #[test]
    fn a_failure_in_this_process_is_logged_without_entry() {
        let line = logged(None);
        for field in ["entry_id=", "attempt=", "seconds="] {
            assert!(!line.contains(field), "`{field}` is in `{line}`");
        }
    }
}
