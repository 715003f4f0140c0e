//! The thread of a consumer that talks to the broker: it polls, deals messages to the lanes, records next steps and
//! acknowledges.

use std::time::{Duration, Instant};

use super::{
    clock::RunningClock,
    error::ConsumeError,
    in_flight::{NextStep, Waiting},
    intake::Intake,
    job::Job,
    lanes::Lanes,
    options::Options,
    outages::PauseNews,
    pace::{HEARTBEAT, Pace, TICK},
    poller::{CLOSING, Poller},
    stop::Stop,
};
use crate::event_bus::{
    broker::{BusError, EventBusConsumer, Polled, Subscription},
    observe::{Observation, Observers},
    wire::Entry,
};

/// How long leaving the group may take after an error, and if the broker does not answer.
const BRIEF: Duration = Duration::from_millis(400);
pub(super) struct Coordinator<'a> {
    poller: Poller,
    lanes: Lanes,
    intake: Intake,
    /// The topic without the prefix that settings have.
    topic: &'a str,
    subscription: &'a Subscription,
    options: &'a Options,
    stop: &'a Stop,
    observers: &'a Observers,
    pace: Pace,
    /// Whether the operator knows that the topic may drop entries during the pause.
    risk_is_known: bool,
}

type Step = Result<(), ConsumeError>;

impl<'a> Coordinator<'a> {
    pub(super) fn new(
        consumer: Box<dyn EventBusConsumer>,
        topic: &'a str,
        subscription: &'a Subscription,
        options: &'a Options,
        stop: &'a Stop,
        observers: &'a Observers,
    ) -> Result<Self, ConsumeError> {
        let refused = |error| ConsumeError::Refused(format!("cannot start a thread: {error}"));
        let clock = RunningClock::new(subscription.receiver_timeout);
        let lanes =
            Lanes::start(options, clock, subscription.receiver_timeout, observers).map_err(refused)?;
        let poller = Poller::start(consumer, stop, observers).map_err(refused)?;
        let pace = Pace::new(options.poll_timeout, poller.can_be_woken());
        let intake = Intake::new(options.batch_bytes);
        Ok(Self {
            poller,
            lanes,
            intake,
            topic,
            subscription,
            options,
            stop,
            observers,
            pace,
            risk_is_known: false,
        })
    }

    /// Consumes until it is stopped, has settled the requested number of messages, or cannot go on.
    pub(super) fn run(mut self) -> Step {
        let outcome = loop {
            if self.stop.is_stopped() || self.has_settled_all() || self.is_done() {
                break Ok(());
            }
            if let Err(error) = self.step().and_then(|()| self.take_end()) {
                break Err(error);
            }
        };
        self.wind_down(outcome)
    }

    fn step(&mut self) -> Step {
        self.lanes.try_again();
        self.tell_pauses();
        self.record_next_steps();
        self.record_beginnings();
        self.renew_claims();
        self.look_for_risk();
        if self.lanes.floor().in_flight.len() == 0 {
            if let Some(left) = self.pace.rest() {
                // A stop is noticed within one tick.
                std::thread::sleep(left.min(TICK));
                return Ok(());
            }
            return self.poll(if self.pace.has_more { None } else { Some(self.pace.slice) });
        }
        let (room, has_finished) = (self.room(), self.lanes.floor().in_flight.has_finished());
        let since = self.pace.polled.elapsed();
        let is_time = since >= HEARTBEAT || (since >= TICK && (room > 0 || has_finished));
        if (is_time || self.has_room(room)) && self.pace.rest().is_none() {
            self.poll(None)?;
        }
        // The first reads are small, and grow at once if there are more messages.
        if !self.has_room(self.room()) || self.pace.rest().is_some() {
            self.wait_for_lanes();
        }
        self.check_receivers()
    }

    /// Returns whether to read the next entries now, which keeps the lanes busy.
    fn has_room(&self, room: usize) -> bool {
        let most = self.options.batch.min(self.intake.capacity());
        self.pace.has_more && room > 0 && room >= most / 2
    }

