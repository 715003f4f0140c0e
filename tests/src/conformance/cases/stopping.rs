//! How consumers end, and how they go on while the bus does not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{ReceiverError, event_bus::ConsumeError};

use crate::conformance::{Harness, bench::Bench};

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

pub(in crate::conformance) fn an_idle_consumer_stops_at_once(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post([1]);
    let member = bench.member("a", |consumer| consumer);
    bench.wait("the message is handled", || seen.len() == 1);
    bench.wait_until_acknowledged();
    thread::sleep(MILLIS(200));
    let before = Instant::now();
    member.stop_well();
    // A second is promised; the other is for a busy machine.
    assert!(before.elapsed() < MILLIS(2000), "{:?}", before.elapsed());
}

pub(in crate::conformance) fn a_message_in_hand_is_finished_before_the_stop(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let begun = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&begun);
    let _slow = bench.receive(move |_, _| {
        begins.store(true, Ordering::SeqCst);
        thread::sleep(MILLIS(300));
        Ok(())
    });
    let (seen, _receiver) = bench.see();
    bench.post([1, 2]);
    let member = bench.member("a", |consumer| consumer);
    bench.wait("the message is in hand", || begun.load(Ordering::SeqCst));
    assert_eq!(member.stop_well().handled, 1);
    assert_eq!(seen.all(), [1]);
    assert_eq!(bench.pending().len(), 1, "the message in hand is acknowledged");
}

pub(in crate::conformance) fn a_stop_has_a_deadline(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (begun, released) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (begins, is_released) = (Arc::clone(&begun), Arc::clone(&released));
    let patience = bench.patience();
    let _slow = bench.receive(move |_, _| {
        begins.store(true, Ordering::SeqCst);
        let deadline = Instant::now() + patience;
        while !is_released.load(Ordering::SeqCst) && Instant::now() < deadline {
            thread::sleep(MILLIS(2));
        }
        Ok(())
    });
    let ids = bench.post([1]);
    let member = bench.member("a", |consumer| consumer.stop_timeout(MILLIS(100)));
    bench.wait("the message is in hand", || begun.load(Ordering::SeqCst));
    let error = member.stop().expect_err("the message was not finished");
    let pending = bench.pending();
    released.store(true, Ordering::SeqCst);
    assert!(matches!(error, ConsumeError::StopTimedOut { .. }), "{error}");
    assert!(error.exit_code() > 0);
    assert_eq!((&pending[0].id, pending[0].attempts), (&ids[0], 0), "a stop is no attempt");
}

pub(in crate::conformance) fn failed_polls_end_a_consumer_with_a_limit(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    let member =
        bench.member("a", |consumer| consumer.poll_failure_sleep(MILLIS(60)).consecutive_errors_limit(4));
    let fail = |count| {
        let before = member.link().failures().len();
        member.link().set_down(true);
        bench.wait("the bus is asked", || member.link().failures().len() >= before + count);
        member.link().set_down(false);
    };
    fail(1);
    bench.post([1]);
    bench.wait("the message is handled", || seen.len() == 1);
    fail(1);
    bench.post([2]);
    bench.wait("the message is handled", || seen.len() == 2);
    bench.wait_until_acknowledged();
    let before = member.link().failures().len();
    member.link().set_down(true);
    let link = member.death();
    let error = member.end().expect_err("the limit is reached");
    let ConsumeError::TooManyErrors { count, last, .. } = &error else { panic!("{error}") };
    assert_eq!((*count, error.exit_code()), (4, 4));
    assert!(last.contains("the bus is away"), "{last}");
    // The last call of a consumer acknowledges what is finished.
    let failures = link.link().failures().len() - before;
    assert!((4..=5).contains(&failures), "only a handled message should start the count again: {failures}");
}

pub(in crate::conformance) fn failed_attempts_end_a_consumer_with_a_limit(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let _failing = bench.receive(|parcel, _| match parcel.number {
        3 => Ok(()),
        _ => Err(ReceiverError::new("the scales are broken")),
    });
    bench.post(1..=9);
    let member = bench.member("a", |consumer| consumer.max_attempts(2).consecutive_errors_limit(5));
    let error = member.end().expect_err("the limit is reached");
    // Two attempts each of 1 and 2, then one that is handled; 4, 5, and the first of 6.
    let ConsumeError::TooManyErrors { count, last, .. } = &error else { panic!("{error}") };
    assert_eq!((*count, error.exit_code()), (5, 4));
    assert!(last.contains("the scales are broken"), "{last}");
    assert_eq!(bench.dead_letters().len(), 4);
    let pending = bench.pending();
    assert_eq!((pending.len(), pending[0].attempts), (4, 1), "nothing is lost");
}

pub(in crate::conformance) fn a_bus_that_is_away_is_asked_seldom_and_found_soon(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    let member = bench.member("a", |consumer| consumer);
    bench.wait("the group exists", || member.link().has_polled());
    member.link().set_down(true);
    bench.wait("it is noticed", || !member.link().failures().is_empty());
    thread::sleep(MILLIS(3300));
    let attempts = member.link().failures().len();
    bench.post([1]);
    member.link().set_down(false);
    let before = Instant::now();
    bench.wait("the bus is found", || seen.len() == 1);
    // Ten in ten seconds are promised, and two seconds until it is found.
    assert!((1..=4).contains(&attempts), "{attempts} attempts in three seconds");
    assert!(before.elapsed() < MILLIS(4000), "{:?}", before.elapsed());
    assert_eq!(member.stop_well().handled, 1);
}

pub(in crate::conformance) fn a_message_in_hand_outlives_an_outage(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let begun = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&begun);
    let (seen, _receiver) = bench.see();
    let _slow = bench.receive(move |parcel, _| {
        begins.store(true, Ordering::SeqCst);
        if parcel.number == 1 {
            thread::sleep(MILLIS(1000));
        }
        Err(ReceiverError::permanent("the scales are broken"))
    });
    bench.post([1, 2]);
    let member = bench.member("a", |consumer| consumer.poll_failure_sleep(MILLIS(200)));
    bench.wait("the message is in hand", || begun.load(Ordering::SeqCst));
    member.link().set_down(true);
    thread::sleep(MILLIS(2000));
    let attempts = member.link().failures().len();
    assert!(attempts <= 11, "{attempts} calls within 2 s, of at most one in 200 ms");
    assert_eq!(bench.pending().len(), 2, "nothing is lost meanwhile");
    member.link().set_down(false);
    assert_eq!(bench.wait_for_dead_letters(2).len(), 2);
    bench.wait_until_acknowledged();
    assert_eq!(member.stop_well().dead_lettered, 2);
    assert_eq!(seen.all(), [1, 2], "handled once, whatever the bus did");
}
