//! Messages that wait for batch receivers: a list for each receiver, in the order of the topic.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use crate::receiver::BatchLimits;

/// The messages of a lane that wait for batches. `R` is a receiver, `J` a message.
pub(super) struct Collected<R, J> {
    /// The messages by their numbers, which are in the order of the topic.
    messages: BTreeMap<u64, (J, Instant)>,
    lists: Vec<List<R>>,
    next: u64,
}

/// The messages that a receiver gets next.
struct List<R> {
    receiver: R,
    limits: BatchLimits,
    numbers: BTreeSet<u64>,
}

/// The place of a message that was taken, in case other receivers need it.
#[derive(Clone, Copy)]
pub(in crate::event_bus::consumer) struct Place {
    number: u64,
    since: Instant,
}

impl Place {
    /// Returns the number of the message, which is in the order of the topic.
    pub(super) fn number(self) -> u64 {
        self.number
    }
}

impl<R, J> Default for Collected<R, J> {
    fn default() -> Self {
        Self { messages: BTreeMap::new(), lists: Vec::new(), next: 0 }
    }
}

impl<R: Copy + PartialEq, J> Collected<R, J> {
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Returns all messages.
    pub(super) fn iter(&self) -> impl Iterator<Item = &J> {
        self.messages.values().map(|(message, _)| message)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut J> {
        self.messages.values_mut().map(|(message, _)| message)
    }

    /// Adds a message that these receivers need.
    pub(super) fn add(&mut self, message: J, receivers: Vec<(R, BatchLimits)>, now: Instant) {
        let place = Place { number: self.next, since: now };
        self.next += 1;
        self.put_back(place, message, receivers);
    }

    /// Adds a message that was taken, and that these receivers still need.
    pub(super) fn put_back(&mut self, place: Place, message: J, receivers: Vec<(R, BatchLimits)>) {
        for (receiver, limits) in receivers {
            let known = self.lists.iter().position(|list| list.receiver == receiver);
            let index = known.unwrap_or_else(|| {
                self.lists.push(List { receiver, limits, numbers: BTreeSet::new() });
                self.lists.len() - 1
            });
            self.lists[index].numbers.insert(place.number);
        }
        self.messages.insert(place.number, (message, place.since));
    }

    /// Returns a receiver whose batch is complete, or the one whose batch is the oldest if `all` are.
    pub(super) fn complete(&self, now: Instant, all: bool) -> Option<R> {
        let full = self.lists.iter().find(|list| list.numbers.len() >= list.limits.max);
        let oldest = || {
            let due = self.lists.iter().filter_map(|list| Some((self.due(list)?, list)));
            let due = due.min_by_key(|(due, _)| *due)?;
            (all || due.0 <= now).then_some(due.1)
        };
        full.or_else(oldest).map(|list| list.receiver)
    }

    /// Returns when the next batch has waited for long enough.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.lists.iter().filter_map(|list| self.due(list)).min()
    }

    fn due(&self, list: &List<R>) -> Option<Instant> {
        let (_, since) = self.messages.get(list.numbers.first()?)?;
        Some(*since + list.limits.wait)
    }

    /// Returns the messages of the next batch of a receiver.
    pub(super) fn batch(&self, receiver: R) -> impl Iterator<Item = &J> {
        let list = self.lists.iter().find(|list| list.receiver == receiver);
        let numbers = list.into_iter().flat_map(|list| list.numbers.iter().take(list.limits.max));
        numbers.filter_map(|number| self.messages.get(number)).map(|(message, _)| message)
    }

    /// Takes the messages from this number on, in the order of the topic.
    pub(super) fn take_from(&mut self, number: u64) -> Vec<(u64, J)> {
        for list in &mut self.lists {
            list.numbers.split_off(&number);
        }
        let taken = self.messages.split_off(&number);
        taken.into_iter().map(|(number, (message, _))| (number, message)).collect()
    }

    /// Takes the messages of the next batch of a receiver.
    pub(super) fn take(&mut self, receiver: R) -> Vec<(Place, J)> {
        let Some(list) = self.lists.iter().find(|list| list.receiver == receiver) else { return Vec::new() };
        let numbers: Vec<u64> = list.numbers.iter().copied().take(list.limits.max).collect();
        numbers.into_iter().filter_map(|number| self.remove(number)).collect()
    }

