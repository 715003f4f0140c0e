//! The thread of a consumer that talks to the bus: it reads, deals out to the lanes, and acknowledges.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use super::{
    contact::Contact,
    error::ConsumeError,
    job::Job,
    lane::{Lane, NextStep, Waiting},
    options::Options,
    report::{self, Report},
    stop::Stop,
};
use crate::event_bus::observe::Observer;
use crate::{
    error::chain,
    event_bus::{
        broker::{
            contract::{EventBusConsumer, Polled},
            error::BusError,
            subscription::Subscription,
        },
        wire::entry::EntryId,
    },
    registry,
};

/// A wait for new entries is cut into pieces of this length, so that it ends soon after a stop also where the bus cannot
/// be woken, and of the second one where it can: so much longer it takes to notice a connection that broke without a
/// word. Each piece wakes two or three threads up.
const SLICE: (Duration, Duration) = (Duration::from_millis(400), Duration::from_secs(6));
/// While messages are in hand, how often acknowledgements go out and deadlines are looked at.
const TICK: Duration = Duration::from_millis(50);

pub(super) struct Coordinator<'a> {
    pub(super) bus: Contact,
    pub(super) subscription: &'a Subscription,
    pub(super) options: &'a Options,
    stop: &'a Stop,
    pub(super) lanes: Vec<Lane>,
    woken: Receiver<()>,
    /// What was handed out and is not finished, with the number of attempts that were begun.
    pub(super) in_hand: HashMap<EntryId, u32>,
    /// Finished, and to be acknowledged.
    pub(super) finished: Vec<EntryId>,
    /// Failed and not to be tried by this consumer, which ends for it; with the number of attempts that count.
    pub(super) returned: Vec<(EntryId, u32)>,
    /// Set by an entry that was handed out before: nothing else is read until it is finished.
    alone: bool,
    /// When the claims were renewed last.
    held: Instant,
    polled: Instant,
    /// Whether the bus had as many as it was asked for, and so most likely has more.
    has_more: bool,
    /// How long a wait for new entries may be.
    slice: Duration,
    /// Whether the bus has answered: until then, an error that lasts is one of how the consumer is set up.
    has_read: bool,
    /// After a failure, when the bus is to be asked again.
    rest_until: Option<Instant>,
    pub(super) errors_in_a_row: u32,
    /// How many messages have been dealt with.
    pub(super) taken: u64,
    hash: RandomState,
    pub(super) report: Report,
}

/// Whether to go on.
pub(super) type Step = Result<(), ConsumeError>;

impl<'a> Coordinator<'a> {
    pub(super) fn new(
        consumer: Box<dyn EventBusConsumer>,
        subscription: &'a Subscription,
        options: &'a Options,
        stop: &'a Stop,
        observer: &Observer,
    ) -> Result<Self, ConsumeError> {
        let (wake, woken) = channel();
        let refused = |error| ConsumeError::Refused(format!("no thread could be started: {error}"));
        let lanes = (0..options.concurrency)
            .map(|lane| {
                Lane::start(lane, wake.clone(), tracing::Span::current(), observer.clone()).map_err(refused)
            })
            .collect::<Result<_, _>>()?;
        let bus = Contact::start(consumer, stop).map_err(refused)?;
        let slice = if bus.can_be_woken() { SLICE.1 } else { SLICE.0 };
        Ok(Self {
            bus,
            subscription,
            options,
            stop,
            lanes,
            woken,
            in_hand: HashMap::new(),
            finished: Vec::new(),
            returned: Vec::new(),
            alone: false,
            held: Instant::now(),
            polled: Instant::now(),
            has_more: false,
            slice,
            has_read: false,
            rest_until: None,
            errors_in_a_row: 0,
            taken: 0,
            hash: RandomState::new(),
            report: Report::default(),
        })
    }

