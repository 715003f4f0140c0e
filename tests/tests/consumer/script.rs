//! A bus whose answers a test writes, and which records what the consumer asks it.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, Instant, SystemTime},
};

use openedx_events::{
    codec,
    event_bus::{
        BusError, Capability, ConsumeError, Consumer, Entry, EntryId, EventBus, EventBusConsumer,
        EventBusProducer, Failure, MemoryBus, Message, Operations, Polled, Report, Stop, Subscription, Waker,
    },
};
use openedx_events_tests::log::Lines;
use tracing::{Level, subscriber::with_default};

use crate::{PARCEL_SENT, ParcelSent};

/// The time after which a test counts as hung.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A call of the consumer. Polls are recorded only if they acknowledge something.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Call {
    Acknowledge(Vec<String>),
    Hold(Vec<(String, u32)>),
    DeadLetter(String),
    /// The bus may read this many entries ahead for the next poll. Recorded only if the bus reads ahead.
    ReadAhead(usize),
    /// A poll that only takes entries which the bus already read ahead, and how many it may take.
    Take(usize),
    Close,
    Drop,
}

/// A bus that follows a script. Clones are the same bus.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<(Mutex<ScriptState>, Condvar)>);

#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "they do not depend on each other")]
struct ScriptState {
    polls: VecDeque<Polled>,
    calls: Vec<Call>,
    /// The number of polls that returned an answer from the script.
    answered: usize,
    is_woken: bool,
    refuses: bool,
    /// How long closing takes, and its error.
    closing: (Duration, Option<String>),
    lacks: Option<Capability>,
    reads_ahead: bool,
    /// Stops the consumer when it reads ahead.
    stops_ahead: bool,
    stop: Option<Stop>,
    /// The number of entries on their way.
    ahead: usize,
}

impl Script {
    /// Adds the answer of a poll.
    pub(crate) fn polled(&self, polled: Polled) -> &Self {
        self.lock().polls.push_back(polled);
        self.0.1.notify_all();
        self
    }

    /// Adds the answer of a poll that delivers these entries.
    pub(crate) fn delivers(&self, entries: impl IntoIterator<Item = Entry>) -> &Self {
        self.polled(Polled { entries: entries.into_iter().collect(), ..Polled::default() })
    }

    /// Adds the answer of a poll that revokes these entries, and waits until the consumer has it.
    pub(crate) fn revoke<const N: usize>(&self, ids: [&str; N]) {
        self.polled(Polled { revoked: ids.map(EntryId::new).to_vec(), ..Polled::default() });
        self.wait_for_polls();
    }

    /// Waits until the consumer has all answers of polls, and has polled again.
    pub(crate) fn wait_for_polls(&self) {
        wait("the consumer polls", || self.lock().polls.is_empty());
        let answered = self.lock().answered;
        self.polled(Polled::default());
        wait("the consumer polls again", || self.lock().answered > answered);
    }

    pub(crate) fn refuse(&self) {
        self.lock().refuses = true;
    }

    pub(crate) fn close_takes(&self, time: Duration, error: Option<&str>) {
        self.lock().closing = (time, error.map(str::to_owned));
    }

    pub(crate) fn reads_ahead(&self) {
        self.lock().reads_ahead = true;
    }

    pub(crate) fn stop_when_it_reads_ahead(&self) {
        self.lock().stops_ahead = true;
    }

    pub(crate) fn lack(&self, capability: Capability) {
        self.lock().lacks = Some(capability);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    pub(crate) fn acknowledged(&self) -> Vec<String> {
        let of = |call| match call {
            Call::Acknowledge(ids) => ids,
            _ => Vec::new(),
        };
        self.calls().into_iter().flat_map(of).collect()
    }

    pub(crate) fn has_acknowledged(&self, id: &str) -> bool {
        self.acknowledged().iter().any(|one| one == id)
    }

    /// Starts a consumer on this bus.
    pub(crate) fn start(&self, set_up: impl FnOnce(Consumer) -> Consumer) -> Running {
        let consumer = set_up(Consumer::of(Arc::new(self.clone()), "parcels", "office", "a"));
        let (stop, lines) = (Stop::new(), Lines::default());
        self.lock().stop = Some(stop.clone());
        let (sender, outcome) = mpsc::channel();
        let (consumer_stop, subscriber) = (stop.clone(), lines.subscriber(Level::INFO));
        thread::spawn(move || {
            // If the test has failed, nobody receives the result.
            let _ = sender.send(with_default(subscriber, || consumer.run(&consumer_stop)));
        });
        Running { stop, lines, outcome }
    }

    fn lock(&self) -> MutexGuard<'_, ScriptState> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, call: Call) {
        self.lock().calls.push(call);
    }
}

