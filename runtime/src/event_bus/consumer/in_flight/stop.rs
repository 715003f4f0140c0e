//! A stop: what is not handled is returned, with the number of attempts that count.

use super::{InFlight, MessageState, NextStep};
use crate::event_bus::{
    consumer::job::Job,
    wire::{Entry, EntryId},
};

impl InFlight {
    pub(in crate::event_bus::consumer) fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Begins a stop: no lane starts another message, and fresh messages are returned. Attempts that were stored and have not
    /// begun do not count.
    pub(in crate::event_bus::consumer) fn stop(&mut self) {
        self.stopping = true;
        for job in self.lanes.iter_mut().flat_map(|lane| lane.queue.drain(..)) {
            self.ids.remove(&job.entry.id);
            self.keys.remove(job.key);
            self.returned.push((job.entry.id, job.entry.attempt.saturating_sub(1)));
        }
        // Collected messages that are not returned here are passed to their receivers in a last batch.
        let paused = self.paused;
        for lane in &mut self.lanes {
            lane.complete = None;
            for job in lane.collected.take_if(|job| paused || job.attempt_must_be_stored()) {
                self.ids.remove(&job.entry.id);
                self.keys.remove(job.key);
                self.returned.push((job.entry.id, job.entry.attempt.saturating_sub(1)));
            }
        }
    }

    /// Stops at once: no lane begins anything, not even the batches that it has collected. Returns the messages of these batches.
    pub(in crate::event_bus::consumer) fn abandon(&mut self) -> Vec<Job> {
        self.stop();
        self.lanes.iter_mut().flat_map(|lane| lane.collected.take_if(|_| true)).collect()
    }

    /// Ends a stop and returns the messages that are left. The attempt of a receiver counts if it hangs in its lane.
    pub(in crate::event_bus::consumer) fn end(&mut self, hangs: impl Fn(usize) -> bool) {
        for lane in 0..self.lanes.len() {
            self.end_batches(lane, hangs(lane));
            let Some(head) = self.take_head(lane) else { continue };
            if head.is_revoked {
                continue;
            }
            let attempts = match head.state {
                MessageState::Running if hangs(lane) => head.begun,
                MessageState::Waiting(waiting) if matches!(waiting.step, NextStep::Retry) => head.begun,
                // The last attempt is repeated, even if only its dead letter was missing. Neither a stop nor a pause counts
                // as an attempt.
                _ => head.aborted,
            };
            self.returned.push((head.id, attempts));
        }
    }

    /// Returns the lane's message, whose failure ends the consumer. The attempt is repeated when an operator restarts
    /// the consumer.
    pub(in crate::event_bus::consumer) fn give_back(&mut self, lane: usize) {
        let head = self.take_head(lane);
        self.returned.extend(head.map(|head| (head.id, head.aborted)));
    }

    /// Returns a message that came too late: the consumer ends.
    pub(in crate::event_bus::consumer) fn refuse(&mut self, entry: &Entry) {
        if !self.ids.contains(&entry.id) {
            self.returned.push((entry.id.clone(), entry.attempt.saturating_sub(1)));
        }
    }

    /// Takes the messages to give back to the broker, with the number of attempts that count.
    pub(in crate::event_bus::consumer) fn take_returned(&mut self) -> Vec<(EntryId, u32)> {
        std::mem::take(&mut self.returned)
    }
}
