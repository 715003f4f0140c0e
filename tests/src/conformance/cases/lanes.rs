//! Several messages at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use openedx_events::ReceiverError;

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
