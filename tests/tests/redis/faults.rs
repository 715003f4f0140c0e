//! Servers that die, restart or stop responding.

use std::{
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{Cursor, EventBus};
use openedx_events_tests::redis_server::Setup;

use super::support::{TOPIC, World, eventually, ids, message, numbers, poll, send};

#[test]
fn a_restart_between_two_sends_is_invisible() {
    let mut world = World::with(Setup::new().persistent());
    let producer = world.producer();
    send(&*producer, 0).unwrap();
    world.server.restart();
    send(&*producer, 1).unwrap();
    assert_eq!(world.ask::<u64>(&["XLEN", TOPIC]), 2);
}

#[test]
fn a_send_waits_for_a_restarting_server() {
    let mut world = World::with(Setup::new().persistent());
    let producer = world.producer();
    send(&*producer, 0).unwrap();
    world.server.kill();
    thread::scope(|scope| {
        let sent = scope.spawn(|| send(&*producer, 1));
        thread::sleep(Duration::from_millis(300));
        world.server.restart();
        sent.join().unwrap().unwrap();
    });
    assert_eq!(numbers(&poll(&mut *world.consumer("a"), &[], 10)), [0, 1]);
}

#[test]
fn a_restart_without_persistence_starts_over() {
    let mut world = World::new();
    world.produce(0..5);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 5);
    poll(&mut *consumer, &ids(&read), 0);
    world.server.restart();
    assert!(consumer.poll(&[], 10, Duration::ZERO).unwrap_err().is_transient());
    let sent = world.produce(5..8);
    let polled = poll(&mut *consumer, &[], 10);
    assert_eq!(ids(&polled), sent);
    assert!(
        polled.notes.iter().any(|note| note.contains("was lost, and is re-created")),
        "{:?}",
        polled.notes
    );
    assert!(polled.lost.is_empty());
}

#[test]
fn a_paused_server_delays_callers_only_until_their_timeout() {
    let mut world = World::new();
    world.options.socket_timeout = Duration::from_millis(400);
    let producer = world.producer();
    send(&*producer, 0).unwrap();
    let mut consumer = world.consumer("a");
    assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [0]);
    world.server.pause();

    // The first attempt uses an idle connection, and the others open new ones. The fastest counts, because the machine may be busy.
    let attempt = |_| {
        let begun = Instant::now();
        let envelope = super::support::envelope(message(1));
        let error = producer.send(&[envelope], begun + Duration::from_millis(200)).remove(0).unwrap_err();
        assert!(error.is_transient() && begun.elapsed() < Duration::from_secs(2), "{error}");
        begun.elapsed()
    };
    let elapsed = (0..4).map(attempt).min().unwrap();
    assert!(elapsed < Duration::from_millis(235), "{elapsed:?}");

    let begun = Instant::now();
    let error = consumer.poll(&[], 10, Duration::from_millis(300)).unwrap_err();
    assert!(
        error.is_transient() && begun.elapsed() < Duration::from_secs(2),
        "{:?}: {error}",
        begun.elapsed()
    );
    let begun = Instant::now();
    assert!(
        world.bus().operations().unwrap().read(TOPIC, &Cursor::new("0-0"), 1).unwrap_err().is_transient()
    );
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());

    world.server.resume();
    send(&*producer, 2).unwrap();
    let mut seen = Vec::new();
    eventually("consuming continues", || {
        if let Ok(polled) = consumer.poll(&[], 10, Duration::from_millis(100)) {
            seen.extend(numbers(&polled));
        }
        seen.contains(&2)
    });
}

#[test]
fn a_server_paused_during_a_wait_is_detected() {
    let mut world = World::new();
    world.options.socket_timeout = Duration::from_millis(400);
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 1);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            world.server.pause();
        });
        let begun = Instant::now();
        assert!(consumer.poll(&[], 1, Duration::from_secs(1)).unwrap_err().is_transient());
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    });
}

#[test]
fn writing_to_a_replica_is_a_transient_error() {
    let world = World::new();
    world.produce(0..1);
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 1);
    let _: () = world.ask(&["REPLICAOF", "127.0.0.1", "1"]);
    let sent = message(1);
    let envelope = super::support::envelope(sent.clone());
    let producer = world.producer();
    let error =
        producer.send(&[envelope], Instant::now() + Duration::from_millis(300)).remove(0).unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("READONLY"), "{error}");
    let error = consumer.poll(&[], 1, Duration::ZERO).unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("READONLY"), "{error}");
    thread::scope(|scope| {
        let sent = scope.spawn(|| send(&*producer, 2));
        thread::sleep(Duration::from_millis(200));
        let _: () = world.ask(&["REPLICAOF", "NO", "ONE"]);
        sent.join().unwrap().unwrap();
    });
    assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [2]);
}
