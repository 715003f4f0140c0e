use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Bound::{Excluded, Unbounded},
    slice,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{
    BusError, Capability, Cursor, DeadLetter, Entry, EntryId, Envelope, EventBus, EventBusConsumer,
    EventBusProducer, Failure, Lag, Message, Operations, Page, Pending, Polled, Start, Subscription,
};

/// A bus that keeps its topics in maps. Clones share them.
#[derive(Clone, Default)]
pub struct MapBus(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The number of the last message, of any topic.
    last: u64,
    topics: HashMap<String, Topic>,
}

#[derive(Default)]
struct Topic {
    messages: BTreeMap<u64, Message>,
    groups: HashMap<String, Group>,
}

#[derive(Default)]
struct Group {
    /// The number of the last message that a member received.
    read: u64,
    /// The messages that members received and have not acknowledged, and when they received them or renewed the claim.
    pending: BTreeMap<u64, (Pending, Instant)>,
}

impl Topic {
    /// Returns the messages after a number.
    fn after(&self, number: u64) -> impl Iterator<Item = (&u64, &Message)> {
        self.messages.range((Excluded(number), Unbounded))
    }
}

impl MapBus {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn topic(&mut self, name: &str) -> &mut Topic {
        self.topics.entry(name.to_owned()).or_default()
    }

    fn group(&mut self, topic: &str, group: &str) -> Result<&mut Group, BusError> {
        let known = self.topics.get_mut(topic).and_then(|topic| topic.groups.get_mut(group));
        known.ok_or_else(|| BusError::no_group(topic, group))
    }

    fn add(&mut self, topic: &str, message: Message) -> EntryId {
        self.last += 1;
        let number = self.last;
        self.topic(topic).messages.insert(number, message);
        id(number)
    }

    /// Returns the number of the last message before `start`.
    fn position(&self, start: &Start) -> Result<u64, BusError> {
        match start {
            Start::New => Ok(self.last),
            Start::Backlog => Ok(0),
            Start::After(id) => number(id),
            Start::At(_) => Err(BusError::permanent("this bus does not know when it stored a message")),
        }
    }

    /// Moves a group, and creates it if it does not exist. Returns whether it was created.
    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        let read = self.position(to)?;
        let groups = &mut self.topic(topic).groups;
        let is_new = !groups.contains_key(group);
        groups.entry(group.to_owned()).or_default().read = read;
        Ok(is_new)
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
        let mut state = self.state();
        if subscription.creates_group(state.group(topic, group).is_ok())? {
            state.seek(topic, group, start)?;
        }
        let (bus, subscription) = (self.clone(), subscription.clone());
        Ok(Box::new(Member { bus, subscription, received: HashSet::new() }))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        Ok(Box::new(self.clone()))
    }

    fn can(&self, capability: Capability) -> bool {
        matches!(capability, Capability::ShareMessages | Capability::StartAfterEntry | Capability::OmitId)
    }
}

impl EventBusProducer for MapBus {
    fn send(&self, envelopes: &[Envelope], _: Instant) -> Vec<Result<EntryId, BusError>> {
        let mut state = self.state();
        envelopes.iter().map(|envelope| Ok(state.add(&envelope.topic, envelope.message.clone()))).collect()
    }
}

struct Member {
    bus: MapBus,
    subscription: Subscription,
    /// The messages that this member received, and not an earlier one of its name.
    received: HashSet<u64>,
}

impl Member {
    fn acknowledge(&self, ids: &[EntryId]) -> Result<(), BusError> {
        let mut state = self.bus.state();
        let group = state.group(&self.subscription.topic, &self.subscription.group)?;
        for id in ids {
            group.pending.remove(&number(id)?);
        }
        Ok(())
    }

