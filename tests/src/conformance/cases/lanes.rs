//! Several messages at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{ReceiverError, event_bus::ConsumeError};

use crate::conformance::{
    Harness,
    bench::{Bench, Seen},
};

/// Who is in hand, and whether one was in two hands.
#[derive(Default)]
struct Hands {
    keys: BTreeSet<String>,
    most: usize,
    doubled: Vec<String>,
}

pub(in crate::conformance) fn a_key_is_never_in_two_hands(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let hands = Arc::new(Mutex::new(Hands::default()));
    let theirs = Arc::clone(&hands);
    let done = Seen::new();
    let order = done.clone();
    let failed = Seen::new();
    let _receiver = bench.receive(move |parcel, _| {
        {
            let mut hands = theirs.lock().unwrap();
            if !hands.keys.insert(parcel.customer.clone()) {
                hands.doubled.push(parcel.customer.clone());
            }
            hands.most = hands.most.max(hands.keys.len());
        }
        thread::sleep(Duration::from_millis(1));
        theirs.lock().unwrap().keys.remove(&parcel.customer);
        // Some fail, and still nothing of their customer overtakes them.
        if parcel.number % 50 == 0 && failed.count(&parcel.number) == 0 {
            failed.push(parcel.number);
            return Err(ReceiverError::new("not yet"));
        }
        order.push((parcel.customer.clone(), parcel.number));
        Ok(())
    });
    let parcels = (0..600).map(|number| {
        let mut parcel = bench.parcel(number);
        parcel.customer = format!("customer {}", number % 16);
        Bench::message(&parcel)
    });
    bench.send(parcels);
    let member = bench.member("a", |consumer| consumer.concurrency(8).batch(50).count(600));
    assert_eq!(member.end().unwrap().handled, 600);
    let hands = hands.lock().unwrap();
    assert_eq!(hands.doubled, Vec::<String>::new(), "in two hands at a time");
    assert!(hands.most > 1, "one after the other is not what was asked for");
    let mut by_customer = BTreeMap::<_, Vec<_>>::new();
    for (customer, number) in done.all() {
        by_customer.entry(customer).or_default().push(number);
    }
    for (customer, numbers) in by_customer {
        assert!(numbers.is_sorted(), "{customer}: {numbers:?}");
    }
}

pub(in crate::conformance) fn messages_without_key_share_a_lane(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let seen = Seen::new();
    let theirs = seen.clone();
    let in_hand = Mutex::new(());
    let _receiver = bench.receive_returned(move |number| {
        let hand = in_hand.try_lock().expect("two are in hand at a time");
        thread::sleep(Duration::from_millis(1));
        drop(hand);
        theirs.push(number);
    });
    bench.send((0..100).map(|number| bench.returned_message(number)));
    let member = bench.member("a", |consumer| consumer.concurrency(8).max_attempts(1).count(100));
    let report = member.end().unwrap();
    assert_eq!((report.handled, report.failed_attempts), (100, 0));
    assert_eq!(seen.all(), (0..100).collect::<Vec<_>>());
}

pub(in crate::conformance) fn a_hanging_receiver_leaves_the_other_lanes_to_finish(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let released = Arc::new(AtomicBool::new(false));
    let is_released = Arc::clone(&released);
    let patience = bench.patience();
    let begun = Seen::new();
    let theirs = begun.clone();
    // Each of the two takes less than it may; together they are at work when the other one is past its deadline.
    let slow = Duration::from_millis(500);
    let _first = bench.receive(move |parcel, _| {
        theirs.push(parcel.number);
        let deadline = Instant::now() + patience;
        while parcel.number == 0 && !is_released.load(Ordering::SeqCst) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(slow);
        Ok(())
    });
    let done = Seen::new();
    let ends = done.clone();
    let _second = bench.receive(move |parcel, _| {
        thread::sleep(slow);
        ends.push(parcel.number);
        Ok(())
    });
    let parcels = (0..8).map(|number| {
        let mut parcel = bench.parcel(number);
        parcel.customer = format!("customer {number}");
        Bench::message(&parcel)
    });
    let ids = bench.send(parcels);
    let timeout = Duration::from_millis(900);
    let member = bench.member("a", |consumer| consumer.concurrency(8).receiver_timeout(timeout));
    let error = member.end().expect_err("a receiver hangs");
    let pending = bench.pending();
    released.store(true, Ordering::SeqCst);
    assert!(matches!(&error, ConsumeError::ReceiverTimedOut { entry, .. } if *entry == ids[0]), "{error}");
    let mut finished = done.all();
    finished.push(0);
    finished.sort_unstable();
    let mut all_begun = begun.all();
    all_begun.sort_unstable();
    assert_eq!(finished, all_begun, "what was begun is finished");
    let counted: Vec<_> = pending.iter().filter(|held| held.attempts > 0).map(|held| &held.id).collect();
    assert_eq!(counted, [&ids[0]]);
    assert_eq!(pending.len(), 8 - done.len(), "what was finished is acknowledged");
}
