//! A consumer that runs on a thread of its own.

use std::{
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use tracing::subscriber::with_default;

use super::link::BusLink;
use crate::{
    event_bus::{ConsumeError, Consumer, EntryId, Report, Stop},
    lines::Lines,
};

type RunResult = Result<Report, ConsumeError>;

/// A running member of a group. Dropping it stops the member.
pub(super) struct Member {
    stop: Stop,
    link: BusLink,
    lines: Lines,
    outcome: Receiver<RunResult>,
    patience: Duration,
}

impl Member {
    pub(super) fn start(consumer: Consumer, link: BusLink, patience: Duration) -> Self {
        let stop = Stop::new();
        let lines = Lines::default();
        let (sender, outcome) = channel();
        let (consumer_stop, consumer_lines) = (stop.clone(), lines.clone());
        thread::spawn(move || {
            let outcome = with_default(consumer_lines, || consumer.run(&consumer_stop));
            // Nobody receives it if the case has failed.
            let _ = sender.send(outcome);
        });
        Self { stop, link, lines, outcome, patience }
    }

    pub(super) fn link(&self) -> &BusLink {
        &self.link
    }

    /// Returns what the thread of the member logs.
    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Returns a function that ends the member as a crash of its process would: nothing reaches the bus afterwards.
    pub(super) fn crash(&self) -> impl FnOnce() + Send + use<> {
        let (stop, link) = (self.stop.clone(), self.link.clone());
        move || {
            link.crash();
            stop.stop();
        }
    }

    /// Returns all entries that the bus delivered to the member, with their attempts, in order.
    pub(super) fn delivered(&self) -> Vec<(EntryId, u32)> {
        self.link.deliveries().concat()
    }

    /// Stops the member and returns its outcome.
    pub(super) fn stop(self) -> RunResult {
        self.stop.stop();
        self.outcome()
    }

    /// Stops the member, and checks that it succeeded.
    pub(super) fn stop_well(self) -> Report {
        self.stop().expect("the consumer should stop without an error")
    }

    /// Waits until the member ends, and checks that it succeeded.
    pub(super) fn end_well(self) -> Report {
        self.outcome().expect("the consumer should end without an error")
    }

    /// Waits until the member ends with an error.
    pub(super) fn end_with_error(self, reason: &str) -> ConsumeError {
        self.outcome().expect_err(reason)
    }

    /// Waits until the member has crashed.
    pub(super) fn wait_for_crash(self) {
        let link = self.link.clone();
        // A crashed process has no outcome.
        let _ = self.outcome();
        assert!(link.has_crashed(), "the consumer should crash");
    }

    fn outcome(self) -> RunResult {
        let outcome = self.outcome.recv_timeout(self.patience);
        outcome.unwrap_or_else(|_| panic!("the consumer should have ended within {:?}", self.patience))
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.stop.stop();
    }
}
