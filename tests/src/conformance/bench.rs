//! What a case works with: topics of its own, messages, receivers that look at nothing else, members.

use std::{
    cell::Cell,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    Bytes, Connection, EventsMetadata, ReceiverError, codec,
    event_bus::{
        Consumer, DeadLetter, EntryId, Envelope, EventBus, EventBusProducer, Message, Operations, Pending,
        Start,
    },
};

use super::{
    Harness,
    events::{PARCEL_POSTED, PARCEL_RETURNED, ParcelPosted, ParcelReturned},
    link::Link,
    member::{Death, Member},
};

/// The group that a case has where it needs but one.
pub(super) const GROUP: &str = "sorters";

thread_local! {
    /// Whether this thread is one of a process that has ended: its receivers do nothing any more.
    static IS_DEAD: Cell<bool> = const { Cell::new(false) };
}

/// The workbench of one case.
pub(super) struct Bench {
    harness: Arc<dyn Harness>,
    producer: Arc<dyn EventBusProducer>,
    /// The number of the case's run: its events have it.
    pub(super) run: i64,
    pub(super) topic: String,
    /// The member that was started last.
    current: Arc<Mutex<Option<Death>>>,
}

/// What receivers have seen, in order. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl Bench {
    pub(super) fn new(harness: &Arc<dyn Harness>) -> Self {
        static NEXT: AtomicI64 = AtomicI64::new(1);
        let run = NEXT.fetch_add(1, Ordering::Relaxed);
        let producer = harness.bus().producer().expect("the bus should have a producer");
        Self {
            harness: Arc::clone(harness),
            producer,
            run,
            topic: format!("conformance-{}-{run}", std::process::id()),
            current: Arc::default(),
        }
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

    // Messages.

    pub(super) fn parcel(&self, number: i64) -> ParcelPosted {
        ParcelPosted { run: self.run, number, customer: "ada".to_owned(), content: Bytes::new() }
    }

    pub(super) fn message(event: &ParcelPosted) -> Message {
        Message::new(&PARCEL_POSTED.generate_signal_metadata(), codec::encode(event))
    }

    pub(super) fn returned_message(&self, number: i64) -> Message {
        let event = ParcelReturned { run: self.run, number };
        Message::new(&PARCEL_RETURNED.generate_signal_metadata(), codec::encode(&event))
    }

    /// Posts parcels with these numbers to the case's topic.
    pub(super) fn post(&self, numbers: impl IntoIterator<Item = i64>) -> Vec<EntryId> {
        self.send(numbers.into_iter().map(|number| Self::message(&self.parcel(number))))
    }

    pub(super) fn send(&self, messages: impl IntoIterator<Item = Message>) -> Vec<EntryId> {
        self.send_to(&self.topic, messages)
    }

    pub(super) fn send_to(&self, topic: &str, messages: impl IntoIterator<Item = Message>) -> Vec<EntryId> {
        let envelope = |message| Envelope { topic: topic.into(), key: None, message };
        let envelopes: Vec<_> = messages.into_iter().map(envelope).collect();
        let outcomes = self.producer.send(&envelopes, Instant::now() + self.patience());
        outcomes.into_iter().map(|outcome| outcome.expect("the bus should take the message")).collect()
    }

    // Receivers.

    /// A receiver of the case's parcels.
    pub(super) fn receive(
        &self,
        receiver: impl Fn(&ParcelPosted, &EventsMetadata) -> Result<(), ReceiverError> + Send + Sync + 'static,
    ) -> Connection {
        let run = self.run;
        PARCEL_POSTED.connect(move |event, metadata| {
            if event.run == run && !IS_DEAD.get() { receiver(event, metadata) } else { Ok(()) }
        })
    }

    /// A receiver of the case's parcels that succeeds, and keeps their numbers.
    pub(super) fn see(&self) -> (Seen<i64>, Connection) {
        let seen = Seen::new();
        let theirs = seen.clone();
        let connection = self.receive(move |parcel, _| {
            theirs.push(parcel.number);
            Ok(())
        });
        (seen, connection)
    }

    /// A receiver of parcels that came back.
    pub(super) fn receive_returned(&self, receiver: impl Fn(i64) + Send + Sync + 'static) -> Connection {
        let run = self.run;
        PARCEL_RETURNED.connect(move |event, _| {
            if event.run == run {
                receiver(event.number);
            }
        })
    }

    // Members.

    /// Starts a member of the case's group, whose retries are quick.
    pub(super) fn member(&self, name: &str, set_up: impl FnOnce(Consumer) -> Consumer) -> Member {
        self.member_of(&self.topic, GROUP, name, set_up)
    }

    pub(super) fn member_of(
        &self,
        topic: &str,
        group: &str,
        name: &str,
        set_up: impl FnOnce(Consumer) -> Consumer,
    ) -> Member {
        let link = Arc::new(Link::new(self.bus()));
        let consumer = Consumer::of(Arc::clone(&link) as _, topic, group, name)
            .start(Start::Backlog)
            .retry(Duration::from_millis(2), Duration::from_millis(10));
        // Locked before it starts: its first message may be the one that kills it.
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let member = Member::start(set_up(consumer), link, self.patience());
        *current = Some(member.death());
        member
    }

    /// What a receiver calls that ends the process of the member that was started last.
    pub(super) fn killer(&self) -> impl Fn() + Send + Sync + use<> {
        let current = Arc::clone(&self.current);
        move || {
            let death = current.lock().unwrap_or_else(PoisonError::into_inner).take();
            death.expect("a member should be running").come();
            IS_DEAD.set(true);
        }
    }

    // What there is to see.

    /// Waits until `is_so`.
    pub(super) fn wait(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + self.patience();
        while !is_so() {
            assert!(Instant::now() < deadline, "has not happened: {what}");
            thread::sleep(Duration::from_millis(2));
        }
    }

    pub(super) fn pending(&self) -> Vec<Pending> {
        let pending = self.operations().pending(&self.topic, GROUP, None, 1000);
        pending.expect("the bus should say what is pending")
    }

    /// Whether everything that was handed out is acknowledged; not where there is no group yet.
    pub(super) fn is_acknowledged(&self) -> bool {
        let pending = self.operations().pending(&self.topic, GROUP, None, 1);
        pending.is_ok_and(|pending| pending.is_empty())
    }

    pub(super) fn wait_until_acknowledged(&self) {
        self.wait("everything is acknowledged", || self.is_acknowledged());
    }

    pub(super) fn dead_letters(&self) -> Vec<DeadLetter> {
        let letters = self.operations().dead_letters(&self.topic, GROUP, None, 1000);
        letters.expect("the bus should list dead letters")
    }

    pub(super) fn wait_for_dead_letters(&self, count: usize) -> Vec<DeadLetter> {
        self.wait("messages are dead-lettered", || self.dead_letters().len() >= count);
        self.dead_letters()
    }
}

impl<T: Clone> Seen<T> {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    pub(super) fn push(&self, value: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(value);
    }

    pub(super) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How often `value` was seen.
    pub(super) fn count(&self, value: &T) -> usize
    where
        T: PartialEq,
    {
        self.all().iter().filter(|seen| *seen == value).count()
    }
}
