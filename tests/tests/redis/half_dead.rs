//! Connections that are dead only on the client's side, and members whose machine died: the server still sends entries to them.

use std::{
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{EventBus, EventBusConsumer, RedisBus, RedisOptions};

use super::{
    between::Between,
    support::{World, eventually, ids, number, poll},
};

/// Polls until the member has received `count` entries.
fn receive(consumer: &mut dyn EventBusConsumer, count: usize) -> Vec<u32> {
    let (mut all, mut done) = (Vec::new(), Vec::new());
    let deadline = Instant::now() + Duration::from_secs(20);
    while all.len() < count && Instant::now() < deadline {
        let polled = consumer.poll(&done, 10, Duration::from_millis(200)).unwrap();
        all.extend(polled.entries.iter().map(number));
        done = ids(&polled);
    }
    poll(consumer, &done, 0);
    all
}

/// Waits in the server until the client's side of the connection breaks.
fn wait_until_broken(world: &World, between: &Between, consumer: &mut dyn EventBusConsumer) {
    thread::scope(|scope| {
        let waiting = scope.spawn(|| consumer.poll(&[], 10, Duration::from_secs(20)));
        eventually("the member waits", || {
            world.ask::<String>(&["CLIENT", "LIST"]).lines().any(|line| line.contains(" flags=b "))
        });
        between.break_clients();
        assert!(waiting.join().unwrap().unwrap_err().is_transient());
    });
}

#[test]
fn an_old_connection_of_this_process_takes_no_entries() {
    for forbidden in ["+@all", "-client|kill", "-client"] {
        let world = World::new();
        let _: () = world.ask(&["ACL", "SETUSER", "worker", "on", "nopass", "~*", "+@all", forbidden]);
        let between = Between::start(&world, "nothing", || ());
        let url = format!("redis://worker:any@127.0.0.1:{}", between.port).parse().unwrap();
        let bus = RedisBus::new(RedisOptions::new(url)).unwrap();
        let mut consumer = bus.consumer(&super::support::backlog("a")).unwrap();
        poll(&mut *consumer, &[], 10);
        wait_until_broken(&world, &between, &mut *consumer);
        let begun = Instant::now();
        if forbidden == "-client" {
            // In this case the member has to wait until the server ends the old read. Until then, it reads nothing.
            consumer.poll(&[], 10, Duration::from_secs(1)).unwrap();
        } else {
            poll(&mut *consumer, &[], 10);
        }
        assert!(begun.elapsed() < Duration::from_secs(3), "{forbidden}");
        world.produce(0..6);
        assert_eq!(receive(&mut *consumer, 6), [0, 1, 2, 3, 4, 5], "{forbidden}");
    }
}

#[test]
fn entries_that_a_dead_machine_received_come_before_new_ones() {
    let world = World::new();
    let between = Between::start(&world, "nothing", || ());
    let mut dead = between.consumer("a");
    poll(&mut *dead, &[], 10);
    wait_until_broken(&world, &between, &mut *dead);
    drop(dead);
    // The read of the dead member takes the first entry.
    world.produce(0..3);
    let mut consumer = world.consumer("a");
    assert_eq!(receive(&mut *consumer, 3), [0, 1, 2]);
    assert!(!world.ask::<String>(&["CLIENT", "LIST"]).contains(" flags=b "));
    assert_eq!(world.pending(), 0);
}

#[test]
fn a_waiting_member_is_not_mistaken_for_a_dead_one() {
    let world = World::new();
    let mut first = world.consumer("a");
    let mut second = world.bus().consumer(&super::support::backlog("a")).unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(3) {
                first.poll(&[], 10, Duration::from_secs(6)).unwrap();
            }
        });
        eventually("the first one waits", || {
            world.ask::<String>(&["CLIENT", "LIST"]).lines().any(|line| line.contains(" flags=b "))
        });
        let begun = Instant::now();
        second.poll(&[], 10, Duration::from_millis(500)).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(2));
        thread::sleep(Duration::from_secs(3));
        world.produce(0..2);
        waiting.join().unwrap();
    });
}
