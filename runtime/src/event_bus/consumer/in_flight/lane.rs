//! One lane: its messages, in order.

use std::{collections::VecDeque, time::Instant};

use super::{batches::Called, collected::Collected};
use crate::{
    event_bus::{
        consumer::job::Job,
        wire::{EntryId, Failure},
    },
    receiver::BatchReceiver,
};

/// A lane and its messages.
#[derive(Default)]
pub(super) struct Lane {
    /// Fresh messages, in order.
    pub(super) queue: VecDeque<Job>,
    /// The message that was started. No other message of the lane overtakes it.
    pub(super) head: Option<Head>,
    /// The messages that wait for batches.
    pub(super) collected: Collected<BatchReceiver, Job>,
    /// The batch that a receiver has.
    pub(super) called: Vec<Called>,
    /// Other messages that failed, in order. Each becomes the head when those before it are settled.
    pub(super) failed: VecDeque<Waiting>,
    /// The receiver whose batch is complete and waits until the broker knows of its attempts.
    pub(super) complete: Option<BatchReceiver>,
}

/// The message that a lane has started.
pub(super) struct Head {
    pub(super) id: EntryId,
    pub(super) key: u64,
    /// The number of attempts that have begun.
    pub(super) begun: u32,
    /// The number that counts if a stop ends the attempt.
    pub(super) aborted: u32,
    pub(super) state: MessageState,
    /// Whether the broker revoked the entry while it ran. The outcome does not matter then, and its id may be in flight again,
    /// as another delivery.
    pub(super) is_revoked: bool,
}

/// The state of a message that was started.
pub(super) enum MessageState {
    /// The lane runs the receivers.
    Running,
    /// The message failed, and waits for its next step.
    Waiting(Box<Waiting>),
    /// The broker is being told of the next step.
    Recording,
    /// The message waits for the end of a pause.
    Held(Box<Job>),
}

/// A message that failed.
pub(in crate::event_bus::consumer) struct Waiting {
    pub(in crate::event_bus::consumer) until: Instant,
    pub(in crate::event_bus::consumer) job: Job,
    pub(in crate::event_bus::consumer) step: NextStep,
}

/// The next step of a message that failed.
pub(in crate::event_bus::consumer) enum NextStep {
    /// Another attempt.
    Retry,
    /// It is stored among the dead letters.
    DeadLetter(Failure),
    /// The end of a pause. The broker learns that the last attempt does not count.
    Hold,
}

impl Lane {
    /// Returns how much a further message would have to wait for: more for a message that failed than for those that can run.
    pub(super) fn burden(&self) -> (bool, usize) {
        let is_held_up = self.head.as_ref().is_some_and(|head| !matches!(head.state, MessageState::Running));
        let waiting = self.queue.len() + self.collected.len();
        (is_held_up, waiting + self.called.len() + usize::from(self.head.is_some()))
    }

    /// Makes the next failed message the head, unless an earlier one is fresh.
    pub(super) fn advance(&mut self) {
        if self.head.is_none()
            && let Some(next) = self.failed.front()
            && self.queue.front().is_none_or(|fresh| next.job.order < fresh.order)
            && let Some(waiting) = self.failed.pop_front()
        {
            self.head = Some(Head::waiting(waiting));
        }
    }

    /// Returns whether the next message is tried alone while earlier ones of its key wait for batches, which it must not overtake.
    pub(super) fn next_waits_for_batches(&self) -> bool {
        let alone = self.queue.front().filter(|next| next.entry.attempt > 1 && !next.is_probe());
        alone.is_some_and(|next| self.collected.iter().any(|job| job.key == next.key))
    }

    /// Returns how many messages run that the broker revoked.
    pub(super) fn revoked(&self) -> usize {
        usize::from(self.has_revoked()) + self.called.iter().filter(|called| called.is_revoked).count()
    }

    /// Returns whether a message runs that the broker revoked.
    pub(super) fn has_revoked(&self) -> bool {
        self.head.as_ref().is_some_and(|head| head.is_revoked)
    }
}
