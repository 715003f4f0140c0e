//! Runs receivers on a thread of their own, and watches their time.

use std::{
    ops::Range,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    time::Duration,
};

use crate::{
    event_bus::{
        consumer::{clock::RunningClock, lane::TO_CANCEL},
        observe::spawn,
    },
    executor::Runtime,
    receiver::ReceiverDefinition,
};

/// How often the time of a receiver is checked.
const TICK: Duration = Duration::from_millis(50);

/// A success, or the message of an error.
pub(super) type Outcome = Result<(), String>;

/// The outcomes of several tries: one for each receiver of a dead letter, or for each dead letter in a batch.
pub(super) struct Trial {
    /// `None` for a try that has not ended.
    pub(super) outcomes: Vec<Option<Outcome>>,
    /// The tries that took too long, and may still be running.
    pub(super) late: Range<usize>,
}

/// A message from the thread of the receivers.
enum News {
    /// These tries began, and may take this time.
    Begun(Range<usize>, Duration),
    /// These tries ended.
    Ended(Range<usize>, Vec<Outcome>),
}

impl Trial {
    /// Runs `work` on a thread, until it ends or one of its calls takes longer than `timeout`.
    pub(super) fn run(len: usize, timeout: Duration, work: impl FnOnce(&Caller) + Send + 'static) -> Self {
        let mut trial = Self { outcomes: vec![None; len], late: 0..0 };
        let (tell, news) = channel();
        let caller = Caller { tell, timeout };
        let runtime = Runtime::current();
        let thread = spawn("events-replay".to_owned(), move || runtime.with(|| work(&caller)));
        if let Err(error) = thread {
            trial.end(0..len, vec![Err(format!("cannot start a thread: {error}")); len]);
            return trial;
        }
        let mut clock = RunningClock::new(timeout);
        let mut running = None;
        loop {
            match news.recv_timeout(TICK) {
                Ok(News::Begun(tries, time)) => {
                    running = clock.now().checked_add(time).map(|end| (tries, end));
                }
                Ok(News::Ended(tries, outcomes)) => {
                    running = None;
                    trial.end(tries, outcomes);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let now = clock.now();
                    if let Some((tries, _)) = running.take_if(|(_, end)| now > *end) {
                        let error = format!("took longer than {timeout:?}, and may still be running");
                        trial.end(tries.clone(), vec![Err(error); tries.len()]);
                        trial.late = tries;
                        return trial;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return trial,
            }
        }
    }

    fn end(&mut self, tries: Range<usize>, outcomes: Vec<Outcome>) {
        for (position, outcome) in tries.zip(outcomes) {
            self.outcomes[position] = Some(outcome);
        }
    }
}

/// Calls receivers on the thread of a trial.
pub(super) struct Caller {
    tell: Sender<News>,
    timeout: Duration,
}

impl Caller {
    /// Calls a receiver, for these tries. `call` gets the time after which an async receiver is cancelled, and returns the outcome
    /// of each try. Returns `None` if nobody waits for the outcomes, because a call took too long: then the rest must not run.
    pub(super) fn call<T>(
        &self,
        tries: Range<usize>,
        receiver: &ReceiverDefinition,
        call: impl FnOnce(Duration) -> (Vec<Outcome>, T),
    ) -> Option<T> {
        let grace = if receiver.is_async() { TO_CANCEL } else { Duration::ZERO };
        self.tell.send(News::Begun(tries.clone(), self.timeout.saturating_add(grace))).ok()?;
        let (outcomes, called) = call(self.timeout);
        self.tell.send(News::Ended(tries, outcomes)).ok()?;
        Some(called)
    }
}
