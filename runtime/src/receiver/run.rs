//! Runs receivers. In-process dispatch and the consumers of the event bus both use this file, so that a receiver is
//! muted, guarded, timed and logged in the same way wherever it runs.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use super::{definition::ReceiverDefinition, error::ReceiverError};
use crate::{metadata::EventsMetadata, scope::Scopes};

/// A receiver that ran.
pub(crate) struct Run {
    pub(crate) result: Result<(), ReceiverError>,
    /// How long it took, if the run is timed.
    pub(crate) duration: Option<Duration>,
}

/// Runs `receiver` by calling `call`. A panic becomes its failure. Returns `None` if one of the `scopes` mutes the
/// receiver.
///
/// The caller logs a failure with [`log_failure`], unless it hands the error to its own caller. Consumers call
/// `Incoming::run`, which does both.
///
/// Only consumers pass `started`, the time at which the run begins: reading the clock costs more than a short receiver does.
#[inline]
pub(crate) fn run(
    receiver: &ReceiverDefinition,
    scopes: &Scopes,
    started: Option<Instant>,
    call: impl FnOnce() -> Result<(), ReceiverError>,
) -> Option<Run> {
    if scopes.mute(receiver.event, receiver.function) {
        return None;
    }
    let result =
        catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| Err(ReceiverError::panicked(payload)));
    Some(Run { result, duration: started.map(|started| started.elapsed()) })
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
    duration: Option<Duration>,
) {
    tracing::error!(
        event_type = receiver.event.event_type(),
        message_id = %metadata.id,
        entry_id = attempt.map(|attempt| attempt.entry_id),
        attempt = attempt.map(|attempt| attempt.number),
        receiver = %receiver.full_name(),
        file = receiver.file(),
        line = receiver.line(),
        seconds = duration.map(|duration| duration.as_secs_f64()),
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
        thread,
        time::{Duration, Instant},
    };

    use tracing::subscriber::with_default;

    use super::{Attempt, log_failure, run};
    use crate::{
        learning::signals::STUDENT_REGISTRATION_COMPLETED,
        lines::Lines,
        receiver::{ReceiverDefinition, ReceiverError},
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
            function: TypeId::of::<Lines>,
        }
    }

    #[test]
    fn success_is_ok() {
        let run = run(&receiver(), &Scopes::current(), None, || Ok(())).unwrap();
        assert!(run.result.is_ok());
        assert!(run.duration.is_none(), "it is not timed");
    }

    #[test]
    fn a_muted_receiver_does_not_run() {
        let _muted = Scope::enter(Effect::MuteReceiver(TypeId::of::<Lines>()));
        assert!(run(&receiver(), &Scopes::current(), None, || unreachable!("it is muted")).is_none());
    }

    #[test]
    fn a_panic_is_a_failure() {
        let run = run(&receiver(), &Scopes::current(), None, || panic!("no ink")).unwrap();
        assert!(run.result.unwrap_err().is_panic());
    }

    #[test]
    fn a_timed_run_has_a_duration_even_if_it_fails() {
        let pause = Duration::from_millis(2);
        let run = run(&receiver(), &Scopes::current(), Some(Instant::now()), || {
            thread::sleep(pause);
            Err(ReceiverError::new("no ink"))
        });
        assert!(run.unwrap().duration.unwrap() >= pause);
    }

    /// Returns the line that is logged for a failure.
    fn logged(attempt: Option<Attempt<'_>>, duration: Option<Duration>) -> String {
        let metadata = STUDENT_REGISTRATION_COMPLETED.generate_signal_metadata();
        let error = ReceiverError::permanent("no such learner");
        let lines = Lines::default();
        with_default(lines.clone(), || log_failure(&receiver(), &error, &metadata, attempt, duration));
        let lines = lines.with("");
        let [line] = &lines[..] else { panic!("{lines:?}") };
        line.clone()
    }

    #[test]
    fn a_failure_in_a_consumer_is_logged_with_the_entry() {
        let attempt = Attempt { entry_id: "7-0", number: 3, started: Instant::now() };
        let line = logged(Some(attempt), Some(Duration::from_millis(1500)));
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
        let line = logged(None, None);
        for field in ["entry_id=", "attempt=", "seconds="] {
            assert!(!line.contains(field), "`{field}` is in `{line}`");
        }
    }
}