    /// Returns the number of entries that may be read.
    fn room(&self) -> usize {
        let Options { batch, count, .. } = *self.options;
        let floor = self.lanes.floor();
        if floor.in_flight.is_closed() {
            return 0;
        }
        let left = count.map_or(u64::MAX, |count| count.saturating_sub(floor.settled));
        let in_flight = floor.in_flight.len();
        let by_count = batch.min(usize::try_from(left).unwrap_or(usize::MAX)).saturating_sub(in_flight);
        by_count.min(if in_flight == 0 { self.intake.capacity() } else { self.intake.room() })
    }

    fn has_settled_all(&self) -> bool {
        self.options.count.is_some_and(|count| self.lanes.floor().settled >= count)
    }

    /// Returns whether all messages before the end of the consumer's work are settled.
    fn is_done(&self) -> bool {
        self.pace.is_done && self.lanes.floor().in_flight.len() == 0
    }

    /// Returns the error with which a message ended the consumer.
    fn take_end(&self) -> Step {
        self.lanes.floor().end.take().map_or(Ok(()), Err)
    }

    /// Acknowledges finished messages, and reads as many entries as there is room for. Waits only if nothing is in flight.
    fn poll(&mut self, wait: Option<Duration>) -> Step {
        let room = self.room();
        let finished = self.lanes.floor().in_flight.take_finished();
        let polled = match wait {
            Some(wait) => self.poller.wait(&finished, room, wait),
            None => self.poller.poll(&finished, room),
        };
        self.pace.polled = Instant::now();
        self.pace.has_more = false;
        let entries = match polled {
            Ok(polled) => self.take_in(polled),
            Err(error) => {
                self.lanes.floor().in_flight.not_acknowledged(finished);
                if !self.pace.has_answered && !error.is_transient() {
                    return Err(ConsumeError::Bus(error));
                }
                self.broker_failed(&error, "the event bus could not be read");
                return Ok(());
            }
        };
        self.pace.has_answered = true;
        self.lanes.floor().broker_answered();
        self.pace.has_more = room > 0 && entries.len() >= room;
        for entry in entries {
            let permit = self.intake.take(&entry);
            if self.is_wanted(&entry) {
                self.lanes.deal(Job::new(entry, self.options.max_attempts, permit));
            } else if self.lanes.floor().in_flight.pass_over(&entry.id) {
                self.observers.tell(&Observation::Skipped { entry: &entry, reason: None });
            }
        }
        self.record_beginnings();
        Ok(())
    }

    /// Returns the entries of a poll, after everything else that the broker says. Entries that it revoked may come back in the
    /// same poll.
    fn take_in(&mut self, polled: Polled) -> Vec<Entry> {
        let Polled { entries, lost, revoked, is_done, notes } = polled;
        self.pace.is_done = is_done;
        for lost in &lost {
            self.observers.tell(&Observation::Lost(lost));
        }
        for note in &notes {
            self.observers.tell(&Observation::Noted(note));
        }
        if !revoked.is_empty() {
            self.observers.tell(&Observation::Revoked(&revoked));
            self.lanes.revoke(&revoked);
        }
        entries
    }

    fn is_wanted(&self, entry: &Entry) -> bool {
        let only = &self.options.only;
        only.is_empty() || entry.message.event_type().is_some_and(|given| only.iter().any(|one| one == given))
    }

    /// Records the next step of messages that failed, as far as it is due. The broker learns of an attempt before it begins,
    /// so that an attempt that crashes the process counts.
    fn record_next_steps(&mut self) {
        while self.pace.rest().is_none() {
            let due = self.lanes.floor().in_flight.take_due(Instant::now());
            let Some((lane, Waiting { job, step, .. })) = due else { return };
            let recorded = match &step {
                NextStep::Retry => self.poller.hold(&[(job.entry.id.clone(), job.entry.attempt + 1)]),
                NextStep::DeadLetter(failure) => self.poller.dead_letter(&job.entry, failure),
                NextStep::Hold => self.poller.hold(&[(job.entry.id.clone(), job.begun())]),
            };
            if let Err(error) = recorded {
                self.lanes.floor().in_flight.put_back(lane, Waiting { until: Instant::now(), job, step });
                self.broker_failed(&error, "the next step of a failed message could not be recorded");
                return;
            }
            match &step {
                NextStep::Retry => self.observers.tell(&Observation::Retried),
                NextStep::DeadLetter(failure) => {
                    self.observers.tell(&Observation::DeadLettered { entry: &job.entry, failure });
                }
                NextStep::Hold => {}
            }
            let mut floor = self.lanes.floor();
            match step {
                NextStep::Retry => floor.in_flight.retry(lane, job),
                NextStep::DeadLetter(_) => {
                    floor.settled += 1;
                    floor.in_flight.dead_lettered(lane);
                }
                NextStep::Hold => floor.in_flight.held(lane, job),
            }
            self.lanes.wake(floor, lane);
        }
    }

