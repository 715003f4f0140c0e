//! Many events: few in a normal run, as many as `FAULTS_EVENTS` says otherwise.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    balance::{Balance, report},
    office::{Office, events, eventually, patience, wait},
    staff::lines,
};

#[test]
fn a_group_of_three_survives_that_one_is_killed_every_second() {
    let office = Office::new();
    let each = events(6000) / 2;
    let begun = Instant::now();
    let mut clerks = [0, 0].map(|_| office.clerk(&json!({"count": each, "accounts": 50})));
    let options = json!({"work_micros": 100, "claim_millis": 1500, "receiver_millis": 1000});
    let names = ["ann", "bob", "eve"];
    let mut auditors = names.map(|name| office.auditor(name, &options));
    let mut numbers = [0, 1, 2];
    let mut killed = BTreeSet::new();
    let every = if events(0) == 0 { 200 } else { 1000 };
    let deadline = Instant::now() + patience();
    for turn in (0..names.len()).cycle() {
        wait(every);
        let is_over = clerks.iter_mut().all(|clerk| clerk.has_ended().is_some());
        if is_over && killed.len() >= 3 && Balance::of(&office).missing().is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "{}", Balance::of(&office).summary());
        auditors[turn].kill();
        killed.insert(numbers[turn]);
        numbers[turn] = office.auditors.get() as usize;
        auditors[turn] = office.auditor(names[turn], &options);
    }
    office.until_done();
    let took = begun.elapsed();
    for worker in clerks.iter_mut().chain(&mut auditors) {
        assert!(worker.stop().success(), "{}", worker.said());
    }
    let balance = Balance::of(&office);
    report(
        "three, one killed every second",
        &format!("{} killed in {took:.1?}: {}", killed.len(), balance.summary()),
    );
    balance.check(usize::try_from(2 * each).unwrap());
    balance.check_duplicates(&killed, 100);
    assert!(balance.dead.is_empty(), "{:?}", balance.dead);
}

#[test]
fn one_auditor_keeps_the_order_of_the_stream() {
    let office = Office::new();
    let each = events(3000) / 2;
    let mut clerks = [0, 0].map(|_| office.clerk(&json!({"count": each})));
    let mut killed = BTreeSet::new();
    for process in 0..4 {
        let mut auditor = office.auditor("ann", &json!({}));
        wait(300);
        auditor.kill();
        killed.insert(process);
    }
    let mut auditor = office.auditor("ann", &json!({}));
    for clerk in &mut clerks {
        assert!(clerk.end().success());
    }
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    report("one auditor, killed 4 times", &balance.summary());
    balance.check(usize::try_from(2 * each).unwrap());
    balance.check_order();
    balance.check_duplicates(&killed, 100);
}

#[test]
fn no_account_is_in_two_hands_at_a_time() {
    let office = Office::new();
    let count = events(10_000).min(20_000);
    let mut clerk =
        office.clerk(&json!({"count": count, "accounts": 20, "tasks": ["", "", "", "", "", "", "fail 1"]}));
    let options = json!({"concurrency": 8, "work_micros": 200});
    let mut killed = office.auditor("ann", &options);
    wait(600);
    killed.kill();
    let mut auditor = office.auditor("ann", &options);
    assert!(clerk.end().success());
    office.until_done();
    assert!(auditor.stop().success());
    let balance = Balance::of(&office);
    report("eight lanes", &balance.summary());
    balance.check(usize::try_from(count).unwrap());
    balance.check_duplicates(&BTreeSet::from([0]), 100);
    for account in 0..20 {
        let mut seen = BTreeSet::new();
        let of_account = balance.handled.iter().flatten().filter(|(_, number)| number % 20 == account);
        let first: Vec<_> = of_account.filter(|id| seen.insert(**id)).collect();
        assert!(first.is_sorted(), "the entries of account {account} keep their order");
    }
}

#[test]
fn memory_does_not_grow_with_the_events() {
    // The sizes at a tenth of the events and at all of them. With few events, what a process needs once still comes, and
    // the queue of background delivery, 10000 messages of 1 kB and more, still fills.
    let count = std::env::var("SOAK_EVENTS").map_or(20_000, |text| text.parse::<u64>().unwrap());
    let is_small = count < 1_000_000;
    for (delivery, queue) in [("wait", 0), ("background", 16 * 1024)] {
        let mut office = Office::new();
        office.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!(delivery);
        let sizes = |name: &str| office.folder.join(name);
        let (produced, consumed) = (sizes("produced"), sizes("consumed"));
        let every = count / 10;
        let mut auditor =
            office.auditor("ann", &json!({"sizes": consumed, "sizes_every": every, "concurrency": 2}));
        let mut clerk = office.clerk(&json!({"count": count, "accounts": 1000, "sizes": produced, "sizes_every": every, "pause_micros": 0}));
        let begun = Instant::now();
        while clerk.has_ended().is_none() {
            wait(50);
            assert!(begun.elapsed() < Duration::from_secs(60 + count / 500));
        }
        eventually("all sizes are known", || lines(&consumed).len() >= 9);
        office.until_done();
        assert!(auditor.stop().success());
        for (what, file, once) in [("producer", &produced, 1024 + queue), ("consumer", &consumed, 1024)] {
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
