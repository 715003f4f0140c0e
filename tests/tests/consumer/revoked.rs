//! Entries that the broker gives to other members while this one has them.

use std::{thread, time::Duration};

use openedx_events::{
    ReceiverError,
    event_bus::{EntryId, Polled},
};

use crate::{
    Gate, Recorded, receive, receive_at,
    script::{Call, Script, entry, keyed, wait},
};

#[test]
fn queued_entries_are_dropped() {
    let (test, script, gate) = ("queued", Script::default(), Gate::default());
    let (handled, _receiver) = receive_at(&gate, test);
    script.delivers(["1", "2", "3"].map(|id| entry(test, id, "ada")));
    let consumer = script.start(|consumer| consumer);
    gate.wait_for_arrival();
    script.revoke(["2", "3"]);
    gate.open();
    wait("the first is acknowledged", || script.has_acknowledged("1"));
    assert_eq!(consumer.lines.with("gave entries to other members").len(), 1);
    assert_eq!(consumer.stop().unwrap().handled, 1);
    assert_eq!(handled.all(), ["1"]);
    let rest = [Call::Acknowledge(vec!["1".to_owned()]), Call::Close, Call::Drop];
    assert_eq!(script.calls(), rest, "nothing is held or acknowledged for the revoked entries");
}

#[test]
fn a_running_entry_ends_and_is_not_acknowledged() {
    let (test, script, gate) = ("running", Script::default(), Gate::default());
    let (handled, _receiver) = receive_at(&gate, test);
    script.delivers([entry(test, "1", "ada")]);
    let consumer = script.start(|consumer| consumer);
    gate.wait_for_arrival();
    script.revoke(["1"]);
    gate.open();
    wait("it ends", || handled.count("1") == 1);
    script.delivers([entry(test, "2", "ada")]);
    wait("the next one is acknowledged", || script.has_acknowledged("2"));
    consumer.stop().unwrap();
    assert_eq!(script.acknowledged(), ["2"]);
}

#[test]
fn a_waiting_entry_frees_its_lane_and_counts_no_attempt() {
    let (test, script, failed) = ("waiting", Script::default(), Recorded::default());
    let fails = failed.clone();
    let _receiver = receive(test, move |id| match id {
        "1" => {
            fails.push(id);
            Err(ReceiverError::new("nobody at home"))
        }
        _ => Ok(()),
    });
    script.delivers(["1", "2"].map(|id| entry(test, id, "ada")));
    let hour = Duration::from_hours(1);
    let consumer = script.start(|consumer| consumer.retry(hour, hour));
    wait("it fails", || failed.count("1") == 1);
    script.revoke(["1"]);
    wait("the next one is acknowledged", || script.has_acknowledged("2"));
    consumer.stop().unwrap();
    assert_eq!(script.acknowledged(), ["2"]);
    assert!(!script.calls().iter().any(|call| matches!(call, Call::Hold(_))), "{:?}", script.calls());
}

#[test]
fn a_failure_after_the_revocation_leaves_no_dead_letter() {
    let (test, script, gate) = ("hopeless", Script::default(), Gate::default());
    let in_receiver = gate.clone();
    let _receiver = receive(test, move |id| match id {
        "1" => {
            in_receiver.pass();
            Err(ReceiverError::permanent("no such street"))
        }
        _ => Ok(()),
    });
    script.delivers([entry(test, "1", "ada")]);
    let consumer = script.start(|consumer| consumer);
    gate.wait_for_arrival();
    script.revoke(["1"]);
    gate.open();
    script.delivers([entry(test, "2", "ada")]);
    wait("the next one is acknowledged", || script.has_acknowledged("2"));
    assert_eq!(consumer.stop().unwrap().dead_lettered, 0);
    assert!(!script.calls().contains(&Call::DeadLetter("1".to_owned())));
}

#[test]
fn an_entry_that_comes_back_is_another_delivery() {
    let (test, script, gate) = ("back", Script::default(), Gate::default());
    let (handled, _receiver) = receive_at(&gate, test);
    script.delivers([entry(test, "1", "ada")]);
    let consumer = script.start(|consumer| consumer.concurrency(4));
    gate.wait_for_arrival();
    let again = Polled {
        entries: vec![entry(test, "1", "ada")],
        revoked: vec![EntryId::new("1")],
        ..Polled::default()
    };
    script.polled(again).wait_for_polls();
    thread::sleep(Duration::from_millis(100));
    assert_eq!(handled.all(), [""; 0], "it waits for the delivery that is running");
    gate.open();
    wait("it is acknowledged", || script.has_acknowledged("1"));
    consumer.stop().unwrap();
    assert_eq!((handled.all(), script.acknowledged()), (vec!["1".to_owned(); 2], vec!["1".to_owned()]));
}

#[test]
fn the_lane_follows_the_key_of_the_bus() {
    let (test, script, gate) = ("lanes", Script::default(), Gate::default());
    let (handled, _receiver) = receive_at(&gate, test);
    // By the keys of the definition, it would be the other way round. With 64 lanes, different keys hardly ever share one.
    let others =
        (0..8).map(|number| keyed(test, &format!("other {number}"), "ada", ["b", "c", "d"][number % 3]));
    let entries = [keyed(test, "1", "ada", "a"), keyed(test, "2", "bob", "a")];
    script.delivers(entries.into_iter().chain(others));
    let consumer = script.start(|consumer| consumer.concurrency(64));
    gate.wait_for_arrival();
    wait("other keys go on", || handled.all().iter().any(|id| id.starts_with("other")));
    thread::sleep(Duration::from_millis(50));
    assert_eq!(handled.count("2"), 0, "it has the key of the first one");
    gate.open();
    wait("both are handled", || handled.count("1") == 1 && handled.count("2") == 1);
    let received = consumer.lines.with("Message received");
    // The time when the event was sent, not the one when the broker stored it.
    let has_time = |line: &String| {
        let time = line.split_once("event_timestamp_ms=").expect("a time").1;
        time.parse::<u64>().is_ok_and(|millis| millis > 1_700_000_000_123)
    };
    assert!(received.iter().all(has_time), "{received:?}");
    consumer.stop().unwrap();
}