    /// Tells the observers of pauses that began or ended.
    fn tell_pauses(&self) {
        let news = self.lanes.floor().outages.take_news();
        if news.is_empty() {
            return;
        }
        let replay = &*format!("dlq replay -t {} -g {} --all", self.topic, self.subscription.group);
        for news in &news {
            self.observers.tell(&match news {
                PauseNews::Paused(outage) => Observation::Paused { outage, replay },
                &PauseNews::Resumed(ref outage, time, why) => {
                    Observation::Resumed { outage, replay, time, why }
                }
            });
        }
    }

    /// Warns once if the topic may drop entries during a pause.
    fn look_for_risk(&mut self) {
        if !self.lanes.floor().outages.is_paused() {
            self.risk_is_known = false;
            return;
        }
        let now = Instant::now();
        if self.pace.risk_due > now || self.pace.rest().is_some() {
            return;
        }
        self.pace.risk_due = now + HEARTBEAT;
        match self.poller.at_risk() {
            Ok(Some(risk)) if !self.risk_is_known => {
                self.observers.tell(&Observation::Noted(&risk));
                self.risk_is_known = true;
            }
            Ok(risk) => self.risk_is_known = risk.is_some(),
            Err(error) => self.broker_failed(&error, "the event bus could not be reached"),
        }
    }

    /// Stores the attempts that are about to begin, as far as the broker must know of them.
    fn record_beginnings(&mut self) {
        if self.lanes.floor().in_flight.to_store().is_empty() || self.pace.rest().is_some() {
            return;
        }
        // An attempt that has ended must not count as one that crashed.
        let finished = self.lanes.floor().in_flight.take_finished();
        if !finished.is_empty() {
            match self.poller.poll(&finished, 0) {
                Ok(polled) => drop(self.take_in(polled)),
                Err(error) => {
                    self.lanes.floor().in_flight.not_acknowledged(finished);
                    return self.broker_failed(&error, "finished messages could not be acknowledged");
                }
            }
        }
        let next = self.lanes.floor().in_flight.to_store();
        let (lanes, attempts): (Vec<_>, Vec<_>) =
            next.into_iter().map(|(lane, id, attempt)| (lane, (id, attempt))).unzip();
        if let Err(error) = self.poller.hold(&attempts) {
            return self.broker_failed(&error, "the attempts that begin could not be recorded");
        }
        for lane in lanes {
            let mut floor = self.lanes.floor();
            floor.in_flight.stored(lane);
            self.lanes.wake(floor, lane);
        }
    }

    /// Keeps other members, and another process with the same name, from claiming the messages in flight.
    fn renew_claims(&mut self) {
        let Subscription { claim_older_than, receiver_timeout, .. } = *self.subscription;
        let interval = claim_older_than.min(receiver_timeout) / 3;
        if self.pace.claimed.elapsed() < interval || self.pace.rest().is_some() {
            return;
        }
        let claims = self.lanes.floor().in_flight.claims();
        if claims.is_empty() {
            return;
        }
        match self.poller.hold(&claims) {
            Ok(()) => self.pace.claimed = Instant::now(),
            Err(error) => self.broker_failed(&error, "claims could not be renewed"),
        }
    }

    /// Starts a pause, so that a broker that is down is not called all the time.
    fn broker_failed(&mut self, error: &BusError, doing: &'static str) {
        self.observers.tell(&Observation::BrokerFailed { doing, error });
        self.pace.rest_until = Some(Instant::now() + self.options.poll_failure_sleep.max(TICK));
        let last = crate::error::chain(error);
        self.lanes.floor().count_broker_error(self.options.consecutive_errors_limit, last);
    }

