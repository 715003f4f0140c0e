//! Attempts, and what comes after the last.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use openedx_events::{
    ReceiverError,
    event_bus::{ConsumeError, OnError},
};

use crate::conformance::{
    Harness,
    bench::{Bench, Seen},
};

pub(in crate::conformance) fn a_message_is_acknowledged_only_after_it_was_handled(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let (begun, go) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (begins, goes) = (Arc::clone(&begun), Arc::clone(&go));
    let patience = bench.patience();
    let _receiver = bench.receive(move |_, _| {
        begins.store(true, Ordering::SeqCst);
        let deadline = Instant::now() + patience;
        while !goes.load(Ordering::SeqCst) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    });
    let ids = bench.post([1]);
    let member = bench.member("a", |consumer| consumer);
    bench.wait("the receiver has begun", || begun.load(Ordering::SeqCst));
    // Longer than it takes until acknowledgements go out.
    std::thread::sleep(Duration::from_millis(150));
    let pending = bench.pending();
    go.store(true, Ordering::SeqCst);
    assert_eq!(pending.len(), 1, "acknowledged before it was handled");
    assert_eq!((&pending[0].id, &*pending[0].consumer_name, pending[0].attempts), (&ids[0], "a", 1));
    bench.wait_until_acknowledged();
    assert_eq!(member.stop_well().handled, 1);
}

pub(in crate::conformance) fn only_failed_receivers_are_tried_again(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (well, _well) = bench.see();
    let failing = Seen::new();
    let theirs = failing.clone();
    let _failing = bench.receive(move |parcel, _| {
        theirs.push(parcel.number);
        if theirs.count(&parcel.number) < 3 { Err(ReceiverError::new("not yet")) } else { Ok(()) }
    });
    let (after, _after) = bench.see();
    bench.post([1]);
    let report = bench.member("a", |consumer| consumer.count(1)).end().unwrap();
    assert_eq!((report.handled, report.failed_attempts, report.dead_lettered), (1, 2, 0));
    assert_eq!((well.len(), failing.len(), after.len()), (1, 3, 1));
    assert!(bench.pending().is_empty());
}

pub(in crate::conformance) fn attempts_have_growing_waits_between_them(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let attempts = Seen::new();
    let theirs = attempts.clone();
    let _receiver = bench.receive(move |_, _| {
        theirs.push(Instant::now());
        Err(ReceiverError::new("never"))
    });
    bench.post([1]);
    let (min, max) = (Duration::from_millis(60), Duration::from_millis(150));
    let member = bench.member("a", |consumer| consumer.retry(min, max).max_attempts(4).count(1));
    assert_eq!(member.end().unwrap().dead_lettered, 1);
    let times = attempts.all();
    let waits: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // Jitter takes away half at most; a busy machine adds what it likes.
    for (wait, most) in waits.iter().zip([60, 120, 150]) {
        assert!(*wait >= Duration::from_millis(most) / 2, "{waits:?}");
    }
    assert_eq!(waits.len(), 3);
}

pub(in crate::conformance) fn the_last_attempt_makes_a_dead_letter_that_says_all(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (_, _well) = bench.see();
    let _failing = bench.receive(|_, _| Err(ReceiverError::new("the scales are broken")));
    let before = SystemTime::now();
    let message = Bench::message(&bench.parcel(1));
    let ids = bench.send([message.clone()]);
    let member = bench.member("weigher", |consumer| consumer.max_attempts(3).count(1));
    let report = member.end().unwrap();
    assert_eq!((report.handled, report.failed_attempts, report.dead_lettered), (0, 3, 1));
    assert!(bench.pending().is_empty(), "a dead letter is acknowledged");

    let letters = bench.dead_letters();
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(letter.entry_id, ids[0]);
    assert!(letter.message == message, "the message was changed");
    assert!(letter.failure.error.contains("the scales are broken"), "{}", letter.failure.error);
    assert_eq!(letter.failure.receivers.len(), 1, "{:?}", letter.failure.receivers);
    assert!(letter.failure.receivers[0].contains("retry::"), "{:?}", letter.failure.receivers);
    assert_eq!(letter.failure.attempts, 3);
    assert_eq!(letter.consumer_name, "weigher");
    // Times are stored in microseconds.
    let (first, last) = (letter.failure.first + Duration::from_micros(1), letter.failure.last);
    assert!(before <= first && first < last + Duration::from_millis(1), "{first:?} to {last:?}");
    assert!(last <= SystemTime::now());
}

