//! Messages that failed, and their next steps.

use std::time::Instant;

use super::{Head, InFlight, MessageState, NextStep, Waiting};
use crate::event_bus::consumer::job::Job;

impl InFlight {
    /// Returns when the next waiting message is due.
    pub(in crate::event_bus::consumer) fn next_due(&self) -> Option<Instant> {
        let lanes = self.lanes.iter().filter(|lane| lane.called.is_empty());
        let states = lanes.filter_map(|lane| Some(&lane.head.as_ref()?.state));
        let waiting = states.filter_map(|state| match state {
            MessageState::Waiting(waiting) if self.takes(&waiting.step) => Some(waiting.until),
            _ => None,
        });
        waiting.min()
    }

    /// Makes the lane's message wait for its next step after a failure.
    pub(in crate::event_bus::consumer) fn fail(&mut self, lane: usize, waiting: Waiting) {
        if let Some(head) = &mut self.lanes[lane].head {
            let counts = !matches!(waiting.step, NextStep::Hold);
            head.begun = if counts { waiting.job.entry.attempt } else { head.aborted };
        }
        self.set_state(lane, MessageState::Waiting(Box::new(waiting)));
    }

    /// Takes a message whose next step is due, to record that step with the broker; only dead letters, if a stop was requested,
    /// and no retries during a pause. [`retry`](Self::retry), [`dead_lettered`](Self::dead_lettered), [`held`](Self::held) or
    /// [`put_back`](Self::put_back) on the lane that is returned comes next.
    pub(in crate::event_bus::consumer) fn take_due(&mut self, now: Instant) -> Option<(usize, Waiting)> {
        for lane in 0..self.lanes.len() {
            let head = self.lanes[lane].head.as_ref();
            // The messages of a batch come before a message that was started after them.
            let is_calling = !self.lanes[lane].called.is_empty();
            let is_due = !is_calling
                && head.is_some_and(|head| {
                    matches!(&head.state, MessageState::Waiting(waiting)
                    if waiting.until <= now && self.takes(&waiting.step))
                });
            if is_due
                && let Some(Head { state, .. }) = &mut self.lanes[lane].head
                && let MessageState::Waiting(waiting) = std::mem::replace(state, MessageState::Recording)
            {
                return Some((lane, *waiting));
            }
        }
        None
    }

    /// Returns whether the next step may be taken now.
    fn takes(&self, step: &NextStep) -> bool {
        match step {
            NextStep::Retry => !self.stopping && !self.paused,
            NextStep::DeadLetter(_) => true,
            NextStep::Hold => !self.stopping,
        }
    }

    /// Puts back a message whose next step the broker could not record. The step stays due.
    pub(in crate::event_bus::consumer) fn put_back(&mut self, lane: usize, waiting: Waiting) {
        self.set_state(lane, MessageState::Waiting(Box::new(waiting)));
    }

    /// Queues a message for the attempt that the broker has recorded. It begins before anything else in the lane.
    pub(in crate::event_bus::consumer) fn retry(&mut self, lane: usize, mut job: Job) {
        job.next_attempt();
        self.queue_first(lane, job);
    }

    /// Removes a message after the broker has stored its dead letter and acknowledged it.
    pub(in crate::event_bus::consumer) fn dead_lettered(&mut self, lane: usize) {
        self.take_head(lane);
    }
}
