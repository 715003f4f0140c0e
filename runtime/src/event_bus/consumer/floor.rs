//! The state that the lanes share with the coordinator, under one lock.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use super::{
    error::ConsumeError,
    in_flight::{InFlight, Task},
    options::Options,
    outages::{Outages, PauseNews},
};

/// The state that the lanes share with the coordinator.
pub(super) struct Floor {
    pub(super) in_flight: InFlight,
    /// The number of messages that were settled.
    pub(super) settled: u64,
    /// The error with which a message ended the consumer.
    pub(super) end: Option<ConsumeError>,
    /// When the consumer pauses.
    pub(super) outages: Outages,
    pub(super) errors_in_a_row: u32,
    broker_errors_in_a_row: u32,
    /// Whether the coordinator has something to do.
    pub(super) has_news: bool,
    /// The number of messages in flight at which the coordinator is woken, so that it reads the next ones in time.
    pub(super) low: usize,
    /// The number of messages that may be in flight, and the number to settle before the consumer ends.
    in_hand: usize,
    count: Option<u64>,
    /// Whether the broker has no more messages before the end of the consumer's work, or the consumer no memory for them.
    pub(super) gets_no_more: bool,
    /// The time that lanes were busy, all together.
    pub(super) busy: Duration,
    /// The lanes whose threads wait. Only these need a wake-up, which is a system call.
    pub(super) idle: Vec<bool>,
}

/// The coordinator's tasks. It checks them once per step, because each check holds up the lanes.
#[allow(clippy::struct_excessive_bools, reason = "they do not depend on each other")]
pub(super) struct Agenda {
    /// The lanes that have something to do since the pause ended, or because a message is tried again.
    pub(super) awake: Range<usize>,
    /// The pauses that began or ended.
    pub(super) news: Vec<PauseNews>,
    pub(super) is_paused: bool,
    /// Whether the next step of a message is due.
    pub(super) is_due: bool,
    /// Whether messages wait until the broker knows of their attempts.
    pub(super) must_store: bool,
    pub(super) has_finished: bool,
}

impl Floor {
    pub(super) fn agenda(&mut self, now: Instant) -> Agenda {
        let awake = self.try_again(now);
        Agenda {
            awake,
            news: self.outages.take_news(),
            is_paused: self.outages.is_paused(),
            is_due: self.in_flight.next_due().is_some_and(|due| due <= now),
            must_store: self.in_flight.must_store_any(),
            has_finished: self.in_flight.has_finished(),
        }
    }

    pub(super) fn new(options: &Options) -> Self {
        Self {
            in_flight: InFlight::new(options.concurrency),
            settled: 0,
            end: None,
            outages: Outages::new(options.pause_after, options.pause_max),
            errors_in_a_row: 0,
            broker_errors_in_a_row: 0,
            has_news: false,
            low: 0,
            in_hand: options.in_hand(),
            count: options.count,
            gets_no_more: false,
            busy: Duration::ZERO,
            idle: vec![false; options.concurrency],
        }
    }

    /// Returns what a lane does next.
    pub(super) fn next(&mut self, lane: usize, now: Instant) -> Option<Task> {
        let is_full = self.is_full();
        self.in_flight.next(lane, now, is_full)
    }

    /// Returns whether no other message can arrive before some are settled. Then batches do not wait for more.
    pub(super) fn is_full(&self) -> bool {
        let in_flight = self.in_flight.len();
        let left = self.count.map(|count| count.saturating_sub(self.settled));
        self.gets_no_more
            || self.in_flight.is_closed()
            || in_flight >= self.in_hand
            || left.is_some_and(|left| in_flight as u64 >= left)
    }

    /// Lets messages follow the outages: they wait during a pause. Returns whether a pause has ended.
    pub(super) fn follow_outages(&mut self) -> bool {
        let is_paused = self.outages.is_paused();
        self.in_flight.set_paused(is_paused) && !is_paused
    }

    /// Begins the next try of a pause if it is due, or ends the pause if no message is left to try. Returns the lanes that have
    /// something to do then.
    fn try_again(&mut self, now: Instant) -> Range<usize> {
        let Some((lane, receiver)) = self.outages.due(now) else { return 0..0 };
        if let Some(lane) = self.in_flight.probe(lane, receiver) {
            self.outages.begin_try(lane);
            return lane..lane + 1;
        }
        if self.in_flight.may_be_held(receiver) {
            return 0..0;
        }
        self.outages.abandon(now);
        self.follow_outages();
        0..self.idle.len()
    }

    /// Counts a failed message; too many in a row end the consumer.
    pub(super) fn count_error(&mut self, limit: Option<u32>, last: String) {
        self.errors_in_a_row += 1;
        self.end_at(self.errors_in_a_row, limit, last);
    }

    /// Counts a failed call of the broker; too many in a row end the consumer.
    pub(super) fn count_broker_error(&mut self, limit: Option<u32>, last: String) {
        self.broker_errors_in_a_row += 1;
        self.end_at(self.broker_errors_in_a_row, limit, last);
    }

    /// Notes that the broker has answered. Otherwise, failures that are days apart would end an idle consumer.
    pub(super) fn broker_answered(&mut self) {
        self.broker_errors_in_a_row = 0;
    }

    fn end_at(&mut self, count: u32, limit: Option<u32>, last: String) {
        if limit.is_some_and(|limit| count >= limit) {
            self.end.get_or_insert(ConsumeError::TooManyErrors { count, last });
        }
    }
}