    /// Consumes until it is told to stop, has dealt with as many as were asked for, or cannot go on.
    pub(super) fn run(mut self) -> (Report, Step) {
        let outcome = loop {
            if self.stop.is_stopped() || self.options.count.is_some_and(|count| self.taken >= count) {
                break Ok(());
            }
            if let Err(error) = self.step() {
                break Err(error);
            }
        };
        let outcome = self.wind_down(outcome);
        (self.report, outcome)
    }

    fn step(&mut self) -> Step {
        self.next_steps(|_| true)?;
        self.keep_claims()?;
        if self.in_hand.is_empty() {
            return match self.rest_until {
                Some(until) if until > Instant::now() => {
                    thread::sleep(TICK.min(until.saturating_duration_since(Instant::now())));
                    Ok(())
                }
                // Most likely there is nothing to wait for.
                _ if self.has_more => self.poll(None),
                _ => self.poll(Some(self.options.poll_timeout.min(self.slice))),
            };
        }
        let is_time = self.polled.elapsed() >= TICK && (self.room() > 0 || !self.finished.is_empty());
        // The lanes have something to do while the next ones are read.
        let is_half_empty = self.has_more && self.room() > 0 && self.room() >= self.options.batch / 2;
        if (is_time || is_half_empty) && !self.is_resting() {
            self.poll(None)?;
        }
        self.wait_for_lanes()?;
        self.check_deadlines()
    }

    /// How many entries may be read.
    fn room(&self) -> usize {
        let Options { batch, max_attempts, concurrency, count, .. } = *self.options;
        if self.alone {
            return 0;
        }
        // Where a message has one attempt, one that ends the process takes all with it that were handed out.
        let most = if max_attempts == 1 { batch.min(concurrency) } else { batch };
        let left = count.map_or(u64::MAX, |count| count.saturating_sub(self.taken));
        most.min(usize::try_from(left).unwrap_or(usize::MAX)).saturating_sub(self.in_hand.len())
    }

    /// Reads what there is room for, and acknowledges what is finished; may wait where nothing is in hand.
    fn poll(&mut self, wait: Option<Duration>) -> Step {
        let room = self.room();
        let polled = match wait {
            Some(wait) => self.bus.wait(&self.finished, room, wait),
            None => self.bus.poll(&self.finished, room),
        };
        self.polled = Instant::now();
        self.has_more = false;
        let Polled { entries, lost, notes } = match polled {
            Ok(polled) => polled,
            // What is wrong from the start is for whoever starts it; later, somebody may be about to set it right.
            Err(error) if !self.has_read && !error.is_transient() => return Err(ConsumeError::Bus(error)),
            Err(error) => return self.bus_failed(&error, "the bus could not be read"),
        };
        self.has_read = true;
        self.has_more = room > 0 && entries.len() >= room;
        self.finished.clear();
        for lost in &lost {
            self.report.lost += report::tell(lost);
        }
        for note in &notes {
            tracing::warn!("{note}");
        }
        for entry in entries {
            if self.in_hand.insert(entry.id.clone(), entry.attempt).is_some() {
                // A bus that lost its connection may hand out what is still in hand.
                continue;
            }
            let job = Job::new(entry, self.options.max_attempts);
            if self.is_wanted(&job) {
                self.alone |= job.entry.attempt > 1;
                self.lanes[self.lane_of(&job)].push(job);
            } else {
                self.report.skipped += 1;
                self.finish(job.entry.id);
            }
        }
        Ok(())
    }

    fn is_wanted(&self, job: &Job) -> bool {
        let only = &self.options.only;
        only.is_empty()
            || job.entry.message.event_type().is_some_and(|given| only.iter().any(|one| one == given))
    }

    /// Messages with one key go to one lane; those without a key share the first.
    fn lane_of(&self, job: &Job) -> usize {
        let lanes = self.lanes.len();
        if lanes == 1 {
            return 0;
        }
        let message = &job.entry.message;
        let definition = message.event_type().and_then(registry::get);
        let key = definition
            .and_then(|definition| definition.key_bytes(definition.key_field()?, message.event_data().ok()?));
        key.map_or(0, |key| usize::try_from(self.hash.hash_one(key) % lanes as u64).unwrap_or_default())
    }

