//! The end of a consumer: it finishes what runs, gives back the rest, and leaves the group.

use std::time::{Duration, Instant};

use super::{Coordinator, Step};
use crate::event_bus::{
    consumer::{
        error::ConsumeError,
        pace::{HEARTBEAT, TICK},
        poller::CLOSING,
    },
    observe::Observation,
};

/// How long leaving the group may take after an error, and if the broker does not answer.
const BRIEF: Duration = Duration::from_millis(400);

impl Coordinator<'_> {
    /// Finishes the messages that are running, acknowledges, and gives back the others.
    pub(super) fn wind_down(&mut self, mut outcome: Step) -> Step {
        self.lanes().stop();
        let started = Instant::now();
        let deadline = self.lanes().calls().now() + self.options.stop_timeout;
        while self.is_running() {
            if self.lanes().calls().now() >= deadline {
                outcome = outcome.and(Err(ConsumeError::StopTimedOut { timeout: self.options.stop_timeout }));
                break;
            }
            self.recorder.renew_claims();
            if self.pace.polled.elapsed() >= HEARTBEAT && self.recorder.rest().is_none() {
                self.pace.polled = Instant::now();
                self.recorder.keep_alive();
            }
            self.wait_for_lanes(TICK);
        }
        self.recorder.record_next_steps();
        let news = self.lanes().floor().outages.take_news();
        self.recorder.tell_pauses(&news);
        let calls = self.lanes().calls();
        let now = calls.now();
        let hung: Vec<_> = (0..self.lanes().len()).map(|lane| calls.hung(lane, now)).collect();
        let mut floor = self.lanes().floor();
        let end = floor.end.take();
        floor.in_flight.end(|lane| hung[lane].is_some());
        drop(floor);
        outcome = outcome.and(end.map_or(Ok(()), Err));
        for hung in hung.into_iter().flatten() {
            outcome = outcome.and(Err(hung.into_error(self.timeout)));
        }
        self.recorder.give_back(std::mem::take(&mut self.pace.ahead));
        self.close(started, &outcome);
        outcome
    }

    /// Returns whether a receiver is running and not hung.
    fn is_running(&self) -> bool {
        let calls = self.lanes().calls();
        let now = calls.now();
        let floor = self.lanes().floor();
        (0..self.lanes().len())
            .any(|lane| floor.in_flight.is_running(lane) && calls.hung(lane, now).is_none())
    }

    /// Leaves the group. After an error, and if the broker does not answer, that takes no longer than a stop.
    fn close(&mut self, started: Instant, outcome: &Step) {
        let brief = Instant::now() + BRIEF;
        let is_brief = outcome.is_err() || self.recorder.rest().is_some();
        let deadline = if is_brief { brief } else { brief.max(started + self.options.stop_timeout) };
        if let Err(error) = self.recorder.poller.close(deadline) {
            self.observers.tell(&Observation::BrokerFailed { doing: CLOSING, error: &error, is_new: true });
        }
    }
}
