//! Many events: few in a normal run, or `FAULTS_EVENTS`.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    ledger::{Ledger, report},
    process::lines,
    scenario::{Scenario, events, eventually, patience, wait},
};

#[test]
fn three_members_survive_a_kill_every_second() {
    let scenario = Scenario::new();
    let each = events(6000) / 2;
    let begun = Instant::now();
    let mut producers = [0, 0].map(|_| scenario.producer(&json!({"count": each, "keys": 50})));
    let options = json!({"work_micros": 100, "claim_millis": 1500, "receiver_millis": 1000});
    let names = ["ann", "bob", "eve"];
    let mut consumers = names.map(|name| scenario.consumer(name, &options));
    let mut numbers = [0, 1, 2];
    let mut killed = BTreeSet::new();
    let every = if events(0) == 0 { 200 } else { 1000 };
    let deadline = Instant::now() + patience();
    for turn in (0..names.len()).cycle() {
        wait(every);
        let is_over = producers.iter_mut().all(|producer| producer.has_ended().is_some());
        if is_over && killed.len() >= 3 && Ledger::of(&scenario).missing().is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "{}", Ledger::of(&scenario).summary());
        consumers[turn].kill();
        killed.insert(numbers[turn]);
        numbers[turn] = scenario.processes.consumers();
        consumers[turn] = scenario.consumer(names[turn], &options);
    }
    scenario.until_done();
    let took = begun.elapsed();
    for worker in producers.iter_mut().chain(&mut consumers) {
        assert!(worker.stop().success(), "{}", worker.log());
    }
    let ledger = Ledger::of(&scenario);
    report(
        "three members, one killed every second",
        &format!("{} killed in {took:.1?}: {}", killed.len(), ledger.summary()),
    );
    ledger.check(usize::try_from(2 * each).unwrap());
    ledger.check_duplicates(&killed, 100);
    assert!(ledger.dead.is_empty(), "{:?}", ledger.dead);
}

#[test]
fn one_consumer_keeps_the_order_of_the_stream() {
    let scenario = Scenario::new();
    let each = events(3000) / 2;
    let mut producers = [0, 0].map(|_| scenario.producer(&json!({"count": each})));
    let mut killed = BTreeSet::new();
    for process in 0..4 {
        let mut consumer = scenario.consumer("ann", &json!({}));
        wait(300);
        consumer.kill();
        killed.insert(process);
    }
    let mut consumer = scenario.consumer("ann", &json!({}));
    for producer in &mut producers {
        assert!(producer.end().success());
    }
    scenario.until_done();
    assert!(consumer.stop().success());
    let ledger = Ledger::of(&scenario);
    report("one consumer, killed 4 times", &ledger.summary());
    ledger.check(usize::try_from(2 * each).unwrap());
    ledger.check_order();
    ledger.check_duplicates(&killed, 100);
}

#[test]
fn items_with_the_same_key_are_handled_one_at_a_time() {
    let scenario = Scenario::new();
    let count = events(10_000).min(20_000);
    let mut producer =
        scenario.producer(&json!({"count": count, "keys": 20, "tasks": ["", "", "", "", "", "", "fail 1"]}));
    let options = json!({"concurrency": 8, "work_micros": 200});
    let mut killed = scenario.consumer("ann", &options);
    wait(600);
    killed.kill();
    let mut consumer = scenario.consumer("ann", &options);
    assert!(producer.end().success());
    scenario.until_done();
    assert!(consumer.stop().success());
    let ledger = Ledger::of(&scenario);
    report("eight lanes", &ledger.summary());
    ledger.check(usize::try_from(count).unwrap());
    ledger.check_duplicates(&BTreeSet::from([0]), 100);
    for key in 0..20 {
        let mut seen = BTreeSet::new();
        let of_key = ledger.handled.iter().flatten().filter(|(_, number)| number % 20 == key);
        let first: Vec<_> = of_key.filter(|id| seen.insert(**id)).collect();
        assert!(first.is_sorted(), "the items of key {key} keep their order");
    }
}

#[test]
fn memory_does_not_grow_with_the_events() {
    // Compares the memory after a tenth of the events with the memory at the end. With few events, one-time allocations and
    // the queue of background delivery (10000 messages of 1 kB or more) still grow.
    let count = std::env::var("SOAK_EVENTS").map_or(20_000, |text| text.parse::<u64>().unwrap());
    let is_small = count < 1_000_000;
    for (delivery, queue) in [("wait", 0), ("background", 16 * 1024)] {
        let mut scenario = Scenario::new();
        scenario.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!(delivery);
        let sizes = |name: &str| scenario.processes.folder.join(name);
        let (producer_sizes, consumer_sizes) = (sizes("producer"), sizes("consumer"));
        let every = count / 10;
        let mut consumer = scenario
            .consumer("ann", &json!({"sizes": consumer_sizes, "sizes_every": every, "concurrency": 2}));
        let mut producer = scenario.producer(&json!({"count": count, "keys": 1000, "sizes": producer_sizes, "sizes_every": every, "pause_micros": 0}));
        let begun = Instant::now();
        while producer.has_ended().is_none() {
            wait(50);
            assert!(begun.elapsed() < Duration::from_secs(60 + count / 500));
        }
        eventually("all sizes are recorded", || lines(&consumer_sizes).len() >= 9);
        scenario.until_done();
        assert!(consumer.stop().success());
        for (what, file, once) in
            [("producer", &producer_sizes, 1024 + queue), ("consumer", &consumer_sizes, 1024)]
        {
            let sizes = read(file);
            let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
            report("memory", &format!("{what}, {delivery}: kB at each tenth of {count} events: {sizes:?}"));
            let allowed = first * 5 / 100 + if is_small { once } else { 0 };
            assert!(last <= first + allowed, "{what}, {delivery}: {sizes:?}");
        }
    }
}

fn read(file: &Path) -> Vec<u64> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| line.split_once(' ').unwrap().1.parse().unwrap()).collect()
}
