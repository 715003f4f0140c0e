//! The thread of a consumer that talks to the bus: it reads, deals out to the lanes, and acknowledges.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use super::{
    error::ConsumeError,
    job::{Job, Outcome},
    lane::{Lane, Report as LaneReport},
    observer::Observer,
    options::{OnError, OnUnknownType, Options},
    report::Report,
    stop::Stop,
};
use crate::{
    event_bus::{
        bus::{EntryId, EventBusConsumer, Failure, Lost, Subscription},
        error::{BusError, chain},
    },
    registry,
};

/// A wait for new entries is cut into pieces of this length, so that a stop is noticed also where the bus cannot
/// be woken.
const SLICE: Duration = Duration::from_secs(1);
/// While messages are in hand, how often acknowledgements go out and deadlines are looked at.
const TICK: Duration = Duration::from_millis(50);

pub(super) struct Coordinator<'a> {
    consumer: Box<dyn EventBusConsumer>,
    subscription: &'a Subscription,
    options: &'a Options,
    stop: &'a Stop,
    lanes: Vec<Lane>,
    reports: Receiver<LaneReport>,
    /// What was handed out and is not finished, with the number of attempts that were begun.
    in_hand: HashMap<EntryId, u32>,
    /// Finished, and to be acknowledged.
    finished: Vec<EntryId>,
    /// Set by an entry that was handed out before: nothing else is read until it is finished.
    alone: bool,
    held: Instant,
    polled: Instant,
    errors_in_a_row: u32,
    last_error: String,
    hash: RandomState,
    report: Report,
}

/// Whether to go on.
type Step = Result<(), ConsumeError>;

impl<'a> Coordinator<'a> {
    pub(super) fn new(
        consumer: Box<dyn EventBusConsumer>,
        subscription: &'a Subscription,
        options: &'a Options,
        stop: &'a Stop,
        observer: &Observer,
    ) -> Result<Self, ConsumeError> {
        let (sender, reports) = channel();
        let refused = |error| ConsumeError::Refused(format!("no thread could be started: {error}"));
        let lanes = (0..options.concurrency.max(1))
            .map(|lane| {
                Lane::start(lane, sender.clone(), tracing::Span::current(), observer.clone()).map_err(refused)
            })
            .collect::<Result<_, _>>()?;
        if let Some(waker) = consumer.waker() {
            stop.wake(waker);
        }
        Ok(Self {
            consumer,
            subscription,
            options,
            stop,
            lanes,
            reports,
            in_hand: HashMap::new(),
            finished: Vec::new(),
            alone: false,
            held: Instant::now(),
            polled: Instant::now(),
            errors_in_a_row: 0,
            last_error: String::new(),
            hash: RandomState::new(),
            report: Report::default(),
        })
    }

    /// Consumes until it is told to stop, has handled as many as were asked for, or cannot go on.
    pub(super) fn run(mut self) -> (Report, Step) {
        let outcome = loop {
            if self.stop.is_stopped() || self.options.count.is_some_and(|count| self.taken() >= count) {
                break Ok(());
            }
            if let Err(error) = self.step() {
                break Err(error);
            }
        };
        let outcome = self.wind_down(outcome);
        (self.report, outcome)
    }

    /// How many messages have been dealt with.
    fn taken(&self) -> u64 {
        self.report.handled + self.report.dead_lettered + self.report.given_up
    }

    fn step(&mut self) -> Step {
        self.begin_work()?;
        self.keep_claims()?;
        if self.in_hand.is_empty() {
            return self.poll(self.options.poll_timeout.min(SLICE));
        }
        let has_room = !self.alone && self.in_hand.len() < self.options.batch;
        if self.polled.elapsed() >= TICK && (has_room || !self.finished.is_empty()) {
            self.poll(Duration::ZERO)?;
        }
        self.wait_for_lanes()
    }

