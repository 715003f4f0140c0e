//! Members that die, stop, or take long.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
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

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

pub(in crate::conformance) fn entries_of_a_member_that_died_are_claimed_in_time(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (dies, kill) = (Arc::new(AtomicBool::new(true)), bench.killer());
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, _| {
        if dies.swap(false, Ordering::SeqCst) {
            kill();
        } else {
            theirs.push((parcel.number, Instant::now()));
        }
        Ok(())
    });
    let ids = bench.post(1..=3);
    let claim = MILLIS(700);
    let before = Instant::now();
    let first = bench.member("a", |consumer| consumer.receiver_timeout(MILLIS(600)).claim_older_than(claim));
    first.end().ok();
    let second = bench.member("b", |consumer| consumer.receiver_timeout(MILLIS(600)).claim_older_than(claim));
    bench.post([4]);
    bench.wait("all are handled", || seen.len() >= 4);
    bench.wait_until_acknowledged();
    let attempts = second.handed_out();
    assert_eq!(second.stop_well().handled, 4);
    for (number, at) in seen.all() {
        let waited = at - before;
        assert!(number == 4 || waited >= claim, "{number} was claimed after {waited:?}");
    }
    let numbers: BTreeSet<_> = seen.all().into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, (1..=4).collect());
    // The new entry was in nobody's hands; for the others, the dead member's delivery counts.
    for id in ids {
        assert!(attempts.contains(&(id.clone(), 2)), "{id}: {attempts:?}");
    }
}

pub(in crate::conformance) fn an_entry_that_kills_its_member_is_dead_lettered_and_the_others_are_handled(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let kill = bench.killer();
    let (seen, _well) = bench.see();
    let _deadly = bench.receive(move |parcel, _| {
        if parcel.number == 50 {
            kill();
        }
        Ok(())
    });
    bench.post(1..=100);
    let mut deaths = 0;
    let report = loop {
        let member = bench.member("a", |consumer| consumer.batch(100).max_attempts(3));
        bench.wait("the member dies, or all is done", || {
            member.link().is_cut() || (seen.count(&100) > 0 && bench.is_acknowledged())
        });
        if !member.link().is_cut() {
            break member.stop_well();
        }
        member.end().ok();
        deaths += 1;
        assert!(deaths < 10, "the entry kills its member again and again");
    };
    assert_eq!((deaths, report.dead_lettered), (3, 1));
    let letters = bench.dead_letters();
    assert_eq!(letters.len(), 1, "the others are innocent");
    assert_eq!(letters[0].failure.attempts, 3);
    let handled: BTreeSet<_> = seen.all().into_iter().collect();
    assert_eq!(handled, (1..=100).collect(), "every other message is handled");
}

pub(in crate::conformance) fn with_one_attempt_a_death_takes_no_other_message_along(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let kill = bench.killer();
    let (seen, _well) = bench.see();
    let _deadly = bench.receive(move |parcel, _| {
        if parcel.number == 2 {
            kill();
        }
        Ok(())
    });
    let ids = bench.post(1..=5);
    let start = || bench.member("a", |consumer| consumer.max_attempts(1));
    start().end().ok();
    let member = start();
    bench.wait("the last is handled", || seen.count(&5) > 0);
    bench.wait_until_acknowledged();
    assert_eq!(member.stop_well().dead_lettered, 1);
    let letters = bench.dead_letters();
    assert_eq!((letters.len(), &letters[0].entry_id), (1, &ids[1]));
    assert_eq!(seen.all().into_iter().collect::<BTreeSet<_>>(), (1..=5).collect());
}

pub(in crate::conformance) fn what_a_member_left_comes_first_and_one_at_a_time(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (dies, kill) = (Arc::new(AtomicBool::new(true)), bench.killer());
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, _| {
        if dies.swap(false, Ordering::SeqCst) {
            kill();
        } else {
            theirs.push(parcel.number);
        }
        Ok(())
    });
    let ids = bench.post(1..=5);
    bench.member("a", |consumer| consumer.batch(5)).end().ok();
    assert_eq!(bench.pending().len(), 5);
    bench.post(6..=9);
    let member = bench.member("a", |consumer| consumer.count(9));
    let link = member.death();
    member.end().unwrap();
    let numbers = seen.all();
    assert_eq!(numbers[numbers.len() - 9..], (1..=9).collect::<Vec<_>>());
    let polls = link.link().deliveries();
    for (poll, id) in polls.iter().zip(&ids) {
        assert_eq!(**poll, [(id.clone(), 2)], "one at a time, with the delivery before counted");
    }
}

pub(in crate::conformance) fn attempts_survive_a_restart(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, _| {
        theirs.push(parcel.number);
        Err(ReceiverError::new("never"))
    });
    bench.post([1]);
    let day = Duration::from_hours(24);
    for attempt in 1..=2 {
        // It waits for the next attempt when it is told to stop.
        let member = bench.member("a", |consumer| consumer.max_attempts(3).retry(day, day));
        bench.wait("an attempt is made", || seen.len() == attempt);
        thread::sleep(MILLIS(50));
        member.stop_well();
        assert_eq!(bench.pending()[0].attempts, u32::try_from(attempt).unwrap());
    }
    let report = bench.member("a", |consumer| consumer.max_attempts(3).count(1)).end().unwrap();
    assert_eq!((report.failed_attempts, report.dead_lettered), (1, 1));
    assert_eq!(seen.len(), 3);
    assert_eq!(bench.dead_letters()[0].failure.attempts, 3);
}