    fn receive(&mut self, max: usize) -> Vec<Entry> {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let mut state = self.bus.state();
        let Topic { messages, groups } = state.topic(topic);
        let Group { read, pending } = groups.entry(group.clone()).or_default();
        let left = pending.iter().filter(|(number, (claim, _))| {
            claim.consumer_name == *consumer_name && max > 0 && !self.received.contains(number)
        });
        let mut left = left.filter_map(|(number, (claim, _))| Some((*number, claim, messages.get(number)?)));
        if let Some((number, claim, message)) = left.next() {
            self.received.insert(number);
            // One is enough: the consumer asks again.
            return vec![Entry::redelivered(id(number), message.clone(), claim.attempts + 1)];
        }
        let new = messages.range((Excluded(*read), Unbounded)).take(max).map(|(&number, message)| {
            *read = number;
            self.received.insert(number);
            let (id, consumer_name) = (id(number), consumer_name.clone());
            let claim = Pending { id: id.clone(), consumer_name, idle: Duration::ZERO, attempts: 0 };
            pending.insert(number, (claim, Instant::now()));
            Entry::new(id, message.clone(), 1)
        });
        new.collect()
    }
}

impl EventBusConsumer for Member {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        self.acknowledge(acknowledge)?;
        let entries = self.receive(max);
        if max > 0 && entries.is_empty() {
            // Nobody tells this bus about new messages, so it ends the wait early, and the consumer asks again.
            thread::sleep(wait.min(Duration::from_millis(5)));
        }
        Ok(Polled { entries, ..Polled::default() })
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        let mut state = self.bus.state();
        let group = state.group(&self.subscription.topic, &self.subscription.group)?;
        for (id, attempts) in entries {
            if let Some((claim, since)) = group.pending.get_mut(&number(id)?) {
                (claim.attempts, *since) = (*attempts, Instant::now());
            }
        }
        Ok(())
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let letter = DeadLetter::message_of(entry, failure, consumer_name);
        self.bus.state().add(&DeadLetter::topic(topic, group), letter);
        self.acknowledge(slice::from_ref(&entry.id))
    }
}

impl Operations for MapBus {
    fn topics(&mut self) -> Result<Vec<String>, BusError> {
        Ok(self.state().topics.keys().cloned().collect())
    }

    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError> {
        Ok(self.state().topics.get(topic).map(|topic| topic.groups.keys().cloned().collect()))
    }

    fn cursor(&mut self, _: &str, at: &Start) -> Result<Cursor, BusError> {
        Ok(Cursor::new(self.state().position(at)?.to_string()))
    }

    fn read(&mut self, topic: &str, cursor: &Cursor, max: usize) -> Result<Page, BusError> {
        let after = number(&EntryId::new(cursor.as_str()))?;
        let state = self.state();
        let messages = state.topics.get(topic).into_iter().flat_map(|topic| topic.after(after)).take(max);
        let entries = messages.map(|(&number, message)| Entry::new(id(number), message.clone(), 1));
        Ok(Page::after(cursor, entries.collect()))
    }

    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>, BusError> {
        let mut state = self.state();
        let read = state.group(topic, group)?.read;
        let topic = state.topic(topic);
        let end = topic.messages.last_key_value().map_or(read, |(number, _)| *number);
        Ok(vec![Lag::exact(&id(read), &id(end), topic.after(read).count())])
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError> {
        let after = after.map_or(Ok(0), number)?;
        let mut state = self.state();
        let claims = state.group(topic, group)?.pending.range((Excluded(after), Unbounded)).take(max);
        let pending =
            |(claim, since): &(Pending, Instant)| Pending { idle: since.elapsed(), ..claim.clone() };
        Ok(claims.map(|(_, claim)| pending(claim)).collect())
    }

    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError> {
        let numbers = ids.iter().map(number).collect::<Result<Vec<_>, _>>()?;
        let mut state = self.state();
        let letters = &mut state.topic(&DeadLetter::topic(topic, group)).messages;
        Ok(numbers.iter().filter_map(|number| letters.remove(number)).count() as u64)
    }

    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        let added = self.state().add(&DeadLetter::topic(topic, group), letter.to_message());
        self.drop_dead_letters(topic, group, slice::from_ref(&letter.id))?;
        Ok(added)
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        self.state().seek(topic, group, to)
    }
}
