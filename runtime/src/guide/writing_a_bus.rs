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
    /// The messages that members received and have not acknowledged.
    pending: BTreeMap<u64, Claim>,
}

struct Claim {
    consumer_name: String,
    since: Instant,
    attempts: u32,
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
        let read = state.position(start)?;
        let groups = &mut state.topic(topic).groups;
        if groups.contains_key(group) && start.needs_new_group() {
            return Err(BusError::group_exists(topic, group));
        }
        groups.entry(group.clone()).or_insert(Group { read, ..Group::default() });
        Ok(Box::new(Member {
            bus: self.clone(),
            subscription: subscription.clone(),
            received: HashSet::new(),
        }))
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
    fn try_poll(&mut self, acknowledge: &[EntryId], max: usize) -> Result<Vec<Entry>, BusError> {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let mut state = self.bus.state();
        let Topic { messages, groups } = state.topic(topic);
        let Group { read, pending } = groups.entry(group.clone()).or_default();
        for id in acknowledge {
            pending.remove(&number(id)?);
        }
        let mut left = pending.iter().filter(|(_, claim)| claim.consumer_name == *consumer_name);
        let crashed = left.find(|(number, _)| max > 0 && !self.received.contains(number));
        if let Some((&number, claim)) = crashed {
            self.received.insert(number);
            // One is enough: the consumer asks again.
            return Ok(vec![Entry::redelivered(id(number), messages[&number].clone(), claim.attempts + 1)]);
        }
        let new = messages.range((Excluded(*read), Unbounded)).take(max).map(|(&number, message)| {
            *read = number;
            self.received.insert(number);
            let claim = Claim { consumer_name: consumer_name.clone(), since: Instant::now(), attempts: 0 };
            pending.insert(number, claim);
            Entry::new(id(number), message.clone(), 1)
        });
        Ok(new.collect())
    }
}

impl EventBusConsumer for Member {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let deadline = Instant::now() + wait;
        loop {
            let entries = self.try_poll(acknowledge, max)?;
            let left = deadline.saturating_duration_since(Instant::now());
            if max == 0 || left.is_zero() || !entries.is_empty() {
                return Ok(Polled { entries, ..Polled::default() });
            }
            thread::sleep(left.min(Duration::from_millis(5)));
        }
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        let Subscription { topic, group, .. } = &self.subscription;
        let mut state = self.bus.state();
        let groups = &mut state.topic(topic).groups;
        for (id, attempts) in entries {
            let number = number(id)?;
            if let Some(claim) = groups.get_mut(group).and_then(|group| group.pending.get_mut(&number)) {
                (claim.since, claim.attempts) = (Instant::now(), *attempts);
            }
        }
        Ok(())
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let letter = DeadLetter::message_of(entry, failure, consumer_name);
        self.bus.state().add(&DeadLetter::topic(topic, group), letter);
        self.try_poll(slice::from_ref(&entry.id), 0).map(drop)
    }
}

impl Operations for MapBus {
    fn ping(&mut self) -> Result<(), BusError> {
        Ok(())
    }

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
        let messages = state.topics.get(topic).map(|it| it.messages.range((Excluded(after), Unbounded)));
        let messages = messages.into_iter().flatten().take(max);
        let entries: Vec<_> =
            messages.map(|(&number, message)| Entry::new(id(number), message.clone(), 1)).collect();
        let next = entries.last().map_or_else(|| cursor.clone(), |last| Cursor::new(last.id.as_str()));
        Ok(Page { entries, next })
    }

    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>, BusError> {
        let state = self.state();
        let topic = state.topics.get(topic);
        let group = topic.and_then(|topic| Some((topic, topic.groups.get(group)?)));
        let (topic, group) = group.ok_or_else(|| BusError::permanent("this group does not exist"))?;
        Ok(vec![Lag {
            partition: None,
            committed: Some(group.read.to_string()),
            end: topic.messages.last_key_value().map(|(number, _)| number.to_string()),
            count: topic.messages.range((Excluded(group.read), Unbounded)).count() as u64,
            is_exact: true,
        }])
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
        let group = state.topics.get(topic).and_then(|topic| topic.groups.get(group));
        let group = group.ok_or_else(|| BusError::permanent("this group does not exist"))?;
        let pending = group.pending.range((Excluded(after), Unbounded)).take(max);
        let pending = pending.map(|(&number, Claim { consumer_name, since, attempts })| Pending {
            id: id(number),
            consumer_name: consumer_name.clone(),
            idle: since.elapsed(),
            attempts: *attempts,
        });
        Ok(pending.collect())
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
        self.drop_dead_letters(topic, group, slice::from_ref(&letter.id))?;
        Ok(self.state().add(&DeadLetter::topic(topic, group), letter.to_message()))
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        let mut state = self.state();
        let read = state.position(to)?;
        let groups = &mut state.topic(topic).groups;
        let is_new = !groups.contains_key(group);
        groups.entry(group.to_owned()).or_default().read = read;
        Ok(is_new)
    }
}
