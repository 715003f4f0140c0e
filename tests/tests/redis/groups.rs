//! Groups that are lost or moved.

use openedx_events::event_bus::EventBus;

use super::support::{GROUP, TOPIC, World, backlog, ids, numbers, poll};

#[test]
fn a_deleted_group_is_recreated_at_the_position_of_this_process() {
    let world = World::new();
    let sent = world.produce(0..10);
    let mut consumer = world.consumer("a");
    let first = poll(&mut *consumer, &[], 3);
    let second = poll(&mut *consumer, &ids(&first), 3);
    assert_eq!(numbers(&second), [3, 4, 5]);
    let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);

    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!(numbers(&polled), [6, 7, 8, 9], "entries held by the consumer are not returned again");
    assert_eq!(polled.notes.len(), 1);
    let expected = format!(" up to {} are delivered again", sent[9]);
    assert!(polled.notes[0].contains(&expected), "{:?}", polled.notes);
    assert_eq!(world.pending(), 7, "the held entries are pending again");
    assert!(poll(&mut *consumer, &[ids(&second), ids(&polled)].concat(), 100).entries.is_empty());
    assert_eq!(world.pending(), 0);
}

#[test]
fn held_entries_before_the_last_acknowledged_one_are_pending_again() {
    let world = World::new();
    world.produce(0..6);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 4);
    // With concurrency, the third may finish before the second.
    let done = [read.entries[0].id.clone(), read.entries[2].id.clone()];
    poll(&mut *consumer, &done, 0);
    let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);
    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!(numbers(&polled), [2, 4, 5], "2 again, but not 1 and 3, which the consumer holds");
    assert_eq!(world.pending(), 5);
}

#[test]
fn a_server_that_lost_its_data_is_read_from_the_start() {
    let world = World::new();
    world.produce(0..5);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 5);
    poll(&mut *consumer, &ids(&read), 0);
    let _: () = world.ask(&["FLUSHALL"]);
    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!((polled.entries.len(), polled.notes.len()), (0, 1));
    assert!(polled.notes[0].contains("it begins after 0-0"), "{:?}", polled.notes);
    // An id far below the acknowledged ones.
    let _: String = world.ask(&["XADD", TOPIC, "5-1", "event_data", "77"]);
    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!((numbers(&polled), polled.notes.len(), polled.lost.len()), (vec![77], 0, 0));

    let _: u64 = world.ask(&["DEL", TOPIC]);
    let _: String = world.ask(&["XADD", TOPIC, "3-1", "event_data", "78"]);
    let polled = poll(&mut *consumer, &ids(&polled), 100);
    assert_eq!(numbers(&polled), [78]);
}

#[test]
fn a_group_lost_during_a_wait_is_detected() {
    let world = World::new();
    let mut consumer = world.consumer("a");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(200));
            let _: u64 = world.ask(&["DEL", TOPIC]);
            world.produce(0..1);
        });
        let mut seen = Vec::new();
        super::support::eventually("the entry arrives", || {
            if let Ok(polled) = consumer.poll(&[], 10, std::time::Duration::from_secs(5)) {
                seen.extend(numbers(&polled));
            }
            seen == [0]
        });
    });
}

#[test]
fn a_group_moved_by_a_python_consumer_is_reported() {
    let world = World::new();
    let sent = world.produce(0..10);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 3);
    let _: () = world.ask(&["XGROUP", "SETID", TOPIC, GROUP, "$"]);
    let polled = poll(&mut *consumer, &ids(&read), 100);
    assert!(polled.entries.is_empty());
    let expected = format!("was moved from {} to {}, and skips", sent[2], sent[9]);
    assert!(polled.notes.len() == 1 && polled.notes[0].contains(&expected), "{:?}", polled.notes);
    assert!(poll(&mut *consumer, &[], 100).notes.is_empty(), "reported once");

    // Reads of other members are not reported.
    world.produce(10..15);
    poll(&mut *world.consumer("b"), &[], 5);
    world.produce(15..16);
    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!((numbers(&polled), polled.notes.len()), (vec![15], 0));

    let _: () = world.ask(&["XGROUP", "SETID", TOPIC, GROUP, sent[7].as_str()]);
    let polled = poll(&mut *consumer, &ids(&polled), 1);
    assert!(polled.notes.len() == 1 && polled.notes[0].contains("was moved back"), "{:?}", polled.notes);
}

#[test]
fn reads_of_other_members_and_groups_are_not_mistaken_for_a_move() {
    let world = World::new();
    world.produce(0..3);
    // A member that has read all entries cannot tell a move from the reads of others by itself.
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    poll(&mut *consumer, &ids(&read), 10);
    // It asks the server at most once a second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    world.produce(3..9);
    let mut subscription = backlog("b");
    for group in [GROUP, "others"] {
        subscription.group = group.to_owned();
        let mut other = world.bus().consumer(&subscription).unwrap();
        poll(&mut *other, &[], 1);
        let _: u64 = world.ask(&["XTRIM", TOPIC, "MAXLEN", "2"]);
        let found: Vec<_> = (0..3).flat_map(|_| poll(&mut *other, &[], 50).lost).collect();
        assert!(!found.is_empty(), "its check corrects the number of read entries");
        world.produce(9..15);
    }
    poll(&mut *world.consumer("b"), &[], 50);
    let polled = poll(&mut *consumer, &[], 10);
    assert!(polled.notes.is_empty(), "{:?}", polled.notes);
}
