use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound::{Excluded, Unbounded},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Instant,
};

use openedx_events::event_bus::{BusError, Message};

/// A client of the broker. Clones use the same broker.
#[derive(Clone, Default)]
pub struct Client(Arc<Mutex<Broker>>);

impl Client {
    pub fn broker(&self) -> MutexGuard<'_, Broker> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The messages of a topic, by their numbers.
type Messages = BTreeMap<u64, Message>;

/// A broker that keeps its topics in maps.
#[derive(Default)]
pub struct Broker {
    /// The number of the last message, of any topic.
    pub last: u64,
    pub topics: HashMap<String, Topic>,
}

#[derive(Default)]
pub struct Topic {
    pub messages: Messages,
    pub groups: HashMap<String, Group>,
}

#[derive(Default)]
pub struct Group {
    /// The number of the last message that a member received.
    pub read: u64,
    /// The messages that members received and have not acknowledged.
    pub claims: BTreeMap<u64, Claim>,
}

/// The claim of a member on a message.
pub struct Claim {
    pub member: String,
    /// The member's connection, which ends when the member dies.
    pub connection: Weak<()>,
    /// When the member received the message or renewed the claim.
    pub since: Instant,
    pub attempts: u32,
}

impl Broker {
    /// Returns a topic, and creates it if it does not exist.
    pub fn topic(&mut self, name: &str) -> &mut Topic {
        self.topics.entry(name.to_owned()).or_default()
    }

    /// Returns a topic's messages, and one of its groups.
    pub fn group(&mut self, topic: &str, group: &str) -> Result<(&Messages, &mut Group), BusError> {
        let known = self.topics.get_mut(topic);
        let known = known.and_then(|Topic { messages, groups }| Some((&*messages, groups.get_mut(group)?)));
        known.ok_or_else(|| BusError::no_group(topic, group))
    }

    /// Adds a message to a topic, and returns its number.
    pub fn add(&mut self, topic: &str, message: Message) -> u64 {
        self.last += 1;
        let number = self.last;
        self.topic(topic).messages.insert(number, message);
        number
    }

    /// Moves a group, and creates it if it does not exist. Returns whether it was created.
    pub fn seek(&mut self, topic: &str, group: &str, read: u64) -> bool {
        let groups = &mut self.topic(topic).groups;
        let is_new = !groups.contains_key(group);
        groups.entry(group.to_owned()).or_default().read = read;
        is_new
    }
}

impl Claim {
    pub fn new(member: &str, connection: &Arc<()>) -> Self {
        let (member, connection) = (member.to_owned(), Arc::downgrade(connection));
        Self { member, connection, since: Instant::now(), attempts: 0 }
    }

    /// Returns whether a member of this name had the message and died.
    pub fn is_left_by(&self, member: &str) -> bool {
        self.member == member && self.connection.strong_count() == 0
    }
}

/// Returns the messages or claims after a number.
pub fn after<T>(all: &BTreeMap<u64, T>, number: u64) -> impl Iterator<Item = (&u64, &T)> {
    all.range((Excluded(number), Unbounded))
}
