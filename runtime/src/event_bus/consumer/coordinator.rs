//! The thread of a consumer that talks to the broker: it polls, distributes messages to the lanes, and lets the [`Recorder`]
//! report their outcomes to the broker.

mod end;

use std::time::{Duration, Instant};

use super::{
    error::ConsumeError,
    floor::Floor,
    intake::{Intake, Room},
    job::Job,
    lanes::Lanes,
    options::Options,
    pace::{HEARTBEAT, Pace, TICK},
    poller::Poller,
    recorder::Recorder,
    report::LaneUse,
    stop::Stop,
};
use crate::event_bus::{
    broker::{EventBusConsumer, Subscription},
    observe::{Observation, Observers},
    wire::Entry,
};

/// The most entries of a read, which keeps the broker busy.
const AT_ONCE: usize = 1000;

pub(super) struct Coordinator<'a> {
    recorder: Recorder<'a>,
    intake: Intake,
    pace: Pace,
    timeout: Duration,
    options: &'a Options,
    stop: &'a Stop,
    observers: &'a Observers,
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
        let timeout = subscription.receiver_timeout;
        let lanes = Lanes::start(options, timeout, observers).map_err(refused)?;
        let poller = Poller::start(consumer, stop, observers).map_err(refused)?;
        let pace = Pace::new(options.poll_timeout, poller.can_be_woken());
        let intake = Intake::new(options.read_bytes);
        let recorder = Recorder::new(poller, lanes, topic, subscription, options, observers);
        Ok(Self { recorder, intake, pace, timeout, options, stop, observers })
    }

    /// Consumes until it is stopped, has settled the requested number of messages, or cannot go on.
    ///
    /// Returns the outcome, and how busy the lanes were.
    pub(super) fn run(mut self) -> (Step, LaneUse) {
        let began = Instant::now();
        let outcome = loop {
            if self.stop.is_stopped() || self.is_through() {
                break Ok(());
            }
            if let Err(error) = self.step().and_then(|()| self.take_end()) {
                break Err(error);
            }
        };
        let outcome = self.wind_down(outcome);
        let lanes = u32::try_from(self.lanes().len()).unwrap_or(u32::MAX);
        let busy = self.lanes().floor().busy;
        (outcome, LaneUse { lanes, busy, available: began.elapsed() * lanes })
    }

    fn step(&mut self) -> Step {
        let agenda = self.lanes().floor().agenda(Instant::now());
        self.lanes().wake_all(agenda.awake);
        self.recorder.tell_pauses(&agenda.news);
        if agenda.is_due {
            self.recorder.record_next_steps();
        }
        if agenda.must_store {
            self.recorder.record_beginnings();
        }
        self.recorder.renew_claims();
        self.recorder.look_for_risk(agenda.is_paused);
        let (in_flight, room) = self.load();
        if in_flight == 0 {
            if let Some(left) = self.recorder.rest() {
                // A stop is noticed within one tick.
                std::thread::sleep(left.min(TICK));
                return Ok(());
            }
            return self.poll(if self.pace.has_more { None } else { Some(self.pace.slice) });
        }
        let since = self.pace.polled.elapsed();
        let is_time = since >= HEARTBEAT || (since >= self.pace.tick && (room > 0 || agenda.has_finished));
        if (is_time || self.has_room(room)) && self.recorder.rest().is_none() {
            self.poll(None)?;
        }
        // The first reads are small, and grow at once if there are more messages.
        let (_, room) = self.load();
        if room == 0 || self.pace.is_done {
            self.lanes().flush();
        }
        if self.recorder.rest().is_some() {
            self.wait_for_lanes(TICK);
        } else if !self.has_room(room) {
            self.wait_for_lanes(if room > 0 { self.pace.until_tick() } else { TICK });
        }
        self.check_receivers()
    }

    fn lanes(&self) -> &Lanes {
        &self.recorder.lanes
    }

    /// Returns whether to read the next entries now, which keeps the lanes busy.
    fn has_room(&self, room: usize) -> bool {
        let at_once = self.options.read_at_once().min(self.intake.capacity().div_ceil(2)).min(AT_ONCE);
        self.pace.has_more && room > 0 && room >= at_once
    }

    /// Returns the number of messages in flight, and how many more may be read.
    fn load(&self) -> (usize, usize) {
        let mut floor = self.lanes().floor();
        floor.gets_no_more = self.pace.is_done || self.intake.room() == 0;
        (floor.in_flight.len(), self.room(&floor, 0))
    }

    /// Returns how many more entries may be read, apart from those that are about to be dealt.
    fn room(&self, floor: &Floor, dealt: usize) -> usize {
        if floor.in_flight.is_closed() {
            return 0;
        }
        let left = self.options.count.map_or(u64::MAX, |count| count.saturating_sub(floor.settled));
        let in_flight = floor.in_flight.len() + dealt;
        let by_count = self.options.in_hand().min(usize::try_from(left).unwrap_or(usize::MAX));
        let by_bytes = if in_flight == 0 { self.intake.capacity() } else { self.intake.room() };
        by_count.saturating_sub(in_flight).min(by_bytes)
    }

    /// Returns whether the requested number of messages is settled, or all messages before the end of the consumer's work.
    fn is_through(&self) -> bool {
        let floor = self.lanes().floor();
        let has_settled_all = self.options.count.is_some_and(|count| floor.settled >= count);
        has_settled_all || (self.pace.is_done && floor.in_flight.len() == 0)
    }

    /// Returns the error with which a message ended the consumer.
    fn take_end(&self) -> Step {
        self.lanes().floor().end.take().map_or(Ok(()), Err)
    }

    /// Acknowledges finished messages, and reads entries as far as there is room for them. Waits only if nothing is in flight.
    fn poll(&mut self, wait: Option<Duration>) -> Step {
        let mut floor = self.lanes().floor();
        // Room for entries in transit is already reserved.
        let room = self.room(&floor, 0).min(self.options.read_at_once()).min(AT_ONCE).max(self.pace.ahead);
        let finished = floor.in_flight.take_finished();
        drop(floor);
        let asked = if self.pace.ahead > 0 { self.pace.ahead } else { room };
        let answer = match wait.filter(|_| self.pace.ahead == 0) {
            Some(wait) => self.recorder.poller.wait(&finished, room, wait),
            None => self.recorder.poller.poll(&finished, room),
        };
        self.pace.has_polled();
        let polled = match answer {
            Ok(polled) => polled,
            Err(error) => {
                self.lanes().floor().in_flight.not_acknowledged(finished);
                if !self.pace.has_answered && !error.is_transient() {
                    return Err(ConsumeError::Bus(error));
                }
                self.recorder.failed(&error, "the event bus could not be read");
                return Ok(());
            }
        };
        self.recorder.answered();
        self.pace.is_done = polled.is_done;
        self.pace.has_answered = true;
        let entries = self.recorder.take_in(polled);
        self.pace.has_brought(entries.len(), asked);
        let entries: Vec<_> = entries.into_iter().map(|entry| (self.intake.take(&entry), entry)).collect();
        let mut floor = self.lanes().floor();
        floor.broker_answered();
        floor.low = self.options.in_hand() - self.options.read_at_once();
        let room = self.room(&floor, entries.len());
        drop(floor);
        self.read_ahead(room);
        if !entries.is_empty() {
            self.deal(entries);
        }
        Ok(())
    }

    /// Lets the broker send the next entries while this thread deals those that have just come.
    fn read_ahead(&mut self, room: usize) {
        let at_once = self.options.read_at_once();
        if !self.pace.has_more || room < at_once.min(AT_ONCE).div_ceil(2) {
            return;
        }
        match self.recorder.poller.read_ahead(room.min(at_once).min(AT_ONCE)) {
            Ok(ahead) => self.pace.ahead = ahead,
            Err(error) => self.recorder.failed(&error, "the event bus could not be read"),
        }
    }

    fn deal(&mut self, entries: Vec<(Room, Entry)>) {
        let mut jobs = Vec::with_capacity(entries.len());
        for (room, entry) in entries {
            if self.is_wanted(&entry) {
                let key = self.lanes().key_of(&entry);
                jobs.push(Job::new(entry, key, self.options.max_attempts, room));
            } else if self.lanes().floor().in_flight.pass_over(&entry.id) {
                self.observers.tell(&Observation::Skipped { entry: &entry, reason: None });
            }
        }
        let must_store = jobs.iter().any(Job::must_be_stored);
        self.lanes().deal(jobs);
        if must_store {
            self.recorder.record_beginnings();
        }
    }

    fn is_wanted(&self, entry: &Entry) -> bool {
        let only = &self.options.only;
        only.is_empty() || entry.message.event_type().is_some_and(|given| only.iter().any(|one| one == given))
    }

    /// Waits until a lane needs the coordinator, or a message is due, at most this long.
    fn wait_for_lanes(&self, longest: Duration) {
        let end = Instant::now() + longest;
        let due =
            if self.recorder.rest().is_some() { None } else { self.lanes().floor().in_flight.next_due() };
        self.lanes().wait(due.map_or(end, |due| due.min(end)));
    }

    fn check_receivers(&self) -> Step {
        let calls = self.lanes().calls();
        let now = calls.now();
        match (0..self.lanes().len()).find_map(|lane| calls.hung(lane, now)) {
            Some(hung) => Err(hung.into_error(self.timeout)),
            None => Ok(()),
        }
    }
}
