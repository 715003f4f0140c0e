//! Attempts that the broker must know of before they begin.

use std::collections::HashSet;

use super::{InFlight, Lane};
use crate::event_bus::{consumer::job::Job, wire::EntryId};

impl InFlight {
    /// Returns the messages that could start now if the broker knew of their attempts, each with the number of that attempt.
    pub(in crate::event_bus::consumer) fn to_store(&self) -> Vec<(usize, EntryId, u32)> {
        if self.paused {
            return Vec::new();
        }
        let lanes = self.lanes.iter().enumerate();
        let next = lanes.flat_map(|(lane, known)| {
            let first = known.queue.front().filter(|job| known.head.is_none() && job.must_be_stored());
            let batch = known.complete.into_iter().flat_map(|receiver| known.collected.batch(receiver));
            let jobs = first.into_iter().chain(batch.filter(|job| job.attempt_must_be_stored()));
            jobs.map(move |job| (lane, job.entry.id.clone(), job.entry.attempt))
        });
        next.collect()
    }

    /// Returns whether the next message or batch of a lane waits until the broker knows of its attempts.
    pub(in crate::event_bus::consumer) fn must_store(&self, lane: usize) -> bool {
        let Lane { queue, head, complete, .. } = &self.lanes[lane];
        (head.is_none() && queue.front().is_some_and(Job::must_be_stored)) || complete.is_some()
    }

    /// Returns whether a message waits until the broker knows of its attempt.
    pub(in crate::event_bus::consumer) fn must_store_any(&self) -> bool {
        !self.paused && (0..self.lanes.len()).any(|lane| self.must_store(lane))
    }

    /// Lets these messages start: the broker knows of their attempts.
    pub(in crate::event_bus::consumer) fn stored(&mut self, ids: &HashSet<EntryId>) {
        for lane in &mut self.lanes {
            let Lane { queue, collected, complete, .. } = lane;
            let is_complete = complete.take().is_some();
            let collected = collected.iter_mut().filter(|_| is_complete);
            for job in queue.front_mut().into_iter().chain(collected) {
                if ids.contains(&job.entry.id) {
                    job.stored();
                }
            }
        }
    }
}
