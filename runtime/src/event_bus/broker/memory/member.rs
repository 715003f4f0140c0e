//! Members of groups of the memory bus.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::broker::{self, Broker, Group, Held, State, id, number};
use crate::event_bus::{
    broker::{
        contract::{EventBusConsumer, Lost, Polled, Waker},
        error::BusError,
        subscription::{Start, Subscription, bounded},
    },
    wire::{
        dead_letter::{DeadLetter, Failure},
        entry::{Entry, EntryId},
    },
};

pub(super) struct MemoryConsumer {
    broker: Arc<Broker>,
    subscription: Subscription,
    /// What this member has in hand: it is not handed out again.
    in_hand: HashSet<u64>,
    woken: Arc<AtomicBool>,
}

impl MemoryConsumer {
    pub(super) fn join(broker: Arc<Broker>, subscription: &Subscription) -> Result<Self, BusError> {
        let Subscription { topic: name, group, consumer_name, start, .. } = subscription;
        let mut state = broker.state();
        let topic = state.topic(name);
        let is_new = !topic.groups.contains_key(group);
        if is_new {
            let read = topic.begin(start)?;
            topic.groups.entry(group.clone()).or_default().read = read;
        } else if let Start::After(_) = start {
            return Err(BusError::group_exists(name, group));
        }
        *state.group(name, group).members.entry(consumer_name.clone()).or_default() += 1;
        drop(state);
        if is_new {
            start.log_new_group();
        }
        Ok(Self {
            broker,
            subscription: subscription.clone(),
            in_hand: HashSet::new(),
            woken: Arc::new(AtomicBool::new(false)),
        })
    }

    fn acknowledge(&mut self, state: &mut State, ids: &[EntryId]) {
        let group = state.group(&self.subscription.topic, &self.subscription.group);
        for number in ids.iter().map(number) {
            // What another member has claimed is for that member to acknowledge, but it was handled: as in Redis,
            // whoever acknowledges counts.
            group.pending.remove(&number);
            self.in_hand.remove(&number);
        }
    }

    /// An entry that was handed out before, to this member or to one that has gone.
    fn redelivered(&mut self, state: &mut State, polled: &mut Polled) {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let topic = state.topic(topic);
        let Some(group) = topic.groups.get_mut(group) else { return };
        loop {
            let now = Instant::now();
            let abandoned = group.pending.iter().find(|(number, held)| {
                self.abandoned_at(group, **number, held).is_some_and(|abandoned| abandoned < now)
            });
            let Some((&number, _)) = abandoned else { return };
            let Some(stored) = broker::get(&topic.entries, number) else {
                group.pending.remove(&number);
                polled.lost.push(Lost::Pending(vec![id(number)]));
                continue;
            };
            let Some(held) = group.pending.get_mut(&number) else { return };
            held.consumer_name.clone_from(consumer_name);
            held.since = Instant::now();
            held.attempts += 1;
            self.in_hand.insert(number);
            polled.entries.push(stored.entry(held.attempts));
            return;
        }
    }

    /// From when on this member may take an entry that was handed out; never what it has in hand.
    fn abandoned_at(&self, group: &Group, number: u64, held: &Held) -> Option<Instant> {
        let Subscription { consumer_name, claim_older_than, receiver_timeout, .. } = &self.subscription;
        if held.consumer_name != *consumer_name {
            return held.since.checked_add(*claim_older_than);
        }
        if self.in_hand.contains(&number) {
            return None;
        }
        let is_alone = group.members.get(consumer_name).is_none_or(|members| *members < 2);
        if is_alone { Some(held.since) } else { held.since.checked_add(*receiver_timeout) }
    }

    /// When the next entry is one that this member may take.
    fn next_abandoned_at(&self, state: &mut State) -> Option<Instant> {
        let group = state.topic(&self.subscription.topic).groups.get(&self.subscription.group)?;
        let held = group.pending.iter();
        held.filter_map(|(number, held)| self.abandoned_at(group, *number, held)).min()
    }

