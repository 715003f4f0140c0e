//! What a bus has to be able to do: the traits that the memory bus and Redis implement, and others can.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use super::{error::BusError, message::Message};

/// A kind of event bus, under the name by which settings choose it.
///
/// The memory bus and Redis are two; [`register`](super::register) adds others.
pub trait EventBus: Send + Sync {
    /// What this process produces with.
    ///
    /// # Errors
    ///
    /// Where its settings are missing or wrong. A server that cannot be reached is no error yet.
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError>;

    /// A member of a consumer group.
    ///
    /// # Errors
    ///
    /// Where its settings are missing or wrong. A server that cannot be reached is no error yet.
    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError>;

    /// What operators do to a topic and its groups.
    ///
    /// # Errors
    ///
    /// As for [`consumer`](Self::consumer).
    fn operations(&self) -> Result<Box<dyn Operations>, BusError>;

    /// Whether it puts events in order by key, so that the key fields in settings matter.
    fn uses_keys(&self) -> bool {
        false
    }
}

/// Sends messages to a bus.
pub trait EventBusProducer: Send + Sync {
    /// Sends `records`, in order and in one go where the bus can, and waits until the bus has confirmed each, at
    /// most until `deadline`. One outcome a record, in order.
    ///
    /// A record whose outcome is an error may still have arrived: a connection can be lost after the bus took it.
    fn send(&self, records: &[Record<'_>], deadline: Instant) -> Vec<Result<EntryId, BusError>>;
}

/// A message for a topic.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The topic's full name, with the prefix.
    pub topic: &'a str,
    /// What keeps messages in order where a bus has partitions: the Avro bytes of the event's key field.
    pub key: Option<&'a [u8]>,
    /// The message.
    pub message: &'a Message,
}

/// A member of a consumer group on one topic.
///
/// Entries are handed out once, stay with the member until it acknowledges them, and go to another member when this
/// one has gone. How often each was handed out is counted by the bus, so that an entry that kills the process is
/// noticed.
pub trait EventBusConsumer: Send {
    /// Acknowledges `acknowledge`, then hands out at most `max` entries, in the order of the topic. Waits at most `wait`
    /// where there are none.
    ///
    /// Entries that this member or one that has gone already had come first, one at a time.
    ///
    /// # Errors
    ///
    /// Where the bus could not be asked; what was to be acknowledged may then be acknowledged or not, and is to be
    /// acknowledged again.
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError>;

    /// Keeps entries with this member, and records the number of attempts that were begun for each.
    ///
    /// # Errors
    ///
    /// Where the bus could not be asked.
    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError>;

    /// Puts an entry among the group's dead letters, and then acknowledges it.
    ///
    /// # Errors
    ///
    /// Where the bus could not be asked; the entry is then still with this member.
    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError>;

    /// Makes a [`poll`](Self::poll) on another thread return early, where the bus can do that.
    fn waker(&self) -> Option<Waker> {
        None
    }
}

/// Ends a wait of [`EventBusConsumer::poll`].
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Who consumes what.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Subscription {
    /// The topic's full name, with the prefix.
    pub topic: String,
    /// The consumer group.
    pub group: String,
    /// The member's name in the group: the same after a restart, so that it finds what it left.
    pub consumer_name: String,
    /// Where a group begins that does not exist yet.
    pub start: Start,
    /// Entries of other members are taken over when they have been idle for so long.
    pub claim_older_than: Duration,
    /// How long a receiver may take.
    pub receiver_timeout: Duration,
    /// Dead letters are dropped when they are older than this.
    pub dead_letter_max_age: Duration,
    /// And the oldest when there are more.
    pub dead_letter_max_len: u64,
}

impl Subscription {
    /// A member `consumer_name` of `group` on `topic`, which begins with what is new if there is no such group, and
    /// with the times and bounds that settings have by default.
    #[must_use]
    pub fn new(topic: impl Into<String>, group: impl Into<String>, consumer_name: impl Into<String>) -> Self {
        const DAY_HOURS: u64 = 24;
        Self {
            topic: topic.into(),
            group: group.into(),
            consumer_name: consumer_name.into(),
            start: Start::New,
            claim_older_than: Duration::from_mins(10),
            receiver_timeout: Duration::from_mins(1),
            dead_letter_max_age: Duration::from_hours(14 * DAY_HOURS),
            dead_letter_max_len: 10_000,
        }
    }
}

/// Where a group begins that does not exist yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With what comes after its creation.
    #[default]
    New,
    /// With all that the topic still has.
    Backlog,
    /// After this entry. Where the group exists, that is an error.
    After(EntryId),
}

