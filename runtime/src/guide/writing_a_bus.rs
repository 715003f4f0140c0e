use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound::{Excluded, Unbounded},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{
    BusError, DeadLetter, Entry, EntryId, Envelope, EventBus, EventBusConsumer, EventBusProducer, Failure,
    Lost, Message, Operations, Pending, Polled, Start, Subscription,
};

/// A bus that keeps its topics in maps. Clones share them.
#[derive(Clone, Default)]
pub struct MapBus(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    topics: HashMap<String, Topic>,
    /// The groups, by topic and name.
    groups: HashMap<(String, String), Group>,
    /// The dead letters whose replay runs, by topic and group.
    replaying: HashMap<(String, String), BTreeSet<u64>>,
}

#[derive(Default)]
struct Topic {
    entries: BTreeMap<u64, Message>,
    /// The number of the newest entry, even if it was dropped.
    newest: u64,
}

struct Group {
    /// The number of the last entry that a member received.
    read: u64,
    /// The entries that members received and have not acknowledged.
    pending: BTreeMap<u64, Claim>,
}

struct Claim {
    consumer_name: String,
    /// Dangles when the consumer that received the entry is gone.
    consumer: Weak<()>,
    since: Instant,
    attempts: u32,
}

impl MapBus {
    /// Drops the oldest entries of a topic so that `max_len` remain.
    pub fn trim(&self, topic: &str, max_len: usize) {
        self.state().topic(topic).trim(max_len);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn topic(&mut self, name: &str) -> &mut Topic {
        self.topics.entry(name.to_owned()).or_default()
    }

    /// Returns the topic that holds the dead letters of a group.
    fn letters(&mut self, topic: &str, group: &str) -> &mut Topic {
        self.topic(&DeadLetter::topic(topic, group))
    }
}

impl Topic {
    fn add(&mut self, message: Message) -> EntryId {
        self.newest += 1;
        self.entries.insert(self.newest, message);
        id(self.newest)
    }

    fn trim(&mut self, max_len: usize) {
        while self.entries.len() > max_len {
            self.entries.pop_first();
        }
    }

    /// Returns the number of the last entry before `start`.
    fn position(&self, start: &Start) -> Result<u64, BusError> {
        match start {
            Start::New => Ok(self.newest),
            Start::Backlog => Ok(self.entries.keys().next().map_or(self.newest, |oldest| oldest - 1)),
            Start::After(id) => number(id),
        }
    }
}

fn id(number: u64) -> EntryId {
    EntryId::new(number.to_string())
}

fn number(id: &EntryId) -> Result<u64, BusError> {
    id.as_str().parse().map_err(|_| BusError::permanent(format!("`{id}` is not the id of an entry")))
}

impl EventBus for MapBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(self.clone()))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        let Subscription { topic, group, start, .. } = subscription;
        let key = (topic.clone(), group.clone());
        let mut state = self.state();
        if !state.groups.contains_key(&key) {
            let read = state.topic(topic).position(start)?;
            state.groups.insert(key.clone(), Group { read, pending: BTreeMap::new() });
        } else if let Start::After(_) = start {
            return Err(BusError::group_exists(topic, group));
        }
        let (bus, subscription) = (self.clone(), subscription.clone());
        Ok(Box::new(Member { bus, subscription, key, alive: Arc::new(()) }))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Ok(Box::new(self.clone()))
    }
}

impl EventBusProducer for MapBus {
    fn send(&self, envelopes: &[Envelope], _: Instant) -> Vec<Result<EntryId, BusError>> {
        let mut state = self.state();
        let sent = envelopes.iter();
        sent.map(|envelope| Ok(state.topic(&envelope.topic).add(envelope.message.clone()))).collect()
    }
}

struct Member {
    bus: MapBus,
    subscription: Subscription,
    key: (String, String),
    alive: Arc<()>,
}

impl Member {
    fn claim(&self, attempts: u32) -> Claim {
        let consumer_name = self.subscription.consumer_name.clone();
        Claim { consumer_name, consumer: Arc::downgrade(&self.alive), since: Instant::now(), attempts }
    }

    fn holds(&self, claim: &Claim) -> bool {
        claim.consumer.as_ptr() == Arc::as_ptr(&self.alive)
    }

    /// Returns whether the consumer that received an entry has crashed. A member that restarts knows that at once; others
    /// wait until the claim is old.
    fn may_claim(&self, claim: &Claim) -> bool {
        let has_restarted =
            claim.consumer_name == self.subscription.consumer_name && claim.consumer.strong_count() == 0;
        let is_old = claim.since.elapsed() > self.subscription.claim_older_than;
        !self.holds(claim) && (has_restarted || is_old)
    }