pub(in crate::conformance) fn a_stop_is_no_attempt(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, _| {
        theirs.push(parcel.number);
        thread::sleep(MILLIS(100));
        Ok(())
    });
    let ids = bench.post(1..=5);
    for stopped in 1..=2 {
        let member = bench.member("a", |consumer| consumer.max_attempts(2));
        bench.wait("a message is in hand", || seen.len() == stopped);
        assert_eq!(member.stop_well().handled, 1);
    }
    let pending: Vec<_> = bench.pending().into_iter().map(|pending| (pending.id, pending.attempts)).collect();
    let left: Vec<_> = ids[2..].iter().map(|id| (id.clone(), 0)).collect();
    assert_eq!(pending, left, "what was not begun has no attempt");
    let report = bench.member("a", |consumer| consumer.max_attempts(2).count(3)).end().unwrap();
    assert_eq!((report.handled, report.dead_lettered), (3, 0));
    assert_eq!(seen.all(), [1, 2, 3, 4, 5]);
}

pub(in crate::conformance) fn claims_are_renewed_while_messages_are_in_hand(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (timeout, claim) = (MILLIS(1200), MILLIS(1300));
    let seen = Seen::new();
    // Each takes less than it may, and all together longer than the claim time.
    let slow = || {
        let theirs = seen.clone();
        bench.receive(move |parcel, _| {
            theirs.push(parcel.number);
            thread::sleep(MILLIS(600));
            Ok(())
        })
    };
    let _receivers = [slow(), slow(), slow()];
    bench.post([1, 2]);
    let first = bench.member("a", |consumer| consumer.receiver_timeout(timeout).claim_older_than(claim));
    bench.wait("the message is in hand", || seen.len() > 0);
    let second = bench.member("b", |consumer| consumer.receiver_timeout(timeout).claim_older_than(claim));
    // Another of the same name, who may take what this one left.
    let third = bench.member("a", |consumer| consumer.receiver_timeout(timeout).claim_older_than(claim));
    bench.wait_until_acknowledged();
    assert_eq!((second.handed_out(), third.handed_out()), (vec![], vec![]), "taken out of a living hand");
    assert_eq!(first.stop_well().handled, 2);
    assert_eq!(seen.all(), [1, 1, 1, 2, 2, 2]);
}

pub(in crate::conformance) fn claims_are_renewed_while_messages_wait_for_a_retry(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (timeout, claim) = (MILLIS(600), MILLIS(700));
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, _| {
        theirs.push(parcel.number);
        if theirs.len() == 1 { Err(ReceiverError::new("not yet")) } else { Ok(()) }
    });
    bench.post([1, 2]);
    let wait = MILLIS(2500);
    let first = bench
        .member("a", |consumer| consumer.receiver_timeout(timeout).claim_older_than(claim).retry(wait, wait));
    bench.wait("the first attempt has failed", || seen.len() == 1);
    let second = bench.member("b", |consumer| consumer.receiver_timeout(timeout).claim_older_than(claim));
    bench.wait_until_acknowledged();
    assert_eq!(second.handed_out(), vec![], "taken out of a living hand");
    assert_eq!(first.stop_well().handled, 2);
    assert_eq!(seen.all(), [1, 1, 2]);
}

pub(in crate::conformance) fn a_hanging_receiver_is_named_and_its_delivery_counts(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let released = Arc::new(AtomicBool::new(false));
    let is_released = Arc::clone(&released);
    let patience = bench.patience();
    let (seen, _well) = bench.see();
    let _hanging = bench.receive(move |parcel, _| {
        let deadline = Instant::now() + patience;
        while parcel.number == 2 && !is_released.load(Ordering::SeqCst) && Instant::now() < deadline {
            thread::sleep(MILLIS(5));
        }
        Ok(())
    });
    let ids = bench.post(1..=3);
    let member = bench.member("a", |consumer| consumer.receiver_timeout(MILLIS(500)));
    let error = member.end().expect_err("the receiver hangs");
    let pending: Vec<_> = bench.pending().into_iter().map(|pending| (pending.id, pending.attempts)).collect();
    released.store(true, Ordering::SeqCst);
    assert_eq!(error.exit_code(), 3);
    let ConsumeError::ReceiverTimedOut { receiver, entry, .. } = &error else { panic!("{error}") };
    assert!(receiver.contains("recovery::"), "{receiver}");
    assert_eq!(entry, &ids[1]);
    // The one before it was acknowledged; the one behind it was not begun.
    assert_eq!(pending, [(ids[1].clone(), 1), (ids[2].clone(), 0)]);
    assert_eq!(seen.all(), [1, 2]);
}
