//! The server dies, stands still, or can only be reached by a way that breaks.

use std::time::Duration;

use openedx_events_tests::redis_server::Setup;
use serde_json::json;

use super::{
    balance::{Balance, report},
    books::now,
    office::{Office, eventually, wait},
    proxy::{Proxy, random},
    staff::Worker,
};

/// Two clerks, one of whom does not wait for the server, and two auditors.
pub(crate) fn staff(office: &mut Office) -> (Vec<Worker>, Vec<Worker>) {
    let mut clerks = vec![office.clerk(&json!({"pause_micros": 200}))];
    let before = office.settings.clone();
    office.settings["EVENT_BUS_PRODUCER_DELIVERY"] = json!("background");
    clerks.push(office.clerk(&json!({"pause_micros": 500})));
    office.settings = before;
    let auditors = vec![office.auditor("ann", &json!({})), office.auditor("bob", &json!({}))];
    (clerks, auditors)
}

/// Ends everything, when all is done.
pub(crate) fn close(office: &Office, clerks: &mut [Worker], auditors: &mut [Worker]) -> Balance {
    for clerk in clerks {
        assert!(clerk.stop().success(), "{}", clerk.said());
    }
    office.until_done();
    for auditor in auditors {
        assert!(auditor.stop().success(), "{}", auditor.said());
    }
    Balance::of(office)
}

#[test]
fn a_server_that_is_killed_and_has_its_data_loses_nothing() {
    let mut office = Office::with(Setup::new().persistent());
    let (mut clerks, mut auditors) = staff(&mut office);
    for _ in 0..4 {
        wait(300 + random() % 400);
        office.server.kill();
        wait(random() % 300);
        office.server.restart();
    }
    wait(300);
    let balance = close(&office, &mut clerks, &mut auditors);
    report("killed with appendonly", &balance.summary());
    balance.check(500);
}

#[test]
fn a_server_that_is_killed_while_a_backlog_is_consumed_loses_nothing() {
    let mut office = Office::with(Setup::new().persistent());
    let mut clerk = office.clerk(&json!({"count": 3000}));
    assert!(clerk.end().success());
    let mut auditors = ["ann", "bob"].map(|name| office.auditor(name, &json!({"work_micros": 500})));
    for _ in 0..3 {
        wait(200);
        office.server.kill();
        office.server.restart();
    }
    let balance = close(&office, &mut [clerk], &mut auditors);
    report("killed while a backlog is consumed", &balance.summary());
    balance.check(3000);
}

#[test]
fn a_server_that_is_killed_without_its_data_loses_only_what_it_had() {
    let mut office = Office::new();
    // Notes when each entry was accepted: with background delivery, that is not known.
    let mut clerks = [0, 0].map(|_| office.clerk(&json!({"pause_micros": 200})));
    let mut auditors = ["ann", "bob"].map(|name| office.auditor(name, &json!({})));
    let mut kills = Vec::new();
    for _ in 0..3 {
        wait(400);
        office.server.kill();
        let killed = now();
        wait(random() % 200);
        kills.push((killed, clerks.each_ref().map(Worker::lines)));
        office.server.restart();
    }
    wait(400);
    let balance = close(&office, &mut clerks, &mut auditors);
    let missing = balance.missing();
    report(
        "killed without persistence",
        &format!("{}: the server lost those that are missing", balance.summary()),
    );
    // It had them: they were accepted before it was killed the last time, and what came after that is all there.
    let (last_kill, lines) = kills.pop().unwrap();
    for id in &missing {
        let clerk = usize::try_from(id.0).unwrap();
        let was_sent = balance.accepted[id];
        assert!(was_sent <= last_kill, "{id:?} was sent after the server was started for the last time");
        let place = balance.accepted.keys().filter(|other| other.0 == id.0 && *other < id).count();
        assert!(place < lines[clerk], "{id:?} was lost, and not by the server");
    }
    let after = balance.accepted.values().filter(|at| **at > last_kill).count();
    assert!(after > 100 && balance.accepted.len() > 500, "{}", balance.summary());
    // Auditors keep up: hardly anything is waiting when the server dies.
    assert!(missing.len() < balance.accepted.len() / 2, "{}", balance.summary());
}

#[test]
fn a_server_that_stands_still_longer_than_all_timeouts_loses_nothing() {
    let mut office = Office::new();
    office.url = format!("{}?socket_timeout=0.3", office.server.url());
    office.settings["EVENT_BUS_PRODUCER_TIMEOUT"] = json!(0.5);
    let (mut clerks, mut auditors) = staff(&mut office);
    for _ in 0..2 {
        wait(400);
        office.server.pause();
        wait(1500);
        office.server.resume();
    }
    wait(400);
    let balance = close(&office, &mut clerks, &mut auditors);
    report("paused", &balance.summary());
    balance.check(500);
}

#[test]
fn connections_that_are_cut_at_random_lose_nothing() {
    let mut office = Office::new();
    let proxy = Proxy::start(office.server.port(), 40_000);
    office.url = format!("redis://127.0.0.1:{}/?socket_timeout=1", proxy.port);
    let (mut clerks, mut auditors) = staff(&mut office);
    wait(4000);
    for clerk in &mut clerks {
        assert!(clerk.stop().success(), "{}", clerk.said());
    }
    eventually("there are cuts", || proxy.cuts() > 20);
    proxy.calm();
    let balance = close(&office, &mut [], &mut auditors);
    report("connections cut", &format!("{} times: {}", proxy.cuts(), balance.summary()));
    balance.check(200);
}

#[test]
fn consumers_are_back_two_seconds_after_the_server() {
    let mut office = Office::with(Setup::new().persistent());
    let mut clerk = office.clerk(&json!({"count": 1}));
    assert!(clerk.end().success());
    let mut auditor = office.auditor("ann", &json!({}));
    eventually("the first is handled", || auditor.lines() == 1);
    office.server.kill();
    wait(3000);
    office.server.restart();
    let mut clerk = office.clerk(&json!({"count": 1}));
    assert!(clerk.end().success());
    let begun = std::time::Instant::now();
    eventually("the second is handled", || auditor.lines() == 2);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    close(&office, &mut [], std::slice::from_mut(&mut auditor)).check(2);
}

#[test]
fn clerks_auditors_and_the_server_are_killed_in_turn() {
    let mut office = Office::with(Setup::new().persistent());
    let names = ["ann", "bob"];
    let options = json!({"claim_millis": 1000, "receiver_millis": 500});
    let mut clerk = office.clerk(&json!({"pause_micros": 200}));
    let mut auditors = names.map(|name| office.auditor(name, &options));
    for turn in 0..6 {
        wait(150 + random() % 150);
        match turn % 3 {
            0 => {
                clerk.kill();
                clerk = office.clerk(&json!({"pause_micros": 200}));
            }
            1 => {
                // In a restart, and all of them at once.
                office.server.kill();
                for (auditor, name) in auditors.iter_mut().zip(names) {
                    auditor.kill();
                    *auditor = office.auditor(name, &options);
                }
                wait(random() % 300);
                office.server.restart();
            }
            _ => {
                let which = usize::from(random().is_multiple_of(2));
                auditors[which].kill();
                auditors[which] = office.auditor(names[which], &options);
            }
        }
    }
    eventually("there is enough to miss", || Balance::of(&office).accepted.len() >= 300);
    let balance = close(&office, &mut [clerk], &mut auditors);
    report("all killed in turn", &balance.summary());
    balance.check(300);
    assert!(balance.dead.is_empty(), "{:?}", balance.dead);
}
