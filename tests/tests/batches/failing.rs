//! What happens if a batch fails.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use openedx_events::{BatchError, ReceiverError};

use super::world::{Calls, MILLIS, World, wait};

#[test]
fn poison_is_found_and_alone_is_tried_again() {
    for position in 0..100 {
        let world = World::new("poison");
        let calls =
            Calls::of(
                "poison",
                move |numbers| {
                    if numbers.contains(&position) { Err("poison".into()) } else { Ok(()) }
                },
            );
        world.store(0..100);
        let report = world.handle(100, |consumer| consumer.max_attempts(3));
        assert_eq!((report.handled, report.dead_lettered), (99, 1), "{position}");
        let sizes = calls.sizes();
        let alone = calls.all().iter().filter(|numbers| **numbers == [position]).count();
        assert_eq!((sizes[0], alone), (100, 3), "{position}: {sizes:?}");
        // The first call, two for each halving, and two more attempts at the poison.
        assert!(sizes.len() <= 1 + 14 + 2, "{position}: {sizes:?}");
        let successes = calls.all().into_iter().filter(|numbers| !numbers.contains(&position));
        assert_eq!(
            successes.map(|numbers| numbers.len()).sum::<usize>(),
            99,
            "each of the other parcels once"
        );
        assert_eq!((world.dead_letters(), world.open()), (1, (0, 0)));
    }
}

#[test]
fn listed_positions_are_tried_again_alone_and_in_order() {
    let world = World::new("listed");
    let mut is_first = true;
    let calls = Calls::of("listed", move |_| {
        let failed = std::mem::take(&mut is_first);
        if failed { Err(BatchError::some([(70, "no"), (30, "no")])) } else { Ok(()) }
    });
    world.store(0..150);
    let report = world.handle(150, |consumer| consumer);
    assert_eq!((report.handled, report.failed_attempts), (150, 2));
    assert_eq!(calls.sizes(), [100, 1, 1, 50], "nothing overtakes them");
    assert_eq!(calls.all()[1..3], [[30], [70]]);
}

#[test]
fn a_permanent_failure_is_a_dead_letter_at_once() {
    let world = World::new("permanent");
    let calls = Calls::of("permanent", |numbers| {
        let failed = numbers.iter().position(|number| *number == 4);
        Err(BatchError::some(failed.map(|position| (position, ReceiverError::permanent("no such course")))))
            .or_else(BatchError::into_result)
    });
    world.store(0..10);
    let report = world.handle(10, |consumer| consumer);
    assert_eq!((report.handled, report.dead_lettered, calls.sizes().len()), (9, 1, 1));
}

#[test]
fn an_unavailable_receiver_pauses_the_consumer_and_costs_nothing() {
    let world = World::new("unavailable");
    let mut left = 3;
    let calls = Calls::of("unavailable", move |_| {
        left -= 1;
        if left >= 0 { Err(ReceiverError::unavailable("503").into()) } else { Ok(()) }
    });
    world.store(0..100);
    let report = world.handle(100, |consumer| consumer.max_attempts(1));
    assert_eq!((report.handled, report.pauses, report.failed_attempts), (100, 1, 0), "{report}");
    assert_eq!(calls.sizes(), [100, 1, 1, 1, 99], "one parcel is tried until it succeeds");
    assert_eq!(world.dead_letters(), 0);
}

#[test]
fn an_undeclared_outage_costs_a_few_parcels_and_calls() {
    let world = World::new("outage");
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    let calls = Calls::of("outage", move |_| {
        if down.load(Ordering::SeqCst) { Err("connection refused".into()) } else { Ok(()) }
    });
    world.post(0..300);
    let running = world.start(|consumer| consumer.max_attempts(2).pause_after(3));
    thread::sleep(MILLIS(300));
    let during = calls.sizes().len();
    assert!(during < 100, "{during} calls while the service was down");
    is_down.store(false, Ordering::SeqCst);
    wait("the parcels are handled", || world.open() == (0, 0));
    let report = running.stop();
    assert_eq!(report.dead_lettered, 2, "one less than `pause_after`");
    assert_eq!((report.handled, report.pauses, world.open()), (298, 1, (0, 0)));
}

#[test]
fn a_stop_during_a_pause_returns_what_was_collected() {
    let world = World::new("paused");
    let calls = Calls::of("paused", |_| Err(ReceiverError::unavailable("503").into()));
    world.store(0..150);
    let running = world.start(|consumer| consumer.pause_max(MILLIS(60_000)));
    wait("the receiver was called", || !calls.all().is_empty());
    thread::sleep(MILLIS(50));
    assert_eq!(running.stop().handled, 0);
    assert_eq!((calls.sizes(), world.open()), (vec![100], (150, 0)));
    let calls = Calls::of("paused", |_| Ok(()));
    assert_eq!(world.handle(150, |consumer| consumer).handled, 150);
    assert_eq!(calls.sizes(), [100, 50], "no attempt was counted, so none is alone");
}
