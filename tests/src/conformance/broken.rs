//! Buses that break one promise each: the suite has to notice, at the right case.

use std::{collections::HashSet, sync::Arc, thread, time::Duration};

use openedx_events::event_bus::{
    BusError, Entry, EntryId, EventBus, EventBusConsumer, EventBusProducer, Failure, MemoryBus, Operations,
    Polled, Start, Subscription, Waker,
};

use super::Harness;

/// The promise that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Entries are acknowledged when they are handed out.
    AcknowledgesEarly,
    /// What a member had not acknowledged is gone when it is back.
    LosesOnRestart,
    /// A member that is back gets only what comes then, as with Python's consumer.
    SkipsOnRestart,
    /// Entries come in the opposite order.
    WrongOrder,
    /// Each delivery is said to be the first.
    ForgetsAttempts,
    /// Entries come again after they were acknowledged.
    HandsOutTwice,
    /// What a member that died had stays with it.
    NeverClaims,
    /// Renewed claims and recorded attempts are not kept.
    IgnoresHolds,
    /// Dead letters are acknowledged and not kept.
    DropsDeadLetters,
    /// Dead letters are kept for ever.
    KeepsAllDeadLetters,
    /// Entries that were trimmed are not spoken of.
    HidesLosses,
    /// Existing groups start after an entry without a word, and stay where they are.
    IgnoresStart,
}

/// A memory bus with a fault.
pub struct Broken {
    bus: MemoryBus,
    fault: Fault,
}

impl Broken {
    /// One that breaks this promise.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self { bus: MemoryBus::new(), fault }
    }

    /// Runs these cases, all at a time, and returns the names of those that failed, in order.
    ///
    /// # Panics
    ///
    /// Where there is no such case.
    #[must_use]
    pub fn failures<'a>(self, cases: &[&'a str]) -> Vec<&'a str> {
        let harness: Arc<dyn Harness> = Arc::new(self);
        thread::scope(|scope| {
            let runs: Vec<_> = cases.iter().map(|case| scope.spawn(|| super::run(case, &harness))).collect();
            let ends =
                runs.into_iter().zip(cases).filter_map(|(run, case)| run.join().is_err().then_some(*case));
            ends.collect()
        })
    }
}

impl Harness for Broken {
    fn bus(&self) -> Arc<dyn EventBus> {
        Arc::new(BrokenBus { bus: self.bus.clone(), fault: self.fault })
    }

    fn trim(&self, topic: &str, max_len: usize) {
        self.bus.trim(topic, max_len);
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(6)
    }
}

struct BrokenBus {
    bus: MemoryBus,
    fault: Fault,
}

impl EventBus for BrokenBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        self.bus.producer()
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        let mut subscription = subscription.clone();
        match self.fault {
            Fault::NeverClaims => subscription.claim_older_than = Duration::MAX,
            Fault::KeepsAllDeadLetters => {
                subscription.dead_letter_max_age = Duration::MAX;
                subscription.dead_letter_max_len = u64::MAX;
            }
            Fault::IgnoresStart if matches!(subscription.start, Start::After(_)) => {
                subscription.start = Start::New;
            }
            _ => {}
        }
        let Subscription { topic, group, consumer_name, .. } = &subscription;
        let mut operations = self.bus.operations()?;
        let mut inner = self.bus.consumer(&subscription)?;
        if self.fault == Fault::LosesOnRestart {
            let pending = operations.pending(topic, group, None, usize::MAX).unwrap_or_default();
            let own = pending.into_iter().filter(|pending| pending.consumer_name == *consumer_name);
            let ids: Vec<_> = own.map(|pending| pending.id).collect();
            inner.poll(&ids, 0, Duration::ZERO)?;
        }
        if self.fault == Fault::SkipsOnRestart && subscription.start == Start::New {
            operations.seek(topic, group, &Start::New)?;
        }
        Ok(Box::new(BrokenConsumer {
            inner,
            fault: self.fault,
            known: HashSet::new(),
            again: Vec::new(),
            handed_out: Vec::new(),
        }))
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        self.bus.operations()
    }
}

struct BrokenConsumer {
    inner: Box<dyn EventBusConsumer>,
    fault: Fault,
    /// Of the entries that come twice: those that were handed out, those that did come again, and those that will.
    handed_out: Vec<Entry>,
    known: HashSet<EntryId>,
    again: Vec<Entry>,
}

impl BrokenConsumer {
    /// Entries that were handed out and are acknowledged come again, once.
    fn hand_out_twice(&mut self, acknowledged: &[EntryId], polled: &mut Polled) {
        for id in acknowledged {
            let place = self.handed_out.iter().position(|entry| entry.id == *id);
            if let Some(entry) = place.map(|place| self.handed_out.swap_remove(place))
                && self.known.insert(entry.id.clone())
            {
                self.again.push(entry);
            }
        }
        self.handed_out.extend(polled.entries.iter().cloned());
        if polled.entries.is_empty() {
            polled.entries.append(&mut self.again);
        }
    }
}

impl EventBusConsumer for BrokenConsumer {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let mut polled = self.inner.poll(acknowledge, max, wait)?;
        match self.fault {
            Fault::AcknowledgesEarly => {
                let ids: Vec<_> = polled.entries.iter().map(|entry| entry.id.clone()).collect();
                self.inner.poll(&ids, 0, Duration::ZERO)?;
            }
            Fault::WrongOrder => polled.entries.reverse(),
            Fault::ForgetsAttempts => polled.entries.iter_mut().for_each(|entry| entry.attempt = 1),
            Fault::HandsOutTwice if max > 0 => self.hand_out_twice(acknowledge, &mut polled),
            Fault::HidesLosses => polled.lost.clear(),
            _ => {}
        }
        Ok(polled)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        match self.fault {
            Fault::IgnoresHolds => Ok(()),
            _ => self.inner.hold(entries),
        }
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        match self.fault {
            Fault::DropsDeadLetters => {
                self.inner.poll(std::slice::from_ref(&entry.id), 0, Duration::ZERO).map(drop)
            }
            _ => self.inner.dead_letter(entry, failure),
        }
    }

    fn waker(&self) -> Option<Waker> {
        self.inner.waker()
    }
}
