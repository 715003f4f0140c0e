//! When a batch is complete.

use std::{thread, time::Instant};

use super::world::{Calls, MILLIS, World, wait};

#[test]
fn batches_are_full_if_there_are_enough_events() {
    let (world, calls) = (World::new("full"), Calls::of("full", |_| Ok(())));
    world.store(0..10_000);
    assert_eq!(world.handle(10_000, |consumer| consumer).handled, 10_000);
    assert_eq!(calls.sizes(), [100; 100]);
    assert_eq!(calls.all().concat(), (0..10_000).collect::<Vec<_>>(), "in the order of the topic");
    assert_eq!(world.open(), (0, 0));
}

#[test]
fn a_fixed_cost_of_a_call_is_shared() {
    let world = World::new("cost");
    let calls = Calls::of("cost", |_| {
        thread::sleep(MILLIS(10));
        Ok(())
    });
    world.store(0..2000);
    let began = Instant::now();
    world.handle(2000, |consumer| consumer);
    assert_eq!(calls.sizes().len(), 20);
    assert!(began.elapsed() < MILLIS(10) * 2000 / 4, "one by one takes 20 s");
}

#[test]
fn the_time_of_the_first_event_ends_a_batch_without_another_event() {
    let (world, calls) = (World::new("timer"), Calls::of("timer", |_| Ok(())));
    world.post(0..3);
    let running = world.start(|consumer| consumer);
    wait("the batch is acknowledged", || world.open() == (0, 0));
    assert_eq!(calls.all(), [[0, 1, 2]]);
    assert_eq!(running.stop().handled, 3);
}

#[test]
fn a_stop_passes_on_what_was_collected() {
    let (world, calls) = (World::new("stop"), Calls::of("stop", |_| Ok(())));
    world.store(0..7);
    let running = world.start(|consumer| consumer);
    wait("the parcels are read", || world.open() == (7, 0));
    thread::sleep(MILLIS(60));
    assert!(calls.all().is_empty(), "they wait for others");
    assert_eq!(running.stop().handled, 7);
    assert_eq!((calls.sizes(), world.open()), (vec![7], (0, 0)));
}

#[test]
fn a_batch_does_not_wait_for_events_that_do_not_come() {
    let (world, calls) = (World::new("no more"), Calls::of("no more", |_| Ok(())));
    world.store(0..130);
    assert_eq!(world.handle(130, |consumer| consumer).handled, 130);
    assert_eq!(calls.sizes(), [100, 30], "the consumer ends after 130 messages");
    world.store(0..50);
    assert_eq!(world.handle(50, |consumer| consumer.read_at_once(10)).handled, 50);
    assert_eq!(calls.sizes()[2..], [20, 20, 10], "a consumer may hold at most 20 messages");
    world.store(0..30);
    let report = world.handle(30, |consumer| consumer.read_bytes(1));
    assert_eq!(
        (report.handled, calls.sizes()[5..].iter().sum::<usize>()),
        (30, 30),
        "a consumer may hold only a few bytes"
    );
}

#[test]
fn a_message_is_acknowledged_after_all_its_receivers() {
    let world = World::new("several");
    let (batches, async_batches, singles) = (Calls::default(), Calls::default(), Calls::default());
    let records = [batches.clone(), async_batches.clone(), singles.clone()];
    let mut has_failed = false;
    super::receive("several", move |receiver, parcels| {
        let numbers: Vec<i32> = parcels.iter().map(|(number, _)| *number).collect();
        let fails = receiver == "one_by_one" && numbers == [5] && !has_failed;
        has_failed |= fails;
        let index =
            ["in_batches", "in_async_batches", "one_by_one"].iter().position(|one| *one == receiver).unwrap();
        records[index].push(numbers);
        if fails { Err("no ink".into()) } else { Ok(()) }
    });
    world.sort(0..18);
    let running = world.start(|consumer| consumer);
    wait("all batches of ten are handled", || batches.sizes().contains(&10));
    wait("the parcels of complete batches are acknowledged", || world.open().0 < 18);
    let report = running.stop();
    assert_eq!((report.handled, report.failed_attempts, world.open()), (18, 1, (0, 0)));
    for calls in [&batches, &async_batches] {
        assert_eq!(calls.all().concat(), (0..18).collect::<Vec<_>>(), "{:?}", calls.all());
        assert!(calls.all().contains(&vec![5]), "parcel 5 failed in another receiver, and is alone");
    }
    assert_eq!(singles.all().concat(), (0..=5).chain(5..18).collect::<Vec<_>>());
}