    /// Waits until a lane has news, or a message is due.
    fn wait_for_lanes(&self) {
        let tick = Instant::now() + TICK;
        let due = if self.pace.rest().is_some() { None } else { self.lanes.floor().in_flight.next_due() };
        self.lanes.wait(due.map_or(tick, |due| due.min(tick)));
    }

    fn check_receivers(&self) -> Step {
        let timeout = self.subscription.receiver_timeout;
        let mut floor = self.lanes.floor();
        let now = floor.clock.now();
        match (0..self.lanes.len()).find_map(|lane| floor.in_flight.hung(lane, timeout, now)) {
            Some(hung) => Err(hung.into_error(timeout)),
            None => Ok(()),
        }
    }

    /// Finishes the messages that are running, acknowledges, and gives back the others.
    fn wind_down(&mut self, mut outcome: Step) -> Step {
        self.lanes.stop();
        let timeout = self.subscription.receiver_timeout;
        let started = Instant::now();
        let deadline = self.lanes.floor().clock.now() + self.options.stop_timeout;
        while self.is_running(timeout) {
            if self.lanes.floor().clock.now() >= deadline {
                outcome = outcome.and(Err(ConsumeError::StopTimedOut { timeout: self.options.stop_timeout }));
                break;
            }
            self.renew_claims();
            self.keep_alive();
            self.wait_for_lanes();
        }
        self.record_next_steps();
        self.tell_pauses();
        let mut floor = self.lanes.floor();
        let end = floor.end.take();
        let now = floor.clock.now();
        let hung = floor.in_flight.end(timeout, now);
        drop(floor);
        outcome = outcome.and(end.map_or(Ok(()), Err));
        for hung in hung {
            outcome = outcome.and(Err(hung.into_error(timeout)));
        }
        self.give_back();
        self.close(started, &outcome);
        outcome
    }

    /// Leaves the group. After an error, and if the broker does not answer, that takes no longer than a stop.
    fn close(&mut self, started: Instant, outcome: &Step) {
        let brief = Instant::now() + BRIEF;
        let is_brief = outcome.is_err() || self.pace.rest().is_some();
        let deadline = if is_brief { brief } else { brief.max(started + self.options.stop_timeout) };
        if let Err(error) = self.poller.close(deadline) {
            self.observers.tell(&Observation::BrokerFailed { doing: CLOSING, error: &error });
        }
    }

    /// Lets the broker hear of this member while receivers finish after a stop.
    fn keep_alive(&mut self) {
        if self.pace.polled.elapsed() < HEARTBEAT || self.pace.rest().is_some() {
            return;
        }
        self.pace.polled = Instant::now();
        match self.poller.poll(&[], 0) {
            Ok(polled) => drop(self.take_in(polled)),
            Err(error) => self.broker_failed(&error, "the event bus could not be reached"),
        }
    }

    /// Returns whether a receiver is running and not hung.
    fn is_running(&self, timeout: Duration) -> bool {
        let mut floor = self.lanes.floor();
        let now = floor.clock.now();
        (0..self.lanes.len()).any(|lane| {
            floor.in_flight.is_running(lane) && floor.in_flight.hung(lane, timeout, now).is_none()
        })
    }

    fn give_back(&mut self) {
        let finished = self.lanes.floor().in_flight.take_finished();
        let acknowledged = if finished.is_empty() {
            Ok(())
        } else {
            self.poller.poll(&finished, 0).map(|polled| drop(self.take_in(polled)))
        };
        let returned = self.lanes.floor().in_flight.take_returned();
        let held = if returned.is_empty() { Ok(()) } else { self.poller.hold(&returned) };
        if let Err(error) = acknowledged.and(held) {
            let doing = "finished messages could not be acknowledged, and will be delivered again";
            self.broker_failed(&error, doing);
        }
        if !returned.is_empty() {
            self.observers.tell(&Observation::Returned(&returned));
        }
    }
}