pub(in crate::conformance) fn a_permanent_error_is_not_tried_again(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (well, _well) = bench.see();
    let _hopeless = bench.receive(|_, _| Err(ReceiverError::permanent("there is no such street")));
    bench.post([1]);
    let report = bench.member("a", |consumer| consumer.count(1)).end().unwrap();
    assert_eq!((report.failed_attempts, report.dead_lettered), (1, 1));
    assert_eq!(well.len(), 1);
    let letters = bench.dead_letters();
    assert_eq!(letters[0].failure.attempts, 1);
    assert!(letters[0].failure.error.contains("there is no such street"));
}

pub(in crate::conformance) fn a_panic_is_a_failed_attempt(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let attempts = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&attempts);
    let _receiver = bench.receive(move |parcel, _| {
        if parcel.number == 1 {
            theirs.fetch_add(1, Ordering::SeqCst);
            panic!("on purpose: it was dropped");
        }
        Ok(())
    });
    bench.post([1, 2]);
    let report = bench.member("a", |consumer| consumer.max_attempts(2).count(2)).end().unwrap();
    assert_eq!((report.handled, report.dead_lettered), (1, 1));
    assert_eq!(attempts.load(Ordering::SeqCst), 2);
    let error = &bench.dead_letters()[0].failure.error;
    assert!(error.contains("panicked") && error.contains("it was dropped"), "{error}");
}

pub(in crate::conformance) fn nothing_overtakes_a_message_that_is_tried_again(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, _| {
        theirs.push(parcel.number);
        let is_enough = parcel.number != 2 || theirs.count(&2) == 3;
        if is_enough { Ok(()) } else { Err(ReceiverError::new("not yet")) }
    });
    bench.post(1..=2);
    let member = bench.member("a", |consumer| {
        consumer.retry(Duration::from_millis(100), Duration::from_millis(100)).count(5)
    });
    bench.wait("the message fails", || seen.count(&2) > 0);
    // They come while the other waits.
    bench.post(3..=5);
    assert_eq!(member.end().unwrap().handled, 5);
    assert_eq!(seen.all(), [1, 2, 2, 2, 3, 4, 5]);
}

pub(in crate::conformance) fn failures_can_be_acknowledged(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _well) = bench.see();
    let _failing = bench.receive(|parcel, _| match parcel.number {
        1 => Err(ReceiverError::new("never")),
        _ => Ok(()),
    });
    bench.post([1, 2]);
    let set_up =
        bench.member("a", |consumer| consumer.on_error(OnError::Acknowledge).max_attempts(2).count(2));
    let report = set_up.end().unwrap();
    assert_eq!((report.handled, report.given_up, report.dead_lettered), (1, 1, 0));
    assert_eq!(seen.all(), [1, 2]);
    assert!(bench.pending().is_empty() && bench.dead_letters().is_empty());
}

pub(in crate::conformance) fn a_failure_can_stop_the_consumer(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let repaired = Arc::new(AtomicBool::new(false));
    let is_repaired = Arc::clone(&repaired);
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |parcel, _| {
        theirs.push(parcel.number);
        let is_well = parcel.number != 2 || is_repaired.load(Ordering::SeqCst);
        if is_well { Ok(()) } else { Err(ReceiverError::new("the scales are broken")) }
    });
    let ids = bench.post(1..=3);
    let start = || bench.member("a", |consumer| consumer.on_error(OnError::Stop).max_attempts(2));
    let error = start().end().expect_err("it should stop");
    assert!(matches!(&error, ConsumeError::StoppedOnError { entry, .. } if *entry == ids[1]), "{error}");
    assert!(error.to_string().contains("the scales are broken"), "{error}");
    assert_eq!(error.exit_code(), 5);
    assert_eq!(bench.pending().len(), 2, "what failed and what comes after it are not acknowledged");
    // However often it is started: the message is tried each time, so that one that was seen to is handled.
    for _ in 0..3 {
        let before = seen.count(&2);
        assert!(start().end().is_err());
        assert_eq!(seen.count(&2), before + 1);
    }
    repaired.store(true, Ordering::SeqCst);
    let member = start();
    bench.wait_until_acknowledged();
    assert_eq!(member.stop_well().handled, 2);
    assert_eq!((seen.count(&1), seen.count(&3)), (1, 1));
    assert!(bench.dead_letters().is_empty());
}
