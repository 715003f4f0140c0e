//! Idle consumers stop within a second, even if the server does not respond.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::event_bus::{ConsumeError, Consumer, LaneUse, Report, Stop, run_all};

use super::support::{GROUP, TOPIC, World, eventually};

/// Consumers that have read everything and wait.
struct Idle {
    stop: Stop,
    ended: Receiver<Result<Report, ConsumeError>>,
}

impl Idle {
    fn start(world: &World, members: usize) -> Self {
        let idle = Self::run(world, members);
        eventually("all of them are waiting", || {
            let list: String = world.ask(&["CLIENT", "LIST"]);
            list.lines().filter(|line| line.contains(" cmd=xreadgroup ")).count() == members
        });
        // A short wait may be followed by another.
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
        let stopper = stop.clone();
        thread::spawn(move || drop(sender.send(run_all(&consumers, &stopper))));
        Self { stop, ended }
    }

    fn stop(self) {
        let begun = Instant::now();
        self.stop.stop();
        let mut report = self
            .ended
            .recv_timeout(Duration::from_secs(20))
            .expect("it ends")
            .expect("it ends without an error");
        report.lanes = LaneUse::default();
        assert_eq!(report, Report::default());
        // More than a second, for busy machines.
        assert!(begun.elapsed() < Duration::from_millis(1800), "{:?}", begun.elapsed());
    }
}

#[test]
fn with_a_server_that_can_wake_them() {
    Idle::start(&World::new(), 3).stop();
}

#[test]
fn with_a_server_that_forbids_waking() {
    let world = World::new();
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-client|unblock"]);
    Idle::start(&world, 2).stop();
}

#[test]
fn with_a_server_that_starts_to_forbid_waking() {
    let world = World::new();
    let idle = Idle::start(&world, 2);
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-client|unblock"]);
    idle.stop();
}

#[test]
fn with_a_server_that_accepts_no_other_connection() {
    let world = World::new();
    let idle = Idle::start(&world, 2);
    let _: () = world.ask(&["CONFIG", "SET", "maxclients", "1"]);
    idle.stop();
}

#[test]
fn with_a_paused_server() {
    let world = World::new();
    let idle = Idle::start(&world, 3);
    world.server.pause();
    idle.stop();
    world.server.resume();
}

#[test]
fn while_connecting_to_a_paused_server() {
    let world = World::new();
    world.server.pause();
    let starting = Idle::run(&world, 2);
    thread::sleep(Duration::from_millis(300));
    starting.stop();
    world.server.resume();
}
