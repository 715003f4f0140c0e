//! Consumers at rest stop within a second, whatever the server does meanwhile.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{ConsumeError, Consumer, Report, Stop, run_all};

use super::support::{GROUP, TOPIC, World, eventually};

/// Consumers of one process that have read everything, and wait for a minute.
struct Idle {
    stop: Stop,
    ended: Receiver<Result<Report, ConsumeError>>,
}

impl Idle {
    fn start(world: &World, members: usize) -> Self {
        let idle = Self::run(world, members);
        eventually("all of them wait", || {
            let list: String = world.ask(&["CLIENT", "LIST"]);
            list.lines().filter(|line| line.contains(" cmd=xreadgroup ")).count() == members
        });
        // A wait may be a short one, and another comes after it.
        thread::sleep(Duration::from_millis(100));
        idle
    }

    fn run(world: &World, members: usize) -> Self {
        let consumers: Vec<_> = (0..members)
            .map(|member| {
                let bus = Arc::new(world.bus());
                Consumer::of(bus, TOPIC, GROUP, format!("member-{member}")).print(|_, _| ())
            })
            .collect();
        let (stop, (sender, ended)) = (Stop::new(), channel());
        let theirs = stop.clone();
        thread::spawn(move || sender.send(run_all(&consumers, &theirs)));
        Self { stop, ended }
    }

    fn stop(self) {
        let begun = Instant::now();
        self.stop.stop();
        let report = self.ended.recv_timeout(Duration::from_secs(20)).expect("an end").expect("a good end");
        assert_eq!(report, Report::default());
        // The rest is for a busy machine.
        assert!(begun.elapsed() < Duration::from_millis(1800), "{:?}", begun.elapsed());
    }
}

#[test]
fn beside_a_server_that_can_wake_them() {
    Idle::start(&World::new(), 3).stop();
}

#[test]
fn beside_a_server_that_forbids_waking() {
    let world = World::new();
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-client|unblock"]);
    Idle::start(&world, 2).stop();
}

#[test]
fn beside_a_server_that_forbids_waking_later() {
    let world = World::new();
    let idle = Idle::start(&world, 2);
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-client|unblock"]);
    idle.stop();
}

#[test]
fn beside_a_server_that_takes_no_other_connection() {
    let world = World::new();
    let idle = Idle::start(&world, 2);
    let _: () = world.ask(&["CONFIG", "SET", "maxclients", "1"]);
    idle.stop();
}

#[test]
fn beside_a_server_that_stands_still() {
    let world = World::new();
    let idle = Idle::start(&world, 3);
    world.server.pause();
    idle.stop();
    world.server.resume();
}

#[test]
fn while_they_log_in_to_a_server_that_stands_still() {
    let world = World::new();
    world.server.pause();
    let starting = Idle::run(&world, 2);
    thread::sleep(Duration::from_millis(300));
    starting.stop();
    world.server.resume();
}
