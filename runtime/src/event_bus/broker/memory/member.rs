//! Members of groups of the memory bus.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use super::store::{self, Claim, Group, Store, Topics, id, number};
use crate::event_bus::broker::{BusError, EventBusConsumer, Lost, Polled, Subscription, Waker, bounded};
use crate::event_bus::wire::{DeadLetter, Entry, EntryId, Failure};

pub(super) struct MemoryMember {
    store: Arc<Store>,
    subscription: Subscription,
    /// The entries that this process received and did not acknowledge. It does not receive them again.
    received: HashSet<u64>,
    is_woken: Arc<AtomicBool>,
}

impl MemoryMember {
    pub(super) fn join(store: Arc<Store>, subscription: &Subscription) -> Result<Self, BusError> {
        let Subscription { topic: name, group, consumer_name, start, .. } = subscription;
        let mut topics = store.lock();
        let topic_is_new = !topics.contains_key(name);
        let topic = store::topic(&mut topics, name);
        let is_new = subscription.creates_group(topic.groups.contains_key(group))?;
        if is_new {
            topic.group(group).position = topic.position_of(start)?;
        }
        *topic.group(group).members.entry(consumer_name.clone()).or_default() += 1;
        drop(topics);
        if is_new {
            start.log_new_group(topic_is_new);
        }
        Ok(Self {
            store,
            subscription: subscription.clone(),
            received: HashSet::new(),
            is_woken: Arc::new(AtomicBool::new(false)),
        })
    }

    fn group<'a>(&self, topics: &'a mut Topics) -> &'a mut Group {
        store::topic(topics, &self.subscription.topic).group(&self.subscription.group)
    }

    /// Acknowledges entries, even those that another member has claimed meanwhile, as in Redis.
    fn acknowledge(&mut self, topics: &mut Topics, ids: &[EntryId]) -> Result<(), BusError> {
        let group = self.group(topics);
        for id in ids {
            let number = number(id)?;
            group.claims.remove(&number);
            self.received.remove(&number);
        }
        Ok(())
    }

    /// Adds entries that were delivered before, to this member or to one that abandoned them: at most `max` whose attempts are
    /// not known to have begun, or one other.
    fn claim(&mut self, topics: &mut Topics, max: usize, polled: &mut Polled) {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let topic = store::topic(topics, topic);
        let group = topic.groups.entry(group.clone()).or_default();
        let now = Instant::now();
        let is_free = |(number, claim): &(&u64, &Claim)| {
            self.free_at(group, **number, claim).is_some_and(|free_at| free_at < now)
        };
        let free = group.claims.iter().filter(is_free).map(|(&number, claim)| (number, claim.attempts));
        let free: Vec<_> = free.collect();
        let mut lost = Vec::new();
        for (number, attempts) in free {
            if polled.entries.len() >= max || (attempts > 0 && !polled.entries.is_empty()) {
                break;
            }
            let first = store::after(&topic.entries, number - 1).next();
            let Some(entry) = first.filter(|entry| entry.number == number) else {
                group.claims.remove(&number);
                lost.push(id(number));
                continue;
            };
            let claim =
                Claim { consumer_name: consumer_name.clone(), stored: entry.added, since: now, attempts };
            group.claims.insert(number, claim);
            self.received.insert(number);
            polled.entries.push(entry.deliver_again(attempts + 1));
            if attempts > 0 {
                break;
            }
        }
        if !lost.is_empty() {
            polled.lost.push(Lost::Pending(lost));
        }
    }

    /// Returns when this member may take a claimed entry; never if this process received it, or if it was stored too late.
    fn free_at(&self, group: &Group, number: u64, claim: &Claim) -> Option<Instant> {
        let Subscription { consumer_name, claim_older_than, receiver_timeout, .. } = &self.subscription;
        if self.is_beyond(claim.stored) {
            return None;
        }
        if claim.consumer_name != *consumer_name {
            return claim.since.checked_add(*claim_older_than);
        }
        if self.received.contains(&number) {
            return None;
        }
        let is_alone = group.members.get(consumer_name).is_none_or(|members| *members < 2);
        if is_alone { Some(claim.since) } else { claim.since.checked_add(*receiver_timeout) }
    }

    /// Returns when this member may take the next claimed entry.
    fn next_free_at(&self, topics: &mut Topics) -> Option<Instant> {
        let group = &*self.group(topics);
        group.claims.iter().filter_map(|(number, claim)| self.free_at(group, *number, claim)).min()
    }

    /// Returns when this member's work ends.
    fn end(&self) -> Option<Instant> {
        let left = self.subscription.until?.duration_since(SystemTime::now()).unwrap_or_default();
        Instant::now().checked_add(left)
    }

    /// Returns whether an entry was stored after the end of this member's work.
    fn is_beyond(&self, stored: SystemTime) -> bool {
        self.subscription.until.is_some_and(|until| stored >= until)
    }

    /// Adds entries that no member has received yet, and reports those that were dropped before.
    fn read(&mut self, topics: &mut Topics, max: usize, polled: &mut Polled) {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let topic = store::topic(topics, topic);
        let group = topic.groups.entry(group.clone()).or_default();
        for entry in store::after(&topic.entries, group.position).take(max) {
            if self.is_beyond(entry.added) {
                polled.is_done = polled.entries.is_empty();
                break;
            }
            let missing = entry.number - group.position - 1;
            if missing > 0 {
                let (after, before) = (id(group.position), Some(id(entry.number)));
                polled.lost.push(Lost::Unread { after, before, count: Some(missing) });
            }
            group.position = entry.number;
            let (consumer_name, stored) = (consumer_name.clone(), entry.added);
            let claim = Claim { consumer_name, stored, since: Instant::now(), attempts: 0 };
            group.claims.insert(entry.number, claim);
            self.received.insert(entry.number);
            polled.entries.push(entry.deliver(1));
        }
    }
}

