//! Replaying dead letters: only for the receivers that failed, and never through the topic.

use std::{
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    time::{Duration, SystemTime},
};

use super::{clock::RunningClock, job::receive, lane::TO_CANCEL};
use crate::{
    error::chain,
    event_bus::{
        broker::{BusError, Operations, bounded},
        observe::spawn,
        wire::{DeadLetter, EntryId, Failure},
    },
    executor::Runtime,
    receiver::ReceiverDefinition,
    signal::Incoming,
};

/// How often the time of a receiver is checked.
const TICK: Duration = Duration::from_millis(50);

/// The outcome of replaying a dead letter.
#[derive(Debug)]
#[non_exhaustive]
pub enum Replayed {
    /// Its receivers succeeded, and it was removed.
    Handled(EntryId),
    /// It is kept, for this reason. If some of its receivers succeeded, it now names only the others, and this is its new
    /// id.
    Failed(EntryId, String),
    /// It is kept as after a failure. A receiver took too long: it may still be running on its thread, and the bus
    /// [remembers](Operations::replaying) that the replay did not end.
    TimedOut(EntryId, String),
}

/// Runs the receivers that failed for `letter` in this process, and removes it from the dead letters of `group` if they
/// succeed. If no receiver had run, all of them run. A receiver that succeeds does not run again: the dead letter that is kept
/// names only those that failed.
///
/// Receivers run on a thread of their own, and each has `timeout`. While they run, the bus [remembers](Operations::replaying)
/// the dead letter, so that one that ends or blocks the process can be passed over the next time.
///
/// # Errors
///
/// If the broker cannot be reached.
pub fn replay(
    operations: &mut dyn Operations,
    topic: &str,
    group: &str,
    letter: &DeadLetter,
    timeout: Duration,
) -> Result<Replayed, BusError> {
    let id = &letter.id;
    let (incoming, names) = match plan(letter) {
        Ok(plan) => plan,
        Err(error) => return Ok(Replayed::Failed(id.clone(), error)),
    };
    operations.set_replaying(topic, group, id, true)?;
    let trial = Trial::run(incoming, names, bounded(timeout));
    let left = trial.left();
    let kept_as = if left.is_empty() {
        operations.drop_dead_letters(topic, group, std::slice::from_ref(id))?;
        id.clone()
    } else if left.len() < trial.receivers.len() {
        let failure = Failure {
            error: trial.error(),
            receivers: left,
            attempts: letter.failure.attempts.saturating_add(1),
            first: letter.failure.first,
            last: SystemTime::now(),
        };
        let kept_as =
            operations.replace_dead_letter(topic, group, &DeadLetter { failure, ..letter.clone() })?;
        if trial.timed_out {
            operations.set_replaying(topic, group, &kept_as, true)?;
        }
        kept_as
    } else {
        id.clone()
    };
    if !trial.timed_out || kept_as != *id {
        operations.set_replaying(topic, group, id, false)?;
    }
    Ok(if trial.timed_out {
        Replayed::TimedOut(kept_as, trial.error())
    } else if trial.error().is_empty() {
        Replayed::Handled(kept_as)
    } else {
        Replayed::Failed(kept_as, trial.error())
    })
}

/// Returns the event and its receivers that failed, by number and name, or an error if none can run.
fn plan(letter: &DeadLetter) -> Result<(Incoming, Vec<(usize, String)>), String> {
    let incoming = receive(&letter.message).map_err(|error| chain(&*error))?;
    let failed = &letter.failure.receivers;
    let receivers: Vec<&ReceiverDefinition> = incoming.receivers().collect();
    if receivers.is_empty() {
        return Err(
            "no receiver in this program handles this event type: link the crate with your receivers"
                .to_owned(),
        );
    }
    let is_missing = |name: &&String| !receivers.iter().any(|receiver| receiver.is_called(name));
    if let Some(missing) = failed.iter().find(is_missing) {
        return Err(format!(
            "receiver `{missing}` is not in this program: replay it in the program that has the receiver, say which receiver \
             takes its place (`dlq replay --as NAME`), or drop the dead letter"
        ));
    }
    let is_wanted = |receiver: &ReceiverDefinition| {
        failed.is_empty() || failed.iter().any(|name| receiver.is_called(name))
    };
    let wanted = receivers.into_iter().enumerate().filter(|(_, receiver)| is_wanted(receiver));
    let names = wanted.map(|(index, receiver)| (index, receiver.full_name().to_string())).collect();
    Ok((incoming, names))
}