    fn try_poll(&mut self, acknowledge: &[EntryId], max: usize) -> Result<Polled, BusError> {
        let mut polled = Polled::default();
        let State { topics, groups, .. } = &mut *self.bus.state();
        let entries = &topics.entry(self.key.0.clone()).or_default().entries;
        let Some(group) = groups.get_mut(&self.key) else { return Ok(polled) };
        for id in acknowledge {
            group.pending.remove(&number(id)?);
        }
        let abandoned = group.pending.iter().filter(|(_, claim)| max > 0 && self.may_claim(claim));
        let abandoned: Vec<_> = abandoned.map(|(number, claim)| (*number, claim.attempts)).collect();
        for (number, attempts) in abandoned {
            if let Some(message) = entries.get(&number) {
                group.pending.insert(number, self.claim(attempts));
                polled.entries.push(Entry::redelivered(id(number), message.clone(), attempts + 1));
                return Ok(polled); // One is enough: the consumer asks again.
            }
            group.pending.remove(&number);
            polled.lost.push(Lost::Pending(vec![id(number)]));
        }
        for (&number, message) in entries.range((Excluded(group.read), Unbounded)).take(max) {
            if number > group.read + 1 {
                let (after, before) = (id(group.read), Some(id(number)));
                polled.lost.push(Lost::Unread { after, before, count: Some(number - group.read - 1) });
            }
            group.read = number;
            group.pending.insert(number, self.claim(0));
            polled.entries.push(Entry::new(id(number), message.clone(), 1));
        }
        Ok(polled)
    }
}

impl EventBusConsumer for Member {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let deadline = Instant::now() + wait;
        loop {
            let polled = self.try_poll(acknowledge, max)?;
            let left = deadline.saturating_duration_since(Instant::now());
            if max == 0 || left.is_zero() || !polled.entries.is_empty() || !polled.lost.is_empty() {
                return Ok(polled);
            }
            thread::sleep(left.min(Duration::from_millis(5)));
        }
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        let mut state = self.bus.state();
        let Some(group) = state.groups.get_mut(&self.key) else { return Ok(()) };
        for (id, attempts) in entries {
            if let Some(claim) = group.pending.get_mut(&number(id)?).filter(|claim| self.holds(claim)) {
                *claim = self.claim(*attempts);
            }
        }
        Ok(())
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        let Subscription { consumer_name, dead_letter_max_age, dead_letter_max_len, .. } = &self.subscription;
        let mut state = self.bus.state();
        let letters = state.letters(&self.key.0, &self.key.1);
        letters.add(DeadLetter::message_of(entry, failure, consumer_name));
        let count = letters.entries.len();
        letters.entries.retain(|number, message| {
            let last = DeadLetter::from_message(id(*number), message).failure.last;
            last.elapsed().is_ok_and(|age| age <= *dead_letter_max_age)
        });
        letters.trim(usize::try_from(*dead_letter_max_len).unwrap_or(usize::MAX));
        if letters.entries.len() < count {
            tracing::error!(topic = self.key.0, group = self.key.1, "dead letters were dropped");
        }
        drop(state);
        self.try_poll(std::slice::from_ref(&entry.id), 0).map(drop)
    }
}

impl Operations for MapBus {
    fn topics(&mut self) -> Result<Vec<String>, BusError> {
        Ok(self.state().topics.keys().cloned().collect())
    }

    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError> {
        let state = self.state();
        let groups = state.groups.keys().filter(|(of, _)| of == topic).map(|(_, group)| group.clone());
        Ok(state.topics.contains_key(topic).then(|| groups.collect()))
    }

    fn read(&mut self, topic: &str, after: Option<&EntryId>, max: usize) -> Result<Vec<Entry>, BusError> {
        let after = after.map_or(Ok(0), number)?;
        let state = self.state();
        let entries = state.topics.get(topic).map(|it| it.entries.range((Excluded(after), Unbounded)));
        let entries = entries.into_iter().flatten().take(max);
        Ok(entries.map(|(&number, message)| Entry::new(id(number), message.clone(), 1)).collect())
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError> {
        let after = after.map_or(Ok(0), number)?;
        let state = self.state();
        let found = state.groups.get(&(topic.to_owned(), group.to_owned()));
        let found = found.ok_or_else(|| BusError::permanent(format!("unknown group `{group}`")))?;
        let pending = found.pending.range((Excluded(after), Unbounded)).map(|(&number, claim)| Pending {
            id: id(number),
            consumer_name: claim.consumer_name.clone(),
            idle: claim.since.elapsed(),
            attempts: claim.attempts,
        });
        Ok(pending.take(max).collect())
    }

    fn set_replaying(
        &mut self,
        topic: &str,
        group: &str,
        id: &EntryId,
        is_running: bool,
    ) -> Result<(), BusError> {
        let mut state = self.state();
        let replaying = state.replaying.entry((topic.to_owned(), group.to_owned())).or_default();
        let _ = if is_running { replaying.insert(number(id)?) } else { replaying.remove(&number(id)?) };
        Ok(())
    }

    fn replaying(&mut self, topic: &str, group: &str) -> Result<Vec<EntryId>, BusError> {
        let state = self.state();
        let replaying = state.replaying.get(&(topic.to_owned(), group.to_owned()));
        Ok(replaying.into_iter().flatten().map(|number| id(*number)).collect())
    }

    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError> {
        let numbers = ids.iter().map(number).collect::<Result<Vec<_>, _>>()?;
        let mut state = self.state();
        let letters = state.letters(topic, group);
        Ok(numbers.iter().filter_map(|number| letters.entries.remove(number)).count() as u64)
    }

    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        let mut state = self.state();
        let letters = state.letters(topic, group);
        letters.entries.remove(&number(&letter.id)?);
        Ok(letters.add(letter.to_message()))
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        let mut state = self.state();
        let read = state.topic(topic).position(to)?;
        let key = (topic.to_owned(), group.to_owned());
        let is_new = !state.groups.contains_key(&key);
        state.groups.entry(key).or_insert(Group { read, pending: BTreeMap::new() }).read = read;
        Ok(is_new)
    }
}
