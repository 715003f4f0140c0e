//! What becomes of a message that a lane has handled, or failed to.

use std::time::Instant;

use super::{
    coordinator::{Coordinator, Step},
    error::ConsumeError,
    job::{Job, Outcome},
    lane::{NextStep, Waiting},
    options::{OnError, OnUnknownType},
};
use crate::{error::chain, event_bus::wire::dead_letter::Failure};

impl Coordinator<'_> {
    /// Takes what the lanes have finished, and what they failed at.
    pub(super) fn collect(&mut self) -> Step {
        let mut step = Ok(());
        for index in 0..self.lanes.len() {
            let (done, failed) = self.lanes[index].take();
            for done in done {
                match done.without_receiver {
                    None => self.handled(),
                    Some(event_type) => self.had_no_receiver(event_type),
                }
                self.taken += 1;
                self.finish(done.id);
            }
            if let Some((job, outcome)) = failed {
                step = step.and(self.failed(index, job, outcome));
            }
        }
        step
    }

    fn handled(&mut self) {
        self.report.handled += 1;
        self.errors_in_a_row = 0;
    }

    fn had_no_receiver(&mut self, event_type: String) {
        if !self.report.without_receiver.contains_key(&event_type) {
            tracing::warn!(
                event_type,
                "messages of this type are acknowledged: no receiver of this program takes them"
            );
        }
        *self.report.without_receiver.entry(event_type).or_default() += 1;
    }

    fn failed(&mut self, lane: usize, job: Job, outcome: Outcome) -> Step {
        let failure = match outcome {
            Outcome::Failed(receivers) => {
                self.report.failed_attempts += 1;
                let failure = job.failure(&receivers);
                if job.entry.attempt < self.options.max_attempts {
                    let at = Instant::now() + self.options.backoff.after(job.entry.attempt);
                    self.lanes[lane].waiting = Some(Waiting { at, job, step: NextStep::Attempt });
                    return self.error(failure.error);
                }
                failure
            }
            Outcome::Hopeless(failure) | Outcome::Unusable(failure) => {
                self.report.failed_attempts += 1;
                failure
            }
            Outcome::UnknownType(failure) => return self.unknown_type(lane, job, failure),
            Outcome::Handled | Outcome::NoReceiver => {
                self.finish(job.entry.id);
                self.lanes[lane].resume(None);
                return Ok(());
            }
        };
        match self.options.on_error {
            OnError::DeadLetter => self.bury(lane, job, failure),
            OnError::Acknowledge => {
                self.report.given_up += 1;
                self.taken += 1;
                tracing::error!(entry = %job.entry.id, error = failure.error, "given up and acknowledged");
                self.finish(job.entry.id);
                self.lanes[lane].resume(None);
                self.error(failure.error)
            }
            OnError::Stop => Err(self.stopped(&job, failure)),
        }
    }

    fn unknown_type(&mut self, lane: usize, job: Job, failure: Failure) -> Step {
        match self.options.on_unknown_type {
            OnUnknownType::DeadLetter => self.bury(lane, job, failure),
            OnUnknownType::Skip => {
                self.report.skipped += 1;
                tracing::debug!(entry = %job.entry.id, error = failure.error, "skipped");
                self.finish(job.entry.id);
                self.lanes[lane].resume(None);
                Ok(())
            }
            OnUnknownType::Stop => Err(self.stopped(&job, failure)),
        }
    }

    /// Until it is among the dead letters, the message stays in hand: nothing is lost when the bus is away meanwhile.
    fn bury(&mut self, lane: usize, job: Job, failure: Failure) -> Step {
        let text = failure.error.clone();
        self.lanes[lane].waiting =
            Some(Waiting { at: Instant::now(), job, step: NextStep::DeadLetter(failure) });
        self.error(text)
    }

    /// A dead letter is acknowledged already.
    pub(super) fn dead_lettered(&mut self, job: &Job, failure: &Failure) {
        self.report.dead_lettered += 1;
        self.taken += 1;
        tracing::error!(
            entry = %job.entry.id,
            event_type = job.entry.message.event_type(),
            receivers = ?failure.receivers,
            attempts = failure.attempts,
            error = failure.error,
            "dead-lettered"
        );
        self.finish(job.entry.id.clone());
        self.finished.pop();
    }

    /// The message is to be tried again when the consumer is started again, which somebody does who has seen to it.
    fn stopped(&mut self, job: &Job, failure: Failure) -> ConsumeError {
        self.returned.push((job.entry.id.clone(), job.entry.attempt.saturating_sub(1)));
        ConsumeError::StoppedOnError { entry: job.entry.id.clone(), error: failure.error }
    }

    /// Counts an error; too many in a row end the consumer.
    pub(super) fn error(&mut self, last: String) -> Step {
        self.errors_in_a_row += 1;
        let count = self.errors_in_a_row;
        match self.options.consecutive_errors_limit {
            Some(limit) if count >= limit => Err(ConsumeError::TooManyErrors { count, last }),
            _ => Ok(()),
        }
    }

    /// Finishes the messages in hand, acknowledges, and gives back what was not begun.
    pub(super) fn wind_down(&mut self, outcome: Step) -> Step {
        let mut outcome = outcome;
        for lane in &mut self.lanes {
            // A stop is no attempt: what was not begun loses the one that its delivery counted.
            let not_begun = lane.halt().into_iter();
            self.returned.extend(not_begun.map(|job| (job.entry.id, job.entry.attempt.saturating_sub(1))));
        }
        let timeout = self.options.receiver_timeout;
        let deadline = Instant::now() + self.options.stop_timeout;
        while self.lanes.iter().any(|lane| lane.in_hand().is_some() && lane.overdue(timeout).is_none()) {
            if Instant::now() >= deadline {
                outcome = outcome.and(Err(ConsumeError::StopTimedOut { timeout: self.options.stop_timeout }));
                break;
            }
            let step = self.keep_claims().and(self.wait_for_lanes());
            outcome = outcome.and(step);
        }
        let rest = self.collect().and(self.next_steps(|step| matches!(step, NextStep::DeadLetter(_))));
        outcome = outcome.and(rest);
        for index in 0..self.lanes.len() {
            let lane = &mut self.lanes[index];
            match (lane.waiting.take(), lane.overdue(timeout), lane.in_hand()) {
                (Some(Waiting { job, step: NextStep::Attempt, .. }), ..) => {
                    self.returned.push((job.entry.id, job.entry.attempt));
                }
                // The last attempt is made again, and the dead letter with it.
                (Some(Waiting { job, step: NextStep::DeadLetter(_), .. }), ..) => {
                    self.returned.push((job.entry.id, job.entry.attempt.saturating_sub(1)));
                }
                // A receiver that hangs is an attempt.
                (None, Some((receiver, entry)), _) => {
                    outcome = outcome.and(Err(ConsumeError::ReceiverTimedOut { receiver, entry, timeout }));
                }
                (None, None, Some(id)) => {
                    let attempts = self.in_hand.get(&id).map_or(0, |attempts| attempts.saturating_sub(1));
                    self.returned.push((id, attempts));
                }
                (None, None, None) => {}
            }
        }
        self.give_back();
        outcome
    }

    fn give_back(&mut self) {
        let acknowledged =
            if self.finished.is_empty() { Ok(()) } else { self.bus.poll(&self.finished, 0).map(drop) };
        let held = if self.returned.is_empty() { Ok(()) } else { self.bus.hold(&self.returned) };
        if let Err(error) = acknowledged.and(held) {
            tracing::error!(
                error = chain(&error),
                "what is finished could not be acknowledged: it will be handed out again"
            );
        }
        tracing::info!(
            topic = self.subscription.topic,
            group = self.subscription.group,
            "consumer ended: {}",
            self.report
        );
    }
}