    /// Reads what there is room for, and acknowledges what is finished.
    fn poll(&mut self, wait: Duration) -> Step {
        let left = self.options.count.map_or(u64::MAX, |count| count - self.taken().min(count));
        let room = self.options.batch.min(usize::try_from(left).unwrap_or(usize::MAX));
        let room = if self.alone { 0 } else { room.saturating_sub(self.in_hand.len()) };
        let polled = self.consumer.poll(&self.finished, room, wait);
        self.polled = Instant::now();
        let polled = match polled {
            Ok(polled) => polled,
            Err(error) => return self.poll_failed(&error),
        };
        self.finished.clear();
        for lost in &polled.lost {
            self.lost(lost);
        }
        for note in &polled.notes {
            tracing::warn!("{note}");
        }
        for entry in polled.entries {
            self.alone |= entry.attempt > 1;
            self.in_hand.insert(entry.id.clone(), entry.attempt);
            let job = Job::new(entry);
            if self.is_wanted(&job) {
                if job.entry.attempt > self.options.max_attempts {
                    let error = "it was handed out that often and never finished: its receivers may have ended the process";
                    let failure =
                        Failure { attempts: job.entry.attempt - 1, ..job.failure_of(error.to_owned()) };
                    self.give_up(job, failure)?;
                } else {
                    let lane = self.lane_of(&job);
                    self.lanes[lane].queue.push_back(job);
                }
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

    fn poll_failed(&mut self, error: &BusError) -> Step {
        let text = chain(error);
        tracing::error!(error = text, transient = error.is_transient(), "the bus could not be read");
        self.error(text)?;
        if !self.in_hand.is_empty() {
            // There is work besides, which waits for nothing.
            return Ok(());
        }
        let deadline = Instant::now() + self.options.poll_failure_sleep;
        while !self.stop.is_stopped() && Instant::now() < deadline {
            thread::sleep(TICK.min(deadline.saturating_duration_since(Instant::now())));
        }
        Ok(())
    }

    /// Counts an error; too many in a row end the consumer.
    fn error(&mut self, text: String) -> Step {
        self.errors_in_a_row += 1;
        self.last_error = text;
        match self.options.consecutive_errors_limit {
            Some(limit) if self.errors_in_a_row >= limit => Err(ConsumeError::TooManyErrors {
                count: self.errors_in_a_row,
                last: self.last_error.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn lost(&mut self, lost: &Lost) {
        match lost {
            Lost::Pending(ids) => {
                self.report.lost += ids.len() as u64;
                tracing::error!(count = ids.len(), ids = ?ids, "pending entries were trimmed before they were handled: lost");
            }
            Lost::Unread { after, before, count } => {
                self.report.lost += count.unwrap_or_default();
                tracing::error!(count, %after, ?before, "entries were trimmed before they were read: lost");
            }
        }
    }

    /// Gives idle lanes what is next for them.
    fn begin_work(&mut self) -> Step {
        let now = Instant::now();
        for index in 0..self.lanes.len() {
            let lane = &mut self.lanes[index];
            if lane.busy {
                continue;
            }
            match lane.retry.take() {
                Some((at, job)) if at > now => lane.retry = Some((at, job)),
                Some((_, mut job)) => {
                    let attempt = job.entry.attempt + 1;
                    // The bus learns of the attempt before it begins: if it ends the process, it counts.
                    if let Err(error) = self.consumer.hold(&[(job.entry.id.clone(), attempt)]) {
                        self.lanes[index].retry = Some((now + self.options.poll_failure_sleep, job));
                        self.error(chain(&error))?;
                        continue;
                    }
                    job.entry.attempt = attempt;
                    self.in_hand.insert(job.entry.id.clone(), attempt);
                    self.lanes[index].begin(VecDeque::from([job]));
                }
                None if lane.queue.is_empty() => {}
                None => {
                    let jobs = std::mem::take(&mut lane.queue);
                    lane.begin(jobs);
                }
            }
        }
        Ok(())
    }

    /// Keeps others from taking over what is in hand.
    fn keep_claims(&mut self) -> Step {
        if self.held.elapsed() < self.options.claim_older_than / 3 || self.in_hand.is_empty() {
            return Ok(());
        }
        self.held = Instant::now();
        let entries: Vec<_> = self.in_hand.iter().map(|(id, attempts)| (id.clone(), *attempts)).collect();
        match self.consumer.hold(&entries) {
            Ok(()) => Ok(()),
            Err(error) => self.error(chain(&error)),
        }
    }

    /// Waits until a lane has something to say, or something else is to be done.
    fn wait_for_lanes(&mut self) -> Step {
        let next_retry = self.lanes.iter().filter_map(|lane| lane.retry.as_ref().map(|(at, _)| *at)).min();
        let wait = next_retry.map_or(TICK, |at| at.saturating_duration_since(Instant::now()).min(TICK));
        let report = self.reports.recv_timeout(wait);
        self.collect();
        match report {
            Ok(report) => self.lane_reported(report)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(ConsumeError::Refused("all lanes have ended".to_owned()));
            }
        }
        self.check_deadlines()
    }

    /// Takes what the lanes have finished.
    fn collect(&mut self) {
        for index in 0..self.lanes.len() {
            for done in self.lanes[index].take_done() {
                match done.without_receiver {
                    None => self.handled(),
                    Some(event_type) => self.had_no_receiver(event_type),
                }
                self.finish(done.id);
            }
        }
    }

    fn handled(&mut self) {
        self.report.handled += 1;
        self.errors_in_a_row = 0;
        if self.options.audit {
            tracing::info!("Message from the event bus processed successfully");
        }
    }

    fn had_no_receiver(&mut self, event_type: String) {
        if !self.report.without_receiver.contains_key(&event_type) {
            tracing::warn!(
                event_type,
                "messages of this type are acknowledged: no receiver of this program takes them"
            );
        }
        *self.report.without_receiver.entry(event_type).or_default() += 1;
    }

    fn finish(&mut self, id: EntryId) {
        self.in_hand.remove(&id);
        self.alone &= !self.in_hand.is_empty();
        self.finished.push(id);
    }

    fn lane_reported(&mut self, report: LaneReport) -> Step {
        let LaneReport { lane: index, failed, mut rest } = report;
        let lane = &mut self.lanes[index];
        lane.busy = false;
        rest.append(&mut lane.queue);
        lane.queue = rest;
        match failed {
            Some((job, outcome)) => self.failed(index, job, outcome),
            None => Ok(()),
        }
    }

    fn failed(&mut self, lane: usize, job: Job, outcome: Outcome) -> Step {
        let failure = match outcome {
            Outcome::Failed(receivers) => {
                self.report.failed_attempts += 1;
                let failure = job.failure(&receivers);
                if job.entry.attempt < self.options.max_attempts {
                    let at = Instant::now() + self.options.backoff.after(job.entry.attempt);
                    self.lanes[lane].retry = Some((at, job));
                    return self.error(failure.error);
                }
                failure
            }
            Outcome::Hopeless(failure) | Outcome::Unusable(failure) => {
                self.report.failed_attempts += 1;
                failure
            }
            Outcome::UnknownType(failure) => return self.unknown_type(job, failure),
            Outcome::Handled | Outcome::NoReceiver => {
                self.finish(job.entry.id);
                return Ok(());
            }
        };
        let text = failure.error.clone();
        self.give_up(job, failure)?;
        self.error(text)
    }

    fn unknown_type(&mut self, job: Job, failure: Failure) -> Step {
        match self.options.on_unknown_type {
            OnUnknownType::DeadLetter => {
                let text = failure.error.clone();
                self.dead_letter(job, &failure)?;
                self.error(text)
            }
            OnUnknownType::Skip => {
                self.report.skipped += 1;
                tracing::debug!(entry = %job.entry.id, error = failure.error, "skipped");
                self.finish(job.entry.id);
                Ok(())
            }
            OnUnknownType::Stop => Err(self.stopped(&job, failure)),
        }
    }

    /// The message will not be tried again.
    fn give_up(&mut self, job: Job, failure: Failure) -> Step {
        match self.options.on_error {
            OnError::DeadLetter => self.dead_letter(job, &failure),
            OnError::Acknowledge => {
                self.report.given_up += 1;
                tracing::error!(entry = %job.entry.id, error = failure.error, "given up and acknowledged");
                self.finish(job.entry.id);
                Ok(())
            }
            OnError::Stop => Err(self.stopped(&job, failure)),
        }
    }

    fn stopped(&self, job: &Job, failure: Failure) -> ConsumeError {
        ConsumeError::StoppedOnError { entry: job.entry.id.clone(), error: failure.error }
    }

    /// Until it is among the dead letters, the message stays in hand: nothing is lost when the bus is away meanwhile.
    fn dead_letter(&mut self, job: Job, failure: &Failure) -> Step {
        loop {
            match self.consumer.dead_letter(&job.entry, failure) {
                Ok(()) => break,
                Err(error) => {
                    self.poll_failed(&error)?;
                    if self.stop.is_stopped() {
                        // It stays pending, and is handed out again.
                        self.in_hand.insert(job.entry.id.clone(), job.entry.attempt);
                        return Ok(());
                    }
                    thread::sleep(TICK);
                }
            }
        }
        self.report.dead_lettered += 1;
        tracing::error!(
            entry = %job.entry.id,
            event_type = job.entry.message.event_type(),
            receivers = ?failure.receivers,
            attempts = failure.attempts,
            error = failure.error,
            "dead-lettered"
        );
        self.finish(job.entry.id);
        // It is acknowledged already.
        self.finished.pop();
        Ok(())
    }

    /// A receiver cannot be stopped; its message stays pending.
    fn check_deadlines(&self) -> Step {
        let timeout = self.options.receiver_timeout;
        match self.lanes.iter().find_map(|lane| lane.overdue(timeout)) {
            Some((receiver, entry)) => Err(ConsumeError::ReceiverTimedOut { receiver, entry, timeout }),
            None => Ok(()),
        }
    }

    /// Finishes the messages in hand, acknowledges, and gives back what was not begun.
    fn wind_down(&mut self, outcome: Step) -> Step {
        self.lanes.iter().for_each(Lane::halt);
        let mut outcome = outcome;
        let hung = matches!(outcome, Err(ConsumeError::ReceiverTimedOut { .. }));
        let deadline = Instant::now() + if hung { Duration::ZERO } else { self.options.stop_timeout };
        while self.lanes.iter().any(|lane| lane.busy) {
            if Instant::now() >= deadline {
                let timeout = self.options.stop_timeout;
                outcome = outcome.and(Err(ConsumeError::StopTimedOut { timeout }));
                break;
            }
            if let Err(error) = self.wait_for_lanes()
                && outcome.is_ok()
            {
                outcome = Err(error);
            }
        }
        self.collect();
        self.give_back();
        outcome
    }

    /// A stop is no attempt: entries that were not begun, or wait to be tried again, lose the one that their delivery
    /// counted.
    fn give_back(&mut self) {
        let mut attempts: Vec<(EntryId, u32)> = Vec::new();
        for lane in &mut self.lanes {
            attempts.extend(lane.retry.take().map(|(_, job)| (job.entry.id, job.entry.attempt)));
            attempts.extend(lane.queue.drain(..).map(|job| (job.entry.id, job.entry.attempt - 1)));
        }
        let acknowledged = self.consumer.poll(&self.finished, 0, Duration::ZERO).map(drop);
        let held = if attempts.is_empty() { Ok(()) } else { self.consumer.hold(&attempts) };
        if let Err(error) = acknowledged.and(held) {
            tracing::error!(
                error = chain(&error),
                "what is finished could not be acknowledged: it will be handed out again"
            );
        }
        tracing::info!(
            topic = self.subscription.topic,
            group = self.subscription.group,
            "consumer ended: {}",
            self.report
        );
    }
}
