//! A pause: no lane starts a message, except one that is tried.

use super::{InFlight, Lane, MessageState, NextStep};
use crate::{event_bus::consumer::job::Job, receiver::FullName};

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

    /// Lets a message start that is held by this receiver, to try whether it works again: the one of lane `first`, if that has one.
    /// Returns its lane.
    pub(in crate::event_bus::consumer) fn probe(
        &mut self,
        first: usize,
        receiver: FullName,
    ) -> Option<usize> {
        let mut lanes = [first].into_iter().chain(0..self.lanes.len());
        let lane = lanes.find(|&lane| self.lanes[lane].holds(receiver))?;
        let mut job = self.take_held(lane)?;
        job.probe(receiver);
        self.queue_first(lane, job);
        Some(lane)
    }

    /// Lets a message go on to the receivers that are left, after a try or after others were given up. It is fresh again, so that it
    /// waits for its turn.
    pub(in crate::event_bus::consumer) fn go_on(&mut self, lane: usize, job: Job) {
        self.queue_first(lane, job);
    }

    /// Returns whether a message is or may soon be held by this receiver.
    pub(in crate::event_bus::consumer) fn may_be_held(&self, receiver: FullName) -> bool {
        self.lanes.iter().any(|lane| !lane.called.is_empty() || lane.holds(receiver))
            || self.lanes.iter().filter_map(|lane| lane.head.as_ref()).any(|head| match &head.state {
                MessageState::Running | MessageState::Recording => true,
                MessageState::Held(_) => false,
                MessageState::Waiting(waiting) => {
                    matches!(waiting.step, NextStep::Hold) && waiting.job.is_held_by(receiver)
                }
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

impl Lane {
    /// Returns whether the message of the lane waits until this receiver works again.
    fn holds(&self, receiver: FullName) -> bool {
        let state = self.head.as_ref().map(|head| &head.state);
        matches!(state, Some(MessageState::Held(job)) if job.is_held_by(receiver))
    }
}