    /// Entries that no member was handed.
    fn new_entries(&mut self, state: &mut State, max: usize, polled: &mut Polled) {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let topic = state.topic(topic);
        let Some(group) = topic.groups.get_mut(group) else { return };
        for stored in broker::after(&topic.entries, group.read).take(max) {
            let missing = stored.number - group.read - 1;
            if missing > 0 {
                let (after, before) = (id(group.read), Some(id(stored.number)));
                polled.lost.push(Lost::Unread { after, before, count: Some(missing) });
            }
            group.read = stored.number;
            let held = Held { consumer_name: consumer_name.clone(), since: Instant::now(), attempts: 1 };
            group.pending.insert(stored.number, held);
            self.in_hand.insert(stored.number);
            polled.entries.push(stored.entry(1));
        }
    }
}

impl EventBusConsumer for MemoryConsumer {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let deadline = Instant::now() + bounded(wait);
        let broker = Arc::clone(&self.broker);
        let mut state = broker.state();
        self.acknowledge(&mut state, acknowledge);
        let mut polled = Polled::default();
        if max == 0 {
            return Ok(polled);
        }
        loop {
            self.redelivered(&mut state, &mut polled);
            if polled.entries.is_empty() {
                self.new_entries(&mut state, max, &mut polled);
            }
            let nothing = polled.entries.is_empty() && polled.lost.is_empty();
            if !nothing || Instant::now() >= deadline || self.woken.swap(false, Ordering::AcqRel) {
                break;
            }
            // An entry is taken when it is a moment older than it has to be.
            let abandoned_at = self.next_abandoned_at(&mut state).map(|at| at + Duration::from_millis(1));
            let until = abandoned_at.map_or(deadline, |at| at.min(deadline));
            state = broker.wait(state, until);
        }
        Ok(polled)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        let broker = Arc::clone(&self.broker);
        let mut state = broker.state();
        let group = state.group(&self.subscription.topic, &self.subscription.group);
        for (id, attempts) in entries {
            if let Some(held) = group.pending.get_mut(&number(id))
                && held.consumer_name == self.subscription.consumer_name
            {
                held.attempts = *attempts;
                held.since = Instant::now();
            }
        }
        Ok(())
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        let Subscription { topic, group, consumer_name, dead_letter_max_age, dead_letter_max_len, .. } =
            &self.subscription;
        let name = DeadLetter::topic(topic, group);
        let broker = Arc::clone(&self.broker);
        let mut state = broker.state();
        let letters = state.topic(&name);
        letters.add(DeadLetter::message_of(entry, failure, consumer_name));
        let mut dropped = letters.trim_older_than(*dead_letter_max_age);
        dropped.extend(letters.trim_to(usize::try_from(*dead_letter_max_len).unwrap_or(usize::MAX)));
        self.acknowledge(&mut state, std::slice::from_ref(&entry.id));
        drop(state);
        if !dropped.is_empty() {
            tracing::error!(stream = name, ids = ?dropped, "dead letters were dropped: too old, or too many");
        }
        Ok(())
    }

    fn waker(&self) -> Option<Waker> {
        let (broker, woken) = (Arc::downgrade(&self.broker), Arc::clone(&self.woken));
        Some(Arc::new(move || {
            woken.store(true, Ordering::Release);
            if let Some(broker) = broker.upgrade() {
                // The lock makes sure that a poll either sees the flag or is waiting by now.
                drop(broker.state());
                broker.changed.notify_all();
            }
        }))
    }
}

impl Drop for MemoryConsumer {
    fn drop(&mut self) {
        let broker = Arc::clone(&self.broker);
        let mut state = broker.state();
        let group = state.group(&self.subscription.topic, &self.subscription.group);
        if let Some(members) = group.members.get_mut(&self.subscription.consumer_name) {
            *members -= 1;
        }
    }
}