    /// Takes the messages for which `is_taken` returns `true`.
    pub(super) fn take_if(&mut self, is_taken: impl Fn(&J) -> bool) -> Vec<J> {
        let numbers = self.messages.iter().filter(|(_, (message, _))| is_taken(message));
        let numbers: Vec<u64> = numbers.map(|(number, _)| *number).collect();
        numbers.into_iter().filter_map(|number| self.remove(number)).map(|(_, message)| message).collect()
    }

    fn remove(&mut self, number: u64) -> Option<(Place, J)> {
        let (message, since) = self.messages.remove(&number)?;
        for list in &mut self.lists {
            list.numbers.remove(&number);
        }
        Some((Place { number, since }, message))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::receiver::batch_limits;

    const SECOND: Duration = Duration::from_secs(1);

    /// The receivers: `a` takes three messages after ten seconds, `b` takes two after one.
    fn a() -> (char, BatchLimits) {
        ('a', batch_limits(3, 10_000))
    }

    fn b() -> (char, BatchLimits) {
        ('b', batch_limits(2, 1000))
    }

    fn numbers(taken: Vec<(Place, u32)>) -> Vec<u32> {
        taken.into_iter().map(|(_, message)| message).collect()
    }

    #[test]
    fn a_batch_is_complete_at_its_size_or_after_its_time() {
        let (mut collected, now) = (Collected::default(), Instant::now());
        assert!(collected.complete(now, true).is_none() && collected.next_due().is_none());
        collected.add(1, vec![a()], now);
        collected.add(2, vec![a()], now + SECOND);
        assert_eq!((collected.complete(now, false), collected.next_due()), (None, Some(now + SECOND * 10)));
        assert_eq!(collected.complete(now + SECOND * 10, false), Some('a'));
        assert_eq!(collected.complete(now, true), Some('a'), "nothing more comes");
        collected.add(3, vec![a()], now);
        collected.add(4, vec![a()], now + SECOND * 2);
        assert_eq!(collected.complete(now, false), Some('a'));
        assert_eq!(collected.batch('a').copied().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(numbers(collected.take('a')), [1, 2, 3]);
        assert_eq!((collected.len(), collected.next_due()), (1, Some(now + SECOND * 12)));
    }

    #[test]
    fn each_receiver_has_its_own_list_and_a_message_keeps_its_place() {
        let (mut collected, now) = (Collected::default(), Instant::now());
        collected.add(1, vec![a(), b()], now);
        collected.add(2, vec![a()], now);
        collected.add(3, vec![b()], now);
        assert_eq!(collected.complete(now, false), Some('b'));
        let taken = collected.take('b');
        assert_eq!(
            collected.iter().copied().collect::<Vec<_>>(),
            [2],
            "nobody else gets a message that is taken"
        );
        let (place, message) = taken[0];
        collected.put_back(place, message, vec![a()]);
        collected.add(4, vec![a()], now);
        assert_eq!(numbers(collected.take('a')), [1, 2, 4]);
        assert!(collected.len() == 0 && collected.take('b').is_empty() && collected.take('c').is_empty());
    }

    #[test]
    fn messages_can_be_taken_back() {
        let (mut collected, now) = (Collected::default(), Instant::now());
        for message in 1..=4 {
            collected.add(message, vec![a()], now);
        }
        assert_eq!(collected.take_if(|message| message % 2 == 1), [1, 3]);
        assert_eq!(numbers(collected.take('a')), [2, 4]);
    }

    #[test]
    fn the_later_messages_can_be_taken_back() {
        let (mut collected, now) = (Collected::default(), Instant::now());
        for message in 1..=4 {
            collected.add(message, vec![a(), b()], now);
        }
        let (third, message) = collected.take('a')[2];
        collected.put_back(third, message, vec![b()]);
        assert_eq!(collected.take_from(third.number()), [(2, 3), (3, 4)]);
        assert!(collected.len() == 0 && collected.next_due().is_none());
    }
}