    /// Messages that failed: takes the next step where it is time, and of a kind that is to be taken.
    pub(super) fn next_steps(&mut self, is_taken: impl Fn(&NextStep) -> bool) -> Step {
        for index in 0..self.lanes.len() {
            let is_due = |waiting: &mut Waiting| waiting.at <= Instant::now() && is_taken(&waiting.step);
            if self.is_resting() {
                return Ok(());
            }
            let Some(Waiting { mut job, step, .. }) = self.lanes[index].waiting.take_if(is_due) else {
                continue;
            };
            let done = match &step {
                // The bus learns of the attempt before it begins: if it ends the process, it counts.
                NextStep::Attempt => self.bus.hold(&[(job.entry.id.clone(), job.entry.attempt + 1)]),
                NextStep::DeadLetter(failure) => self.bus.dead_letter(&job.entry, failure),
            };
            if let Err(error) = done {
                self.lanes[index].waiting = Some(Waiting { at: Instant::now(), job, step });
                self.bus_failed(&error, "what becomes of a failed message could not be recorded")?;
                continue;
            }
            match step {
                NextStep::Attempt => {
                    job.entry.attempt += 1;
                    self.in_hand.insert(job.entry.id.clone(), job.entry.attempt);
                    self.lanes[index].resume(Some(job));
                }
                NextStep::DeadLetter(failure) => {
                    self.dead_lettered(&job, &failure);
                    self.lanes[index].resume(None);
                }
            }
        }
        Ok(())
    }

    /// Keeps others from taking over what is in hand: those that wait for members to go, and those of the same name.
    pub(super) fn keep_claims(&mut self) -> Step {
        let Options { claim_older_than, receiver_timeout, .. } = *self.options;
        let interval = claim_older_than.min(receiver_timeout) / 3;
        if self.held.elapsed() < interval || self.in_hand.is_empty() || self.is_resting() {
            return Ok(());
        }
        let entries: Vec<_> = self.in_hand.iter().map(|(id, attempts)| (id.clone(), *attempts)).collect();
        match self.bus.hold(&entries) {
            Ok(()) => {
                self.held = Instant::now();
                Ok(())
            }
            Err(error) => self.bus_failed(&error, "claims could not be renewed"),
        }
    }

    /// The bus failed: it is left in peace for a while, so that a bus that is away is not asked all the time.
    fn bus_failed(&mut self, error: &BusError, what: &str) -> Step {
        let text = chain(error);
        tracing::error!(error = text, transient = error.is_transient(), "{what}");
        self.rest_until = Some(Instant::now() + self.options.poll_failure_sleep.max(TICK));
        self.error(text)
    }

    fn is_resting(&self) -> bool {
        self.rest_until.is_some_and(|until| until > Instant::now())
    }

    /// Waits until a lane has something to say, or something else is to be done.
    pub(super) fn wait_for_lanes(&mut self) -> Step {
        let next_step = self.lanes.iter().filter_map(|lane| Some(lane.waiting.as_ref()?.at)).min();
        let wait = match next_step {
            Some(at) if !self.is_resting() => at.saturating_duration_since(Instant::now()).min(TICK),
            _ => TICK,
        };
        // The lanes live as long as this, and each has a sender.
        let _ = self.woken.recv_timeout(wait);
        self.collect()
    }

    pub(super) fn finish(&mut self, id: EntryId) {
        self.in_hand.remove(&id);
        self.alone &= !self.in_hand.is_empty();
        self.finished.push(id);
    }

    fn check_deadlines(&self) -> Step {
        let timeout = self.options.receiver_timeout;
        match self.lanes.iter().find_map(|lane| lane.overdue(timeout)) {
            Some((receiver, entry)) => Err(ConsumeError::ReceiverTimedOut { receiver, entry, timeout }),
            None => Ok(()),
        }
    }
}