impl Start {
    /// Says where a group begins that was created just now: who expects older messages would wait for ever.
    pub(crate) fn log_new_group(&self) {
        match self {
            Self::New => tracing::info!(
                "the group is new, and begins with what comes from now on; `check_backlog` begins a new group with what \
                 the topic has"
            ),
            Self::Backlog => tracing::info!("the group is new, and begins with all that the topic has"),
            Self::After(entry) => {
                tracing::info!("the group is new, and begins after entry {}", entry.as_str());
            }
        }
    }
}

/// The bus's name of an entry in its topic.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(Arc<str>);

impl EntryId {
    /// An id with this text.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &self.0)
    }
}

/// A message that a member of a group was handed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Which.
    pub id: EntryId,
    /// What.
    pub message: Message,
    /// The number of the attempt that begins with this delivery, from 1.
    pub attempt: u32,
}

impl Entry {
    /// An entry that begins its attempt number `attempt`.
    #[must_use]
    pub fn new(id: EntryId, message: Message, attempt: u32) -> Self {
        Self { id, message, attempt }
    }
}

/// What [`EventBusConsumer::poll`] found.
#[derive(Debug, Default)]
pub struct Polled {
    /// Entries to handle, in order.
    pub entries: Vec<Entry>,
    /// Entries that the bus had, and dropped before they were handled.
    pub lost: Vec<Lost>,
    /// Something else that an operator should know, such as that the group had to be created again.
    pub notes: Vec<String>,
}

/// Entries that are gone without having been handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Entries that a member was handed and had not acknowledged.
    Pending(Vec<EntryId>),
    /// Entries that no member was handed: those after the first id and before the second.
    Unread {
        /// The last entry that the group had read.
        after: EntryId,
        /// The oldest that the topic has, if it has any.
        before: Option<EntryId>,
        /// How many, where the bus knows.
        count: Option<u64>,
    },
}

/// Why an entry goes to the dead letters.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What went wrong, last.
    pub error: String,
    /// The receivers that failed, as `module::path::name`; empty where none ran.
    pub receivers: Vec<String>,
    /// How many attempts were made.
    pub attempts: u32,
    /// When the first attempt of this process began.
    pub first: SystemTime,
    /// When the last attempt ended.
    pub last: SystemTime,
}

/// What operators do to a topic and its groups.
pub trait Operations: Send {
    /// The entries after `after` (all, where it is `None`), at most `max`, without any group.
    ///
    /// # Errors
    ///
    /// Where the bus could not be asked; the same holds for all methods here.
    fn read(&mut self, topic: &str, after: Option<&EntryId>, max: usize) -> Result<Vec<Entry>, BusError>;

    /// The entries that members of a group have and did not acknowledge: at most `max` after `after`.
    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError>;

    /// The group's dead letters: at most `max` after `after`.
    fn dead_letters(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<DeadLetter>, BusError>;

    /// Removes dead letters for good. Returns how many there were.
    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError>;

    /// Puts `letter`, as it is now, in the place of the dead letter of its id. Returns the id that it has then.
    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError>;

    /// Moves a group, or creates it where there is none. Returns whether it did the latter.
    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError>;
}

/// An entry that a member has in hand, or had when it went.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Which.
    pub id: EntryId,
    /// The member.
    pub consumer_name: String,
    /// For how long nothing was heard of it.
    pub idle: Duration,
    /// How often it was handed out.
    pub attempts: u32,
}

/// A message that could not be handled.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its name among the dead letters.
    pub id: EntryId,
    /// Its name in the topic.
    pub entry_id: EntryId,
    /// The message as it was.
    pub message: Message,
    /// What went wrong.
    pub failure: Failure,
    /// The member that gave up.
    pub consumer_name: String,
}
