//! Several messages at the same time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::{
    conformance::{
        fixture::{Fixture, Gate, Recorded, message},
        promise::promise_eq,
    },
    event_bus::{ConsumeError, Message},
    receiver::ReceiverError,
};

/// The keys of the messages that receivers are handling.
#[derive(Default)]
struct Running {
    keys: BTreeSet<String>,
    most: usize,
    twice: Vec<String>,
}

impl Running {
    fn begin(&mut self, key: &str) {
        if !self.keys.insert(key.to_owned()) {
            self.twice.push(key.to_owned());
        }
        self.most = self.most.max(self.keys.len());
    }
}

/// Returns the message of an item on the list with a number.
fn on_list(fixture: &Fixture, number: i64, list: i64) -> Message {
    let mut item = fixture.item(number);
    item.list = format!("list {list}");
    message(&item)
}

pub(in crate::conformance) fn messages_with_one_key_run_one_after_another(fixture: &Fixture) {
    let running = Arc::new(Mutex::new(Running::default()));
    let in_receiver = Arc::clone(&running);
    let (handled, failed) = (Recorded::new(), Recorded::new());
    let records = handled.clone();
    let _receiver = fixture.receive(move |item, _| {
        let lock = || in_receiver.lock().unwrap_or_else(PoisonError::into_inner);
        lock().begin(&item.list);
        thread::sleep(Duration::from_millis(1));
        lock().keys.remove(&item.list);
        // Some messages fail once, and the next ones of their list still wait for them.
        if item.number % 50 == 0 && failed.count(&item.number) == 0 {
            failed.push(item.number);
            return Err(ReceiverError::new("not yet"));
        }
        records.push((item.list.clone(), item.number));
        Ok(())
    });
    fixture.send((0..600).map(|number| on_list(fixture, number, number % 16)));
    let member = fixture.member("a", |consumer| consumer.concurrency(8).read_at_once(50).count(600));
    promise_eq!(member.end_well().handled, 600);
    let running = running.lock().unwrap_or_else(PoisonError::into_inner);
    promise_eq!(running.twice, Vec::<String>::new(), "two messages with one key ran at the same time");
    assert!(running.most > 1, "messages with different keys should run at the same time");
    let mut by_list = BTreeMap::<_, Vec<_>>::new();
    for (list, number) in handled.all() {
        by_list.entry(list).or_default().push(number);
    }
    for (list, numbers) in by_list {
        assert!(numbers.is_sorted(), "{list}: {numbers:?}");
    }
}

pub(in crate::conformance) fn messages_without_key_run_one_after_another(fixture: &Fixture) {
    let handled = Recorded::new();
    let records = handled.clone();
    let running = Mutex::new(());
    let _receiver = fixture.receive_removed(move |number| {
        let guard = running.try_lock().expect("two messages ran at the same time");
        thread::sleep(Duration::from_millis(1));
        drop(guard);
        records.push(number);
    });
    fixture.send((0..100).map(|number| fixture.removed(number)));
    let member = fixture.member("a", |consumer| consumer.concurrency(8).max_attempts(1).count(100));
    let report = member.end_well();
    promise_eq!((report.handled, report.failed_attempts), (100, 0));
    promise_eq!(handled.all(), (0..100).collect::<Vec<_>>());
}

pub(in crate::conformance) fn a_hanging_receiver_lets_other_messages_finish(fixture: &Fixture) {
    let gate = Gate::new(fixture);
    let in_receiver = gate.clone();
    let (begun, finished) = (Recorded::new(), Recorded::new());
    let (begun_records, finished_records) = (begun.clone(), finished.clone());
    // Each of the two receivers is faster than the timeout; together they still run when message 0 exceeds it.
    let slow = Duration::from_millis(500);
    let timeout = Duration::from_millis(900);
    let _first = fixture.receive(move |item, _| {
        begun_records.push(item.number);
        if item.number == 0 {
            in_receiver.pass();
        }
        thread::sleep(slow);
        Ok(())
    });
    let _second = fixture.receive(move |item, _| {
        thread::sleep(slow);
        finished_records.push(item.number);
        Ok(())
    });
    let ids = fixture.send((0..8).map(|number| on_list(fixture, number, number)));
    let member = fixture.member("a", |consumer| consumer.concurrency(8).receiver_timeout(timeout));
    let error = member.end_with_error("a receiver hangs");
    let (pending, begun_entries) = (fixture.pending(), fixture.begun());
    gate.open();
    assert!(matches!(&error, ConsumeError::ReceiverTimedOut { entry, .. } if *entry == ids[0]), "{error}");
    let finished: BTreeSet<_> = finished.all().into_iter().collect();
    let begun: BTreeSet<_> = begun.all().into_iter().collect();
    promise_eq!(begun, finished.iter().copied().chain([0]).collect(), "every other message should finish");
    promise_eq!(begun_entries, [(ids[0].clone(), 1)]);
    for (number, id) in (0..).zip(&ids) {
        let is_pending = pending.iter().any(|entry| entry.id == *id);
        assert!(
            !(is_pending && finished.contains(&number)),
            "message {number} is finished but not acknowledged"
        );
    }
}
