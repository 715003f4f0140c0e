//! A pause: no lane starts a message, except one that is tried.

use super::{InFlight, MessageState, NextStep};
use crate::event_bus::consumer::job::Job;

impl InFlight {
    /// Keeps a message until the end of the pause, if the consumer is still paused.
    pub(in crate::event_bus::consumer) fn held(&mut self, lane: usize, job: Job) {
        if self.paused {
            self.set_state(lane, MessageState::Held(Box::new(job)));
        } else {
            self.queue_first(lane, job);
        }
    }

    /// Begins or ends a pause. Returns whether that is a change. At the end, messages that were held are fresh again.
    pub(in crate::event_bus::consumer) fn set_paused(&mut self, paused: bool) -> bool {
        let changes = paused != self.paused;
        self.paused = paused;
        if changes && !paused {
            for lane in 0..self.lanes.len() {
                if let Some(job) = self.take_held(lane) {
                    self.queue_first(lane, job);
                }
            }
        }
        changes
    }

    /// Lets a message that is held start, to try whether its receiver works again: the one of lane `first`, if that has one.
    /// Returns its lane.
    pub(in crate::event_bus::consumer) fn probe(&mut self, first: usize) -> Option<usize> {
        for lane in [first].into_iter().chain(0..self.lanes.len()) {
            if let Some(mut job) = self.take_held(lane) {
                job.probe();
                self.queue_first(lane, job);
                return Some(lane);
            }
        }
        None
    }

    /// Returns whether a message is or may soon be held.
    pub(in crate::event_bus::consumer) fn may_be_held(&self) -> bool {
        self.lanes.iter().any(|lane| !lane.called.is_empty())
            || self.lanes.iter().filter_map(|lane| lane.head.as_ref()).any(|head| match &head.state {
                MessageState::Running | MessageState::Recording | MessageState::Held(_) => true,
                MessageState::Waiting(waiting) => matches!(waiting.step, NextStep::Hold),
            })
    }

    /// Takes the message of a lane that is held.
    fn take_held(&mut self, lane: usize) -> Option<Job> {
        let lane = &mut self.lanes[lane];
        match lane.head.take_if(|head| matches!(head.state, MessageState::Held(_)))?.state {
            MessageState::Held(job) => Some(*job),
            _ => None,
        }
    }
}