/// A running consumer. Dropping it stops the consumer.
pub(crate) struct Running {
    stop: Stop,
    pub(crate) lines: Lines,
    outcome: mpsc::Receiver<Result<Report, ConsumeError>>,
}

impl Running {
    pub(crate) fn stop(self) -> Result<Report, ConsumeError> {
        self.stop.stop();
        self.end()
    }

    pub(crate) fn end(self) -> Result<Report, ConsumeError> {
        self.outcome.recv_timeout(PATIENCE).expect("the consumer should have ended by now")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

impl EventBus for Script {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        MemoryBus::new().producer()
    }

    fn consumer(&self, _: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        Ok(Box::new(ScriptMember(self.clone())))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        MemoryBus::new().operations()
    }

    fn can(&self, capability: Capability) -> bool {
        self.lock().lacks != Some(capability)
    }
}

struct ScriptMember(Script);

impl EventBusConsumer for ScriptMember {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let deadline = Instant::now() + wait;
        let mut state = self.0.lock();
        if state.refuses {
            return Err(BusError::permanent("the group is not welcome"));
        }
        if !acknowledge.is_empty() {
            state.calls.push(Call::Acknowledge(acknowledge.iter().map(EntryId::to_string).collect()));
        }
        let ahead = std::mem::take(&mut state.ahead);
        if ahead > 0 {
            state.calls.push(Call::Take(max));
        }
        loop {
            let fits = state.polls.front().is_some_and(|next| next.entries.len() <= max);
            if fits && let Some(next) = state.polls.pop_front() {
                state.answered += 1;
                return Ok(next);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || std::mem::take(&mut state.is_woken) {
                return Ok(Polled::default());
            }
            let waited = self.0.0.1.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn read_ahead(&mut self, max: usize) -> Result<usize, BusError> {
        let mut state = self.0.lock();
        if !state.reads_ahead {
            return Ok(0);
        }
        state.calls.push(Call::ReadAhead(max));
        state.ahead = max;
        let stop = state.stop.clone().filter(|_| state.stops_ahead);
        drop(state);
        if let Some(stop) = stop {
            stop.stop();
        }
        Ok(max)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        self.0.record(Call::Hold(entries.iter().map(|(id, attempts)| (id.to_string(), *attempts)).collect()));
        Ok(())
    }

    fn dead_letter(&mut self, entry: &Entry, _: &Failure) -> Result<(), BusError> {
        self.0.record(Call::DeadLetter(entry.id.to_string()));
        Ok(())
    }

    fn close(&mut self, deadline: Instant) -> Result<(), BusError> {
        self.0.record(Call::Close);
        let (time, error) = self.0.lock().closing.clone();
        thread::sleep(time.min(deadline.saturating_duration_since(Instant::now())));
        error.map_or(Ok(()), |error| Err(BusError::transient(error)))
    }

    fn waker(&self) -> Option<Waker> {
        let script = self.0.clone();
        Some(Arc::new(move || {
            script.lock().is_woken = true;
            script.0.1.notify_all();
        }))
    }
}

impl Drop for ScriptMember {
    fn drop(&mut self) {
        self.0.record(Call::Drop);
    }
}

/// Makes an entry of the test `test`, whose parcel goes to `to`.
pub(crate) fn entry(test: &str, id: &str, to: &str) -> Entry {
    let parcel = ParcelSent { test: test.to_owned(), id: id.to_owned(), to: to.to_owned() };
    let message = Message::new(&PARCEL_SENT.generate_signal_metadata(), codec::encode(&parcel));
    Entry::new(EntryId::new(id), message, 1)
}

/// Makes an entry with a key, which the broker stored at a time.
pub(crate) fn keyed(test: &str, id: &str, to: &str, key: &'static str) -> Entry {
    let mut entry = entry(test, id, to);
    entry.key = Some(key.as_bytes().into());
    entry.timestamp = Some(SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123));
    entry
}

/// Waits until `condition` holds.
pub(crate) fn wait(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
