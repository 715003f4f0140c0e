//! Everything that a case works with: topics of its own, messages, receivers and members.

use std::{
    cell::Cell,
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;

use super::{
    Harness,
    events::{ITEM_ADDED, ITEM_REMOVED, ItemAdded, ItemRemoved},
    link::BusLink,
    member::Member,
    promise::promise_eq,
};
use crate::{
    codec,
    event_bus::{
        Consumer, DeadLetter, Entry, EntryId, Envelope, EventBus, EventBusConsumer, EventBusProducer,
        Message, Operations, Page, Pending, Start, Subscription,
    },
    metadata::EventsMetadata,
    receiver::ReceiverError,
    registry,
    signal::Connection,
};

/// The suffix of a topic that does not exist.
pub(super) const MISSING: &str = "missing";

type CrashOnce = Box<dyn FnOnce() + Send>;

thread_local! {
    /// Whether the process that this thread belongs to has "crashed": its receivers no longer do anything.
    static HAS_CRASHED: Cell<bool> = const { Cell::new(false) };
}

/// Returns whether the process that this thread belongs to has "crashed".
pub(super) fn has_crashed() -> bool {
    HAS_CRASHED.get()
}

/// One run of a case.
pub(super) struct Fixture {
    harness: Arc<dyn Harness>,
    producer: Arc<dyn EventBusProducer>,
    /// The number of this run. Cases share the process, so each looks only at events with its own number.
    pub(super) run: i64,
    pub(super) topic: String,
    /// The group of a case that needs only one. Some buses know a group across topics, so each case has its own.
    pub(super) group: String,
    /// Crashes the member that was started last.
    crash: Arc<Mutex<Option<CrashOnce>>>,
}

impl Fixture {
    pub(super) fn new(harness: &Arc<dyn Harness>) -> Self {
        static NEXT_RUN: AtomicI64 = AtomicI64::new(1);
        let run = NEXT_RUN.fetch_add(1, Ordering::Relaxed);
        let topic = format!("conformance-{}-{run}", std::process::id());
        harness.create_topic(&topic);
        let producer = harness.bus().producer().expect("the bus should have a producer");
        let group = format!("group-{run}");
        Self { harness: Arc::clone(harness), producer, run, topic, group, crash: Arc::default() }
    }

    /// Returns another fixture, with topics of its own.
    pub(super) fn another(&self) -> Self {
        Self::new(&self.harness)
    }

    /// Returns the name of a topic that does not exist until [`create_topic`](Self::create_topic) creates [`MISSING`].
    pub(super) fn missing_topic(&self) -> String {
        format!("{}-{MISSING}", self.topic)
    }

    /// Creates another topic.
    pub(super) fn create_topic(&self, suffix: &str) -> String {
        let topic = format!("{}-{suffix}", self.topic);
        self.harness.create_topic(&topic);
        topic
    }

    pub(super) fn bus(&self) -> Arc<dyn EventBus> {
        self.harness.bus()
    }

    pub(super) fn patience(&self) -> Duration {
        self.harness.patience()
    }

    pub(super) fn operations(&self) -> Box<dyn Operations> {
        self.bus().operations().expect("the bus should have operations")
    }

    pub(super) fn trim(&self, max_len: usize) {
        self.harness.trim(&self.topic, max_len);
    }

    /// Revokes the entries that members of the group of the case have.
    pub(super) fn revoke(&self) {
        self.harness.revoke(&self.topic, &self.group);
    }

    /// Returns a member of the group of the case that no consumer runs. It starts with the oldest message.
    pub(super) fn bare_member(&self, name: &str) -> Box<dyn EventBusConsumer> {
        let mut subscription = Subscription::new(&self.topic, &self.group, name);
        subscription.start = Start::Backlog;
        self.bus().consumer(&subscription).expect("the bus should have consumers")
    }

    /// Receives `count` messages, and acknowledges none.
    pub(super) fn receive_bare(&self, member: &mut dyn EventBusConsumer, count: usize) -> Vec<EntryId> {
        let mut received = Vec::new();
        self.wait("the messages are delivered", || {
            let polled = member.poll(&[], count - received.len(), Duration::from_millis(100));
            let entries = polled.expect("the bus should answer").entries;
            received.extend(entries.into_iter().map(|entry| entry.id));
            received.len() >= count
        });
        received
    }

    // Messages

    pub(super) fn item(&self, number: i64) -> ItemAdded {
        ItemAdded { run: self.run, number, list: "groceries".to_owned(), content: Bytes::new() }
    }

    pub(super) fn added(&self, number: i64) -> Message {
        message(&self.item(number))
    }

    pub(super) fn removed(&self, number: i64) -> Message {
        let event = ItemRemoved { run: self.run, number };
        Message::new(&ITEM_REMOVED.generate_signal_metadata(), codec::encode(&event))
    }

    /// Sends items with these numbers to the topic of the case.
    pub(super) fn send_items(&self, numbers: impl IntoIterator<Item = i64>) -> Vec<EntryId> {
        self.send(numbers.into_iter().map(|number| self.added(number)))
    }

    pub(super) fn send(&self, messages: impl IntoIterator<Item = Message>) -> Vec<EntryId> {
        self.send_to(&self.topic, messages)
    }

    pub(super) fn send_to(&self, topic: &str, messages: impl IntoIterator<Item = Message>) -> Vec<EntryId> {
        self.send_envelopes(messages.into_iter().map(|message| (topic, message)))
    }

    pub(super) fn send_envelopes<'a>(
        &self,
        messages: impl IntoIterator<Item = (&'a str, Message)>,
    ) -> Vec<EntryId> {
        let (mut ids, mut envelopes) = (Vec::new(), Vec::new());
        for (topic, message) in messages {
            if is_foreign(&message) {
                ids.extend(self.send_ours(&std::mem::take(&mut envelopes)));
                ids.push(self.harness.send_foreign(topic, message));
            } else {
                envelopes.push(Envelope { topic: topic.into(), key: None, message });
            }
        }
        ids.extend(self.send_ours(&envelopes));
        ids
    }

    fn send_ours(&self, envelopes: &[Envelope]) -> Vec<EntryId> {
        let outcomes = self.producer.send(envelopes, Instant::now() + self.patience());
        promise_eq!(outcomes.len(), envelopes.len(), "the bus should return an outcome for each message");
        outcomes.into_iter().map(|outcome| outcome.expect("the bus should take the message")).collect()
    }

    /// Sends the items 1 to 5. Returns the time at which the bus stored the fourth, later than the third.
    pub(super) fn send_around_a_time(&self) -> SystemTime {
        self.send_items(1..=3);
        // Some buses count in milliseconds.
        thread::sleep(Duration::from_millis(20));
        self.send_items(4..=5);
        let times: Vec<_> = self.read(&self.topic).into_iter().filter_map(|entry| entry.timestamp).collect();
        assert!(times.len() == 5 && times.is_sorted(), "each entry should have the time of its storing");
        assert!(times[2] < times[3], "the time of storing should be exact to 20 ms");
        times[3]
    }

    // Receivers

    /// Connects a receiver of the items that the case adds.
    pub(super) fn receive(
        &self,
        receiver: impl Fn(&ItemAdded, &EventsMetadata) -> Result<(), ReceiverError> + Send + Sync + 'static,
    ) -> Connection {
        let run = self.run;
        ITEM_ADDED.connect(move |event, metadata| {
            if event.run == run && !HAS_CRASHED.get() { receiver(event, metadata) } else { Ok(()) }
        })
    }

    /// Connects a receiver that succeeds and records the numbers of the items.
    pub(super) fn record(&self) -> (Recorded<i64>, Connection) {
        let recorded = Recorded::new();
        let records = recorded.clone();
        let connection = self.receive(move |item, _| {
            records.push(item.number);
            Ok(())
        });
        (recorded, connection)
    }

    /// Connects a receiver that always fails.
    pub(super) fn fail(&self, error: fn() -> ReceiverError) -> Connection {
        self.receive(move |_, _| Err(error()))
    }

    /// Connects a receiver of the items that the case removes.
    pub(super) fn receive_removed(&self, receiver: impl Fn(i64) + Send + Sync + 'static) -> Connection {
        let run = self.run;
        ITEM_REMOVED.connect(move |event, _| {
            if event.run == run {
                receiver(event.number);
            }
        })
    }

    // Members

    /// Starts a member of the group of the case. It starts with the oldest message, and its retries are quick.
    pub(super) fn member(&self, name: &str, set_up: impl FnOnce(Consumer) -> Consumer) -> Member {
        self.member_of(&self.topic, &self.group, name, set_up)
    }

    pub(super) fn member_of(
        &self,
        topic: &str,
        group: &str,
        name: &str,
        set_up: impl FnOnce(Consumer) -> Consumer,
    ) -> Member {
        let link = BusLink::new(self.bus());
        let consumer = Consumer::of(Arc::new(link.clone()), topic, group, name)
            .start(Start::Backlog)
            .retry(Duration::from_millis(2), Duration::from_millis(10));
        // Locked before the member starts, since its first message may crash it.
        let mut crash = lock(&self.crash);
        let member = Member::start(set_up(consumer), link, self.patience());
        *crash = Some(Box::new(member.crash()));
        member
    }

    /// Lets a process called `name` receive `count` messages, and die before it begins to handle one.
    pub(super) fn deliver_to_the_dead(&self, name: &str, count: usize) {
        self.receive_bare(&mut *self.bare_member(name), count);
    }

    /// Returns a function for receivers that crashes the process of the member that was started last.
    pub(super) fn crash(&self) -> impl Fn() + Send + Sync + use<> {
        let crash = Arc::clone(&self.crash);
        move || {
            let crash = lock(&crash).take();
            crash.expect("a member should be running")();
            HAS_CRASHED.set(true);
        }
    }

    // The state of the topic and the group

    /// Waits until `condition` holds.
    pub(super) fn wait(&self, what: &str, condition: impl FnMut() -> bool) {
        assert!(wait(self.patience(), condition), "timed out waiting until {what}");
    }

    /// Returns the entries of a topic.
    pub(super) fn read(&self, topic: &str) -> Vec<Entry> {
        self.read_pages(topic, &Start::Backlog, 1000)
    }

    /// Returns the entries from `at` on, read in pages of at most `max`.
    pub(super) fn read_pages(&self, topic: &str, at: &Start, max: usize) -> Vec<Entry> {
        let mut operations = self.operations();
        let mut cursor = operations.cursor(topic, at).expect("a topic should have this place");
        let (mut entries, mut seen) = (Vec::new(), HashSet::new());
        loop {
            let Page { entries: page, next } =
                operations.read(topic, &cursor, max).expect("the bus should read the topic");
            assert!(page.len() <= max, "a page should have at most {max} entries");
            if page.is_empty() {
                return entries;
            }
            let is_new = page.iter().all(|entry| seen.insert(entry.id.clone()));
            assert!(is_new, "each page should begin after the one before");
            entries.extend(page);
            cursor = next;
        }
    }

    /// Returns the number of messages that the group has not received.
    pub(super) fn lag(&self) -> u64 {
        let lags = self.operations().lag(&self.topic, &self.group).expect("the bus should count");
        assert!(lags.iter().all(|lag| lag.is_exact), "so few messages can be counted: {lags:?}");
        lags.iter().map(|lag| lag.count).sum()
    }

    pub(super) fn pending(&self) -> Vec<Pending> {
        let pending = self.operations().pending(&self.topic, &self.group, None, 1000);
        pending.expect("the bus should list pending entries")
    }

    /// Returns the pending entries that a member has begun, with their attempts. A bus need not list the others.
    pub(super) fn begun(&self) -> Vec<(EntryId, u32)> {
        let begun = self.pending().into_iter().filter(|pending| pending.attempts > 0);
        begun.map(|pending| (pending.id, pending.attempts)).collect()
    }

    /// Returns whether the group exists and everything that it received is acknowledged.
    pub(super) fn is_acknowledged(&self) -> bool {
        let pending = self.operations().pending(&self.topic, &self.group, None, 1);
        pending.is_ok_and(|pending| pending.is_empty())
    }

    pub(super) fn wait_until_acknowledged(&self) {
        self.wait("all messages are acknowledged", || self.is_acknowledged());
    }

    pub(super) fn dead_letters(&self) -> Vec<DeadLetter> {
        let letters = self.operations().dead_letters(&self.topic, &self.group, None, 1000);
        letters.expect("the bus should list dead letters")
    }

    /// Returns the only dead letter.
    pub(super) fn dead_letter(&self) -> DeadLetter {
        let mut letters = self.dead_letters();
        promise_eq!(letters.len(), 1, "there should be one dead letter");
        letters.remove(0)
    }
}

/// Returns whether no crate in this program defines the event of a message.
fn is_foreign(message: &Message) -> bool {
    message.event_type().and_then(registry::get).is_none()
}

pub(super) fn message(item: &ItemAdded) -> Message {
    Message::new(&ITEM_ADDED.generate_signal_metadata(), codec::encode(item))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns whether `condition` holds before `patience` ends.
fn wait(patience: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    while !condition() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// Values that receivers recorded, in order. Clones share them.
#[derive(Clone)]
pub(super) struct Recorded<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone> Recorded<T> {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    pub(super) fn push(&self, value: T) {
        lock(&self.0).push(value);
    }

    pub(super) fn all(&self) -> Vec<T> {
        lock(&self.0).clone()
    }

    pub(super) fn len(&self) -> usize {
        lock(&self.0).len()
    }

    /// Returns how often `value` was recorded.
    pub(super) fn count(&self, value: &T) -> usize
    where
        T: PartialEq,
    {
        lock(&self.0).iter().filter(|recorded| *recorded == value).count()
    }
}

/// Blocks a receiver until the case opens it, or until the case has failed. Clones are the same gate.
#[derive(Clone)]
pub(super) struct Gate {
    has_arrived: Arc<AtomicBool>,
    is_open: Arc<AtomicBool>,
    patience: Duration,
}

impl Gate {
    pub(super) fn new(fixture: &Fixture) -> Self {
        Self { has_arrived: Arc::default(), is_open: Arc::default(), patience: fixture.patience() }
    }

    /// Blocks until the gate is open.
    pub(super) fn pass(&self) {
        self.has_arrived.store(true, Ordering::SeqCst);
        wait(self.patience, || self.is_open.load(Ordering::SeqCst));
    }

    /// Returns whether a receiver has arrived at the gate.
    pub(super) fn has_arrived(&self) -> bool {
        self.has_arrived.load(Ordering::SeqCst)
    }

    pub(super) fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }
}
