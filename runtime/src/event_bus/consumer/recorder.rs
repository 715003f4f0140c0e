//! Everything that a consumer tells its broker apart from reading: acknowledgements, attempts, dead letters and claims.

use std::{
    collections::{BTreeSet, HashSet},
    time::{Duration, Instant},
};

use super::{
    in_flight::{NextStep, Waiting},
    lanes::Lanes,
    options::Options,
    outages::PauseNews,
    pace::{HEARTBEAT, TICK},
    poller::Poller,
};
use crate::event_bus::{
    broker::{BusError, Polled, Subscription},
    observe::{Observation, Observers},
    trouble::Trouble,
    wire::{Entry, EntryId},
};

/// How long no call may fail until the broker counts as working again, after a transient error and after another one, which a client
/// may report rarely.
const QUIET: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(40));

pub(super) struct Recorder<'a> {
    pub(super) poller: Poller,
    pub(super) lanes: Lanes,
    /// The topic without the prefix that settings have.
    topic: &'a str,
    subscription: &'a Subscription,
    options: &'a Options,
    observers: &'a Observers,
    /// The failures of calls that were told, and how long none must fail until they are over.
    trouble: Trouble,
    quiet: Duration,
    /// The end of the rest after a failed call.
    rest_until: Option<Instant>,
    /// When the claims were renewed last.
    claimed: Instant,
    /// When the broker is asked next whether the topic may drop entries.
    risk_due: Instant,
    /// Whether the operator knows that the topic may drop entries during the pause.
    risk_is_known: bool,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(
        poller: Poller,
        lanes: Lanes,
        topic: &'a str,
        subscription: &'a Subscription,
        options: &'a Options,
        observers: &'a Observers,
    ) -> Self {
        let now = Instant::now();
        Self {
            poller,
            lanes,
            topic,
            subscription,
            options,
            observers,
            trouble: Trouble::default(),
            quiet: QUIET.0,
            rest_until: None,
            claimed: now,
            risk_due: now,
            risk_is_known: false,
        }
    }

    /// Returns the rest of the time in which the broker is not called, after a call that failed.
    pub(super) fn rest(&self) -> Option<Duration> {
        let left = self.rest_until?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Begins a rest, so that a broker that is down is not called continuously.
    pub(super) fn failed(&mut self, error: &BusError, doing: &'static str) {
        let (now, last) = (Instant::now(), crate::error::chain(error));
        let rest = self.options.poll_failure_sleep.max(TICK);
        let is_new = self.trouble.failed(&last, now);
        self.quiet = (if error.is_transient() { QUIET.0 } else { QUIET.1 }).max(rest * 2);
        self.observers.tell(&Observation::BrokerFailed { doing, error, is_new });
        self.rest_until = Some(now + rest);
        self.lanes.floor().count_broker_error(self.options.consecutive_errors_limit, last);
    }

    /// Notes that the broker has answered a poll.
    pub(super) fn answered(&mut self) {
        if let Some(time) = self.trouble.succeeded(self.quiet, Instant::now()) {
            self.observers.tell(&Observation::BrokerWorks(time));
        }
    }

    /// Returns the entries of a poll, after everything else that the broker says. Entries that it revoked may come back in the
    /// same poll.
    pub(super) fn take_in(&self, polled: Polled) -> Vec<Entry> {
        let Polled { entries, lost, revoked, is_done: _, notes } = polled;
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

    /// Records the next step of messages that failed, as far as it is due. The broker learns of an attempt before it begins,
    /// so that an attempt that crashes the process counts.
    pub(super) fn record_next_steps(&mut self) {
        while self.rest().is_none() {
            let due = self.lanes.floor().in_flight.take_due(Instant::now());
            let Some((lane, Waiting { job, step, .. })) = due else { return };
            let recorded = match &step {
                NextStep::Retry => self.poller.hold(&[(job.entry.id.clone(), job.entry.attempt + 1)]),
                NextStep::DeadLetter(failure) => self.poller.dead_letter(&job.entry, failure),
                NextStep::Hold => self.poller.hold(&[(job.entry.id.clone(), job.begun())]),
            };
            if let Err(error) = recorded {
                self.lanes.floor().in_flight.put_back(lane, Waiting { until: Instant::now(), job, step });
                self.failed(&error, "the next step of a failed message could not be recorded");
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

    /// Stores the attempts that are about to begin, if the broker must know about them.
    pub(super) fn record_beginnings(&mut self) {
        if self.rest().is_some() {
            return;
        }
        // An attempt that has ended must not count as one that crashed.
        let finished = self.lanes.floor().in_flight.take_finished();
        if !finished.is_empty() {
            match self.poller.poll(&finished, 0) {
                Ok(polled) => drop(self.take_in(polled)),
                Err(error) => {
                    self.lanes.floor().in_flight.not_acknowledged(finished);
                    return self.failed(&error, "finished messages could not be acknowledged");
                }
            }
        }
        let next = self.lanes.floor().in_flight.to_store();
        if next.is_empty() {
            return;
        }
        let (lanes, attempts): (BTreeSet<_>, Vec<_>) =
            next.into_iter().map(|(lane, id, attempt)| (lane, (id, attempt))).unzip();
        if let Err(error) = self.poller.hold(&attempts) {
            return self.failed(&error, "attempts that are about to begin could not be recorded");
        }
        let stored: HashSet<EntryId> = attempts.into_iter().map(|(id, _)| id).collect();
        self.lanes.floor().in_flight.stored(&stored);
        for lane in lanes {
            self.lanes.wake(self.lanes.floor(), lane);
        }
    }

    /// Keeps other members, and another process with the same name, from claiming the messages in flight.
    pub(super) fn renew_claims(&mut self) {
        let Subscription { claim_older_than, receiver_timeout, .. } = *self.subscription;
        let interval = claim_older_than.min(receiver_timeout) / 3;
        if self.claimed.elapsed() < interval || self.rest().is_some() {
            return;
        }
        let claims = self.lanes.floor().in_flight.claims();
        if claims.is_empty() {
            return;
        }
        match self.poller.hold(&claims) {
            Ok(()) => self.claimed = Instant::now(),
            Err(error) => self.failed(&error, "claims could not be renewed"),
        }
    }

    /// Tells the observers of pauses that began or ended.
    pub(super) fn tell_pauses(&self, news: &[PauseNews]) {
        if news.is_empty() {
            return;
        }
        let replay = &*format!("dlq replay -t {} -g {} --all", self.topic, self.subscription.group);
        for news in news {
            self.observers.tell(&match *news {
                PauseNews::Paused(ref outage, first_try) => Observation::Paused { outage, replay, first_try },
                PauseNews::Resumed(ref outage, resumed) => Observation::Resumed { outage, replay, resumed },
            });
        }
    }

    /// Warns once if the topic may drop entries during a pause.
    pub(super) fn look_for_risk(&mut self, is_paused: bool) {
        if !is_paused {
            self.risk_is_known = false;
            return;
        }
        let now = Instant::now();
        if self.risk_due > now || self.rest().is_some() {
            return;
        }
        self.risk_due = now + HEARTBEAT;
        match self.poller.at_risk() {
            Ok(Some(risk)) if !self.risk_is_known => {
                self.observers.tell(&Observation::Noted(&risk));
                self.risk_is_known = true;
            }
            Ok(risk) => self.risk_is_known = risk.is_some(),
            Err(error) => self.failed(&error, "the event bus could not be reached"),
        }
    }

    /// Contacts the broker while this member reads nothing.
    pub(super) fn keep_alive(&mut self) {
        match self.poller.poll(&[], 0) {
            Ok(polled) => drop(self.take_in(polled)),
            Err(error) => self.failed(&error, "the event bus could not be reached"),
        }
    }

    /// Acknowledges what is finished, and gives back the rest, with the `ahead` entries that are still on their way.
    pub(super) fn give_back(&mut self, ahead: usize) {
        let finished = self.lanes.floor().in_flight.take_finished();
        let acknowledged = if finished.is_empty() && ahead == 0 {
            Ok(())
        } else {
            self.poller.poll(&finished, ahead).map(|polled| {
                let late = self.take_in(polled);
                let mut floor = self.lanes.floor();
                for entry in &late {
                    floor.in_flight.refuse(entry);
                }
            })
        };
        let returned = self.lanes.floor().in_flight.take_returned();
        let held = if returned.is_empty() { Ok(()) } else { self.poller.hold(&returned) };
        if let Err(error) = acknowledged.and(held) {
            let doing = "finished messages could not be acknowledged, and will be delivered again";
            self.failed(&error, doing);
        }
        if !returned.is_empty() {
            self.observers.tell(&Observation::Returned(&returned));
        }
    }
}
