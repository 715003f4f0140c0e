//! Batches on Redis.

use std::{
    process::{Command, Stdio},
    sync::Arc,
};

use openedx_events::{
    BatchError, ReceiverError,
    event_bus::{RedisBus, RedisOptions},
};
use openedx_events_tests::redis_server::RedisServer;

use super::{
    mixed,
    world::{Calls, GROUP, TOPIC, World, wait},
};

fn world(server: &RedisServer, test: &'static str) -> World {
    let bus = RedisBus::new(RedisOptions::new(server.url().parse().unwrap())).unwrap();
    World { test, bus: Arc::new(bus) }
}

#[test]
fn batches_are_full_while_the_consumer_reads_ahead() {
    let server = RedisServer::start();
    let (world, calls) = (world(&server, "redis"), Calls::of("redis", |_| Ok(())));
    world.store(0..2000);
    assert_eq!(world.handle(2000, |consumer| consumer).handled, 2000);
    assert_eq!(calls.sizes(), [100; 20]);
    assert_eq!(calls.all().concat(), (0..2000).collect::<Vec<_>>());
    assert_eq!(world.open(), (0, 0));
}

#[test]
fn what_a_killed_process_had_collected_comes_again_in_batches() {
    let server = RedisServer::start();
    let world = world(&server, "killed");
    world.store(0..70);
    for _ in 0..2 {
        let worker = env!("CARGO_BIN_EXE_batch_worker");
        let mut command = Command::new(worker);
        let mut process = command.args([&server.url(), TOPIC, GROUP]).stderr(Stdio::piped()).spawn().unwrap();
        wait("the worker has read all", || world.open() == (70, 0));
        std::thread::sleep(std::time::Duration::from_millis(100));
        // SIGKILL, before the batch is complete.
        process.kill().unwrap();
        let printed = process.wait_with_output().unwrap().stderr;
        assert_eq!(String::from_utf8_lossy(&printed), "", "nothing was passed on");
    }
    let attempts = world.bus.operations().unwrap().pending(TOPIC, GROUP, None, 100).unwrap();
    assert!(attempts.iter().all(|pending| pending.attempts == 0), "{attempts:?}");
    world.store(70..100);
    let calls = Calls::of("killed", |_| Ok(()));
    assert_eq!(world.handle(100, |consumer| consumer).handled, 100);
    assert_eq!(calls.all(), [(0..100).collect::<Vec<_>>()], "one batch, in the order of the topic");
}

#[test]
fn attempts_of_a_batch_that_comes_again_are_stored_before_its_call() {
    let server = RedisServer::start();
    let world = world(&server, "stored");
    world.store(0..20);
    // A member receives all entries, and dies.
    let subscription = {
        let mut subscription = openedx_events::event_bus::Subscription::new(TOPIC, GROUP, "a");
        subscription.start = openedx_events::event_bus::Start::Backlog;
        subscription
    };
    let mut member = world.bus.consumer(&subscription).unwrap();
    assert_eq!(member.poll(&[], 20, std::time::Duration::ZERO).unwrap().entries.len(), 20);
    drop(member);
    let seen = Calls::default();
    let (records, bus) = (seen.clone(), Arc::clone(&world.bus));
    let calls = Calls::of("stored", move |_| {
        let pending = bus.operations().unwrap().pending(TOPIC, GROUP, None, 100).unwrap();
        records.push(pending.iter().map(|one| i32::try_from(one.attempts).unwrap()).collect());
        Ok(())
    });
    assert_eq!(world.handle(20, |consumer| consumer).handled, 20);
    assert_eq!((calls.sizes(), seen.all()), (vec![20], vec![vec![1; 20]]));
}

#[test]
fn parcels_to_one_addressee_keep_their_order_after_a_restart() {
    let server = RedisServer::start();
    for (test, is_unavailable) in [("away", true), ("one-fails", false)] {
        let world = world(&server, test);
        world.store_for((0..450).map(|number| (number, "ada".to_owned())));
        // A member receives some entries, and dies.
        let mut subscription = openedx_events::event_bus::Subscription::new(TOPIC, GROUP, "a");
        subscription.start = openedx_events::event_bus::Start::Backlog;
        let mut member = world.bus.consumer(&subscription).unwrap();
        assert_eq!(member.poll(&[], 350, std::time::Duration::ZERO).unwrap().entries.len(), 350);
        drop(member);
        let mut fails = true;
        let calls = Calls::of(test, move |_| {
            let failed = std::mem::take(&mut fails);
            match (failed, is_unavailable) {
                (true, true) => Err(ReceiverError::unavailable("503").into()),
                (true, false) => Err(BatchError::some([(0, "no")])),
                (false, _) => Ok(()),
            }
        });
        assert_eq!(world.handle(450, |consumer| consumer).handled, 450);
        let rest: Vec<_> = calls.all()[1..].concat();
        let open = if is_unavailable { 0..450 } else { 100..450 };
        let expected: Vec<i32> = [0].into_iter().chain(open.skip_while(|number| *number == 0)).collect();
        assert_eq!(rest, expected, "{test}: {:?}", calls.sizes());
    }
}

#[test]
fn a_pause_for_one_receiver_keeps_the_order_of_others() {
    let server = RedisServer::start();
    mixed::batches_keep_their_order_while_another_receiver_is_away(&world(&server, "redis, one away"));
    let server = RedisServer::start();
    mixed::a_batch_receiver_that_is_away_is_tried_alone(&world(&server, "redis, a batch away"));
}
