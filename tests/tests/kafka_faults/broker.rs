//! Brokers die, stop responding, or give their partitions to others.

use std::{thread, time::Duration};

use openedx_events_tests::kafka_server::{KafkaServer, Setup};
use serde_json::json;

use super::{
    ledger::{Ledger, report},
    process::Process,
    scenario::{Scenario, eventually, merge, outage, wait},
};

/// Starts two producers, one with background delivery, and two consumers.
fn start(scenario: &mut Scenario) -> (Vec<Process>, Vec<Process>) {
    let mut producers = vec![scenario.producer(&json!({"pause_micros": 500}))];
    let before = scenario.settings.clone();
    merge(&mut scenario.settings, &json!({"EVENT_BUS_PRODUCER_DELIVERY": "background"}));
    producers.push(scenario.producer(&json!({"pause_micros": 1000})));
    scenario.settings = before;
    let consumers = ["ann", "bob"].map(|name| scenario.consumer(name, &json!({})));
    eventually("the members handle items", || consumers.iter().all(|consumer| consumer.lines() > 20));
    (producers, consumers.into())
}

/// Stops all processes after everything is handled.
fn finish(scenario: &Scenario, producers: &mut [Process], consumers: &mut [Process]) -> Ledger {
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
fn a_broker_killed_and_started_again_loses_nothing() {
    let Some(kafka) = KafkaServer::start() else { return };
    let mut scenario = Scenario::with(kafka);
    let (mut producers, mut consumers) = start(&mut scenario);
    for away in [Duration::from_millis(500), outage()] {
        wait(500);
        scenario.own_kafka().kill(0);
        thread::sleep(away);
        scenario.own_kafka().restart(0);
    }
    let before: usize = consumers.iter().map(Process::lines).sum();
    eventually("items are handled again", || {
        consumers.iter().map(Process::lines).sum::<usize>() > before + 100
    });
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    report("broker killed", &ledger.summary());
    ledger.check(200);
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}

#[test]
fn a_broker_paused_longer_than_all_timeouts_loses_nothing() {
    let Some(kafka) = KafkaServer::start() else { return };
    let mut scenario = Scenario::with(kafka);
    merge(&mut scenario.settings, &json!({"EVENT_BUS_PRODUCER_TIMEOUT": 1.0}));
    let (mut producers, mut consumers) = start(&mut scenario);
    wait(500);
    scenario.own_kafka().pause(0);
    wait(4000);
    scenario.own_kafka().resume(0);
    let before: usize = consumers.iter().map(Process::lines).sum();
    eventually("items are handled again", || {
        consumers.iter().map(Process::lines).sum::<usize>() > before + 100
    });
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    report("broker paused", &ledger.summary());
    ledger.check(300);
}

/// While the broker is away, a background producer keeps a bounded number of events, and then makes its caller wait.
#[test]
fn a_broker_away_holds_back_a_background_producer() {
    let Some(kafka) = KafkaServer::start() else { return };
    let mut scenario = Scenario::with(kafka);
    merge(
        &mut scenario.settings,
        &json!({
            "EVENT_BUS_PRODUCER_DELIVERY": "background",
            "EVENT_BUS_PRODUCER_TIMEOUT": 60 + outage().as_secs(),
        }),
    );
    let sizes = scenario.processes.folder.join("sizes");
    let mut producer = scenario.producer(&json!({"count": 60_000, "sizes": sizes, "sizes_every": 1000}));
    let sent = || super::process::lines(&sizes).len();
    eventually("items are sent", || sent() > 2);
    scenario.own_kafka().kill(0);
    // The queue fills up.
    let mut before = sent();
    wait(1000);
    eventually("the producer waits", || {
        wait(2000);
        let now = sent();
        std::mem::replace(&mut before, now) == now
    });
    thread::sleep(outage());
    let held = sent();
    assert_eq!(held, before, "it waits while the broker is away");
    assert!(held < 60, "the broker was killed too late");
    let resident = |line: &str| line.split_once(' ').unwrap().1.parse::<u64>().unwrap();
    let all = super::process::lines(&sizes);
    let grown = resident(all.last().unwrap()).saturating_sub(resident(&all[1]));
    scenario.own_kafka().restart(0);
    assert!(producer.end().success(), "{}", producer.log());
    let mut consumer = scenario.consumer("ann", &json!({"concurrency": 4}));
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("broker away", &format!("held after {held},000 events and {grown} kB: {}", ledger.summary()));
    ledger.check(60_000);
    assert!(grown < 100_000, "the memory grew by {grown} kB");
}

#[test]
fn leaders_that_move_lose_nothing() {
    let Some(kafka) = Setup::new().nodes(3).start() else { return };
    let mut scenario = Scenario::with(kafka);
    let (mut producers, mut consumers) = start(&mut scenario);
    for node in 0..3 {
        // One node after another, as in an upgrade; the last one dies.
        if node == 2 {
            scenario.own_kafka().kill(node);
        } else {
            scenario.own_kafka().stop(node);
        }
        wait(500);
        scenario.own_kafka().restart(node);
        wait(1500);
    }
    let before: usize = consumers.iter().map(Process::lines).sum();
    eventually("items are handled again", || {
        consumers.iter().map(Process::lines).sum::<usize>() > before + 100
    });
    let ledger = finish(&scenario, &mut producers, &mut consumers);
    report("moving leaders", &ledger.summary());
    ledger.check(200);
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}