/// The receivers of a dead letter, and what became of them.
struct Trial {
    receivers: Vec<Tried>,
    timed_out: bool,
}

struct Tried {
    name: String,
    /// `None` if it has not ended.
    outcome: Option<Result<(), String>>,
}

/// A message from the thread of the receivers.
enum News {
    /// With the time that it may take.
    Begun(Duration),
    Ended(Result<(), String>),
}

impl Trial {
    /// Runs the receivers on a thread, until all have ended or one took longer than `timeout`.
    fn run(incoming: Incoming, names: Vec<(usize, String)>, timeout: Duration) -> Self {
        let (tell, news) = channel();
        let (indices, names): (Vec<_>, Vec<_>) = names.into_iter().unzip();
        let mut trial = Self {
            receivers: names.into_iter().map(|name| Tried { name, outcome: None }).collect(),
            timed_out: false,
        };
        let runtime = Runtime::watched();
        let thread = spawn("events-replay".to_owned(), move || {
            runtime.with(|| run_all(&incoming, &indices, timeout, &tell));
        });
        if let Err(error) = thread {
            trial.end_next(Err(format!("cannot start a thread: {error}")));
            return trial;
        }
        let mut clock = RunningClock::new(timeout);
        let mut end = None;
        loop {
            match news.recv_timeout(TICK) {
                Ok(News::Begun(time)) => end = clock.now().checked_add(time),
                Ok(News::Ended(outcome)) => {
                    end = None;
                    trial.end_next(outcome);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let now = clock.now();
                    if end.is_some_and(|end| now > end) {
                        trial.timed_out = true;
                        trial
                            .end_next(Err(format!("took longer than {timeout:?}, and may still be running")));
                        return trial;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return trial,
            }
        }
    }

    fn end_next(&mut self, outcome: Result<(), String>) {
        if let Some(next) = self.receivers.iter_mut().find(|tried| tried.outcome.is_none()) {
            next.outcome = Some(outcome);
        }
    }

    /// Returns the names of the receivers that did not succeed.
    fn left(&self) -> Vec<String> {
        let left = self.receivers.iter().filter(|tried| !matches!(tried.outcome, Some(Ok(()))));
        left.map(|tried| tried.name.clone()).collect()
    }

    /// Returns the errors of all receivers; nothing if all of them succeeded.
    fn error(&self) -> String {
        let error = |tried: &Tried| match &tried.outcome {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(format!("{}: {error}", tried.name)),
            None => Some(format!("{}: was not run", tried.name)),
        };
        self.receivers.iter().filter_map(error).collect::<Vec<_>>().join("; ")
    }
}

fn run_all(incoming: &Incoming, indices: &[usize], timeout: Duration, tell: &Sender<News>) {
    for &index in indices {
        // After a timeout, nobody listens, and the rest must not run.
        let is_async = incoming.receivers().nth(index).is_some_and(ReceiverDefinition::is_async);
        let time = if is_async { timeout.saturating_add(TO_CANCEL) } else { timeout };
        if tell.send(News::Begun(time)).is_err() {
            return;
        }
        let outcome = match incoming.run(index, None, timeout) {
            Some(Err(error)) => Err(error.chain()),
            _ => Ok(()),
        };
        if tell.send(News::Ended(outcome)).is_err() {
            return;
        }
    }
}
