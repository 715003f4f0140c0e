//! Signals interrupt calls on sockets. A connection survives them.

use serde_json::json;

use super::{
    ledger::{Ledger, report},
    scenario::{Scenario, TOPIC, eventually, wait},
};

#[test]
fn a_producer_that_is_paused_again_and_again_sends_each_item_once() {
    let scenario = Scenario::new();
    let mut producer = scenario.producer(&json!({"pause_micros": 50}));
    eventually("the producer is connected", || producer.lines() > 0);
    for _ in 0..60 {
        producer.pause();
        wait(5);
    }
    assert!(producer.stop().success(), "{}", producer.log());
    let sent: u64 = scenario.ask(&["XLEN", TOPIC]);
    assert_eq!(sent, producer.lines() as u64, "{}", producer.log());
}

#[test]
fn an_idle_consumer_survives_pauses() {
    let mut scenario = Scenario::new();
    scenario.settings["EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT"] = json!(1);
    let mut consumer = scenario.consumer("ann", &json!({}));
    eventually("the consumer waits", || {
        scenario.ask::<String>(&["CLIENT", "LIST"]).contains(" cmd=xreadgroup ")
    });
    for _ in 0..5 {
        wait(50);
        consumer.pause();
    }
    let mut producer = scenario.producer(&json!({"count": 10}));
    assert!(producer.end().success());
    scenario.until_done();
    assert!(consumer.stop().success(), "{}", consumer.log());
    let ledger = Ledger::of(&scenario);
    report("paused while idle", &ledger.summary());
    ledger.check(10);
    assert!(!consumer.log().contains("could not be read"), "{}", consumer.log());
}
