//! The server dies, stops responding, or loses connections.

use std::time::Duration;

use openedx_events_tests::redis_server::Setup;
use serde_json::json;

use super::{
    fault::now,
    ledger::{Ledger, report},
    process::Process,
    proxy::{Proxy, random},
    scenario::{Scenario, eventually, wait},
};

/// Starts two producers, one with background delivery, and two consumers.
pub(crate) fn start(scenario: &mut Scenario) -> (Vec<Process>, Vec<Process>) {
    let mut producers = vec![scenario.producer(&json!({"pause_micros": 200}))];
    let before = scenario.settings.clone();
    scenario.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!("background");
    producers.push(scenario.producer(&json!({"pause_micros": 500})));
    scenario.settings = before;
    let consumers = vec![scenario.consumer("ann", &json!({})), scenario.consumer("bob", &json!({}))];
    (producers, consumers)
}

/// Stops all processes after everything is handled.
pub(crate) fn finish(scenario: &Scenario, producers: &mut [Process], consumers: &mut [Process]) -> Ledger {
    for producer in producers {
        assert!(producer.stop().success(), "{}", producer.log());
    }
    scenario.until_done();
    for consumer in consumers {
        assert!(consumer.stop().success(), "{}", consumer.log());
    }
    Ledger::of(scenario)
}

#[test]
fn a_killed_server_with_persistence_loses_nothing() {
    let mut scenario = Scenario::with(Setup::new().persistent());
    let (mut producers, mut consumers) = start(&mut scenario);
    for _ in 0..4 {
        wait(300 + random() % 400);
        scenario.server.kill();
        wait(random() % 300);
        scenario.server.restart();
    }
    wait(300);
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    report("killed with appendonly", &ledger.summary());
    ledger.check(500);
}

#[test]
fn a_server_killed_while_a_backlog_is_consumed_loses_nothing() {
    let mut scenario = Scenario::with(Setup::new().persistent());
    let mut producer = scenario.producer(&json!({"count": 3000}));
    assert!(producer.end().success());
    let mut consumers = ["ann", "bob"].map(|name| scenario.consumer(name, &json!({"work_micros": 500})));
    for _ in 0..3 {
        wait(200);
        scenario.server.kill();
        scenario.server.restart();
    }
    let ledger = finish(&scenario, &mut [producer], &mut consumers);
    report("killed while consuming a backlog", &ledger.summary());
    ledger.check(3000);
}

#[test]
fn a_killed_server_without_persistence_loses_only_its_own_data() {
    let mut scenario = Scenario::new();
    // Background delivery does not know when an item was accepted, so these producers wait.
    let mut producers = [0, 0].map(|_| scenario.producer(&json!({"pause_micros": 200})));
    let mut consumers = ["ann", "bob"].map(|name| scenario.consumer(name, &json!({})));
    let mut kills = Vec::new();
    for _ in 0..3 {
        wait(400);
        scenario.server.kill();
        let killed = now();
        wait(random() % 200);
        kills.push((killed, producers.each_ref().map(Process::lines)));
        scenario.server.restart();
    }
    wait(400);
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    let missing = ledger.missing();
    report("killed without persistence", &format!("{}: the server lost the missing ones", ledger.summary()));
    // The missing items were accepted before the last kill. All later items must have been handled.
    let (last_kill, lines) = kills.pop().unwrap();
    for id in &missing {
        let producer = usize::try_from(id.0).unwrap();
        let was_sent = ledger.accepted[id];
        assert!(was_sent <= last_kill, "{id:?} was sent after the last restart of the server");
        let place = ledger.accepted.keys().filter(|other| other.0 == id.0 && *other < id).count();
        assert!(place < lines[producer], "{id:?} was not lost by the server");
    }
    let after = ledger.accepted.values().filter(|at| **at > last_kill).count();
    assert!(after > 100 && ledger.accepted.len() > 500, "{}", ledger.summary());
    // The consumers keep up, so few items are waiting when the server dies.
    assert!(missing.len() < ledger.accepted.len() / 2, "{}", ledger.summary());
}

#[test]
fn a_server_paused_longer_than_all_timeouts_loses_nothing() {
    let mut scenario = Scenario::new();
    scenario.url = format!("{}?socket_timeout=0.3", scenario.server.url());
    scenario.settings["EVENT_BUS_PRODUCER_TIMEOUT"] = json!(0.5);
    let (mut producers, mut consumers) = start(&mut scenario);
    for _ in 0..2 {
        wait(400);
        scenario.server.pause();
        wait(1500);
        scenario.server.resume();
    }
    wait(400);
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    report("paused", &ledger.summary());
    ledger.check(500);
}

#[test]
fn connections_cut_at_random_lose_nothing() {
    let mut scenario = Scenario::new();
    let proxy = Proxy::start(scenario.server.port(), 40_000);
    scenario.url = format!("redis://127.0.0.1:{}/?socket_timeout=1", proxy.port);
    let (mut producers, mut consumers) = start(&mut scenario);
    wait(4000);
    for producer in &mut producers {
        assert!(producer.stop().success(), "{}", producer.log());
    }
    eventually("there are cuts", || proxy.cuts() > 20);
    proxy.calm();
    let ledger = finish(&scenario, &mut [], &mut consumers);
    report("connections cut", &format!("{} times: {}", proxy.cuts(), ledger.summary()));
    ledger.check(200);
}

#[test]
fn consumers_reconnect_within_two_seconds() {
    let mut scenario = Scenario::with(Setup::new().persistent());
    let mut producer = scenario.producer(&json!({"count": 1}));
    assert!(producer.end().success());
    let mut consumer = scenario.consumer("ann", &json!({}));
    eventually("the first item is handled", || consumer.lines() == 1);
    scenario.server.kill();
    wait(3000);
    scenario.server.restart();
    let mut producer = scenario.producer(&json!({"count": 1}));
    assert!(producer.end().success());
    let begun = std::time::Instant::now();
    eventually("the second item is handled", || consumer.lines() == 2);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    finish(&scenario, &mut [], std::slice::from_mut(&mut consumer)).check(2);
}

#[test]
fn producers_consumers_and_the_server_are_killed_in_turn() {
    let mut scenario = Scenario::with(Setup::new().persistent());
    let names = ["ann", "bob"];
    let options = json!({"claim_millis": 1000, "receiver_millis": 500});
    let mut producer = scenario.producer(&json!({"pause_micros": 200}));
    let mut consumers = names.map(|name| scenario.consumer(name, &options));
    for turn in 0..6 {
        wait(150 + random() % 150);
        match turn % 3 {
            0 => {
                producer.kill();
                producer = scenario.producer(&json!({"pause_micros": 200}));
            }
            1 => {
                // The server and all consumers at once.
                scenario.server.kill();
                for (consumer, name) in consumers.iter_mut().zip(names) {
                    consumer.kill();
                    *consumer = scenario.consumer(name, &options);
                }
                wait(random() % 300);
                scenario.server.restart();
            }
            _ => {
                let which = usize::from(random().is_multiple_of(2));
                consumers[which].kill();
                consumers[which] = scenario.consumer(names[which], &options);
            }
        }
    }
    eventually("enough items are accepted", || Ledger::of(&scenario).accepted.len() >= 300);
    let ledger = finish(&scenario, &mut [producer], &mut consumers);
    report("all killed in turn", &ledger.summary());
    ledger.check(300);
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}