impl EventBusConsumer for MemoryMember {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let deadline = Instant::now() + bounded(wait);
        let store = Arc::clone(&self.store);
        let mut topics = store.lock();
        self.acknowledge(&mut topics, acknowledge)?;
        let mut polled = Polled::default();
        if max == 0 {
            return Ok(polled);
        }
        loop {
            self.claim(&mut topics, max, &mut polled);
            if polled.entries.is_empty() {
                self.read(&mut topics, max, &mut polled);
            }
            let is_over = self.subscription.until.is_some_and(|until| SystemTime::now() >= until);
            polled.is_done |= is_over && polled.entries.is_empty();
            let found_something = !(polled.entries.is_empty() && polled.lost.is_empty()) || polled.is_done;
            if found_something || Instant::now() >= deadline || self.is_woken.swap(false, Ordering::AcqRel) {
                break;
            }
            // One millisecond is added, because a member takes an entry only after that moment.
            let free_at = self.next_free_at(&mut topics).map(|at| at + Duration::from_millis(1));
            let next = [free_at, self.end()].into_iter().flatten().fold(deadline, Instant::min);
            topics = store.wait(topics, next);
        }
        Ok(polled)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        let mut topics = self.store.lock();
        let group = self.group(&mut topics);
        for (id, attempts) in entries {
            if let Some(claim) = group.claims.get_mut(&number(id)?)
                && claim.consumer_name == self.subscription.consumer_name
            {
                claim.attempts = *attempts;
                claim.since = Instant::now();
            }
        }
        Ok(())
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        let Subscription { topic, group, consumer_name, dead_letter_max_age, dead_letter_max_len, .. } =
            &self.subscription;
        let name = DeadLetter::topic(topic, group);
        let store = Arc::clone(&self.store);
        let mut topics = store.lock();
        let letters = store::topic(&mut topics, &name);
        letters.add(DeadLetter::message_of(entry, failure, consumer_name));
        let mut dropped = letters.trim_older_than(*dead_letter_max_age);
        dropped.extend(letters.trim_to(usize::try_from(*dead_letter_max_len).unwrap_or(usize::MAX)));
        self.acknowledge(&mut topics, std::slice::from_ref(&entry.id))?;
        drop(topics);
        if !dropped.is_empty() {
            tracing::error!(topic = name, ids = ?dropped, "dead letters were dropped: too old, or too many");
        }
        Ok(())
    }

    fn waker(&self) -> Option<Waker> {
        let (store, is_woken) = (Arc::downgrade(&self.store), Arc::clone(&self.is_woken));
        Some(Arc::new(move || {
            is_woken.store(true, Ordering::Release);
            if let Some(store) = store.upgrade() {
                // After this lock, a poll either sees the flag or waits already.
                drop(store.lock());
                store.changed.notify_all();
            }
        }))
    }
}

/// Leaves the group. The next member of the same name may take its unacknowledged entries at once.
impl Drop for MemoryMember {
    fn drop(&mut self) {
        let mut topics = self.store.lock();
        if let Some(members) = self.group(&mut topics).members.get_mut(&self.subscription.consumer_name) {
            *members -= 1;
        }
    }
}
