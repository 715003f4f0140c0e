use std::{
    slice,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{
    BusError, Capability, Cursor, DeadLetter, Entry, EntryId, Envelope, EventBus, EventBusConsumer,
    EventBusProducer, Failure, Lag, Operations, Page, Pending, Polled, Start, Subscription,
};

use super::broker::{Broker, Claim, Client, Group, after};

type Result<T, E = BusError> = std::result::Result<T, E>;

/// A bus on the broker. Clones are the same bus.
#[derive(Clone, Default)]
pub struct MapBus(Client);

/// Returns the number of the last message before `start`.
fn position(broker: &Broker, start: &Start) -> Result<u64> {
    match start {
        Start::New => Ok(broker.last),
        Start::Backlog => Ok(0),
        Start::After(id) => id.number(),
        Start::At(_) => Err(BusError::permanent("this bus does not know when it stored a message")),
    }
}

impl EventBus for MapBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>> {
        Ok(Arc::new(self.clone()))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>> {
        let Subscription { topic, group, start, .. } = subscription;
        let mut broker = self.0.broker();
        if subscription.creates_group(broker.group(topic, group).is_ok())? {
            let read = position(&broker, start)?;
            broker.seek(topic, group, read);
        }
        let (client, subscription) = (self.0.clone(), subscription.clone());
        Ok(Box::new(Member { client, subscription, connection: Arc::new(()) }))
    }

    fn operations(&self) -> Result<Box<dyn Operations>> {
        Ok(Box::new(self.clone()))
    }

    fn can(&self, capability: Capability) -> bool {
        matches!(capability, Capability::ShareMessages | Capability::StartAfterEntry | Capability::OmitId)
    }
}

impl EventBusProducer for MapBus {
    fn send(&self, envelopes: &[Envelope], _: Instant) -> Vec<Result<EntryId>> {
        let mut broker = self.0.broker();
        let add = |envelope: &Envelope| broker.add(&envelope.topic, envelope.message.clone());
        envelopes.iter().map(add).map(|number| Ok(number.into())).collect()
    }
}

struct Member {
    client: Client,
    subscription: Subscription,
    connection: Arc<()>,
}

impl Member {
    fn acknowledge(&self, ids: &[EntryId]) -> Result<()> {
        let mut broker = self.client.broker();
        let (_, group) = broker.group(&self.subscription.topic, &self.subscription.group)?;
        for id in ids {
            group.claims.remove(&id.number()?);
        }
        Ok(())
    }

    /// Receives a message that a dead member of the same name had, or at most `max` new ones if there is no such message.
    fn receive(&self, max: usize) -> Result<Vec<Entry>> {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let mut broker = self.client.broker();
        let (messages, Group { read, claims }) = broker.group(topic, group)?;
        let left = claims.iter_mut().filter(|(_, claim)| max > 0 && claim.is_left_by(consumer_name));
        let mut left = left.filter_map(|(number, claim)| Some((*number, messages.get(number)?, claim)));
        if let Some((number, message, claim)) = left.next() {
            claim.connection = Arc::downgrade(&self.connection);
            // One is enough: the consumer asks again.
            return Ok(vec![Entry::redelivered(number.into(), message.clone(), claim.attempts + 1)]);
        }
        let new = after(messages, *read).take(max).map(|(&number, message)| {
            *read = number;
            claims.insert(number, Claim::new(consumer_name, &self.connection));
            Entry::new(number.into(), message.clone(), 1)
        });
        Ok(new.collect())
    }
}

impl EventBusConsumer for Member {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled> {
        self.acknowledge(acknowledge)?;
        let entries = self.receive(max)?;
        if max > 0 && entries.is_empty() {
            // The broker does not announce new messages, so the bus ends the wait early, and the consumer asks again.
            thread::sleep(wait.min(Duration::from_millis(5)));
        }
        Ok(Polled { entries, ..Polled::default() })
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<()> {
        let mut broker = self.client.broker();
        let (_, group) = broker.group(&self.subscription.topic, &self.subscription.group)?;
        for (id, attempts) in entries {
            if let Some(claim) = group.claims.get_mut(&id.number()?) {
                (claim.attempts, claim.since) = (*attempts, Instant::now());
            }
        }
        Ok(())
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<()> {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let letter = DeadLetter::message_of(entry, failure, consumer_name);
        self.client.broker().add(&DeadLetter::topic(topic, group), letter);
        self.acknowledge(slice::from_ref(&entry.id))
    }
}

impl Operations for MapBus {
    fn topics(&mut self) -> Result<Vec<String>> {
        Ok(self.0.broker().topics.keys().cloned().collect())
    }

    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>> {
        Ok(self.0.broker().topics.get(topic).map(|topic| topic.groups.keys().cloned().collect()))
    }

    fn cursor(&mut self, _: &str, at: &Start) -> Result<Cursor> {
        Ok(Cursor::new(position(&self.0.broker(), at)?.to_string()))
    }

    fn read(&mut self, topic: &str, cursor: &Cursor, max: usize) -> Result<Page> {
        let last = EntryId::new(cursor.as_str()).number()?;
        let broker = self.0.broker();
        let topic = broker.topics.get(topic).into_iter();
        let messages = topic.flat_map(|topic| after(&topic.messages, last)).take(max);
        let entries = messages.map(|(&number, message)| Entry::new(number.into(), message.clone(), 1));
        Ok(Page::after(cursor, entries.collect()))
    }

    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>> {
        let mut broker = self.0.broker();
        let (messages, Group { read, .. }) = broker.group(topic, group)?;
        let end = messages.last_key_value().map_or(*read, |(number, _)| *number);
        Ok(vec![Lag::exact(*read, end, after(messages, *read).count())])
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        last: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>> {
        let last = last.map_or(Ok(0), EntryId::number)?;
        let mut broker = self.0.broker();
        let claims = after(&broker.group(topic, group)?.1.claims, last).take(max);
        let pending = |(&number, claim): (&u64, &Claim)| {
            Pending::new(number.into(), claim.member.clone(), claim.since, claim.attempts)
        };
        Ok(claims.map(pending).collect())
    }

    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64> {
        let numbers = ids.iter().map(EntryId::number).collect::<Result<Vec<_>>>()?;
        let mut broker = self.0.broker();
        let letters = &mut broker.topic(&DeadLetter::topic(topic, group)).messages;
        Ok(numbers.iter().filter_map(|number| letters.remove(number)).count() as u64)
    }

    fn replace_dead_letter(&mut self, topic: &str, group: &str, letter: &DeadLetter) -> Result<EntryId> {
        let number = letter.id.number()?;
        let mut broker = self.0.broker();
        broker.topic(&DeadLetter::topic(topic, group)).messages.insert(number, letter.to_message());
        Ok(letter.id.clone())
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool> {
        let mut broker = self.0.broker();
        let read = position(&broker, to)?;
        Ok(broker.seek(topic, group, read))
    }
}
