//! Where groups begin, and what happens when one is lost or moved.

use openedx_events::event_bus::{EventBus, Start, Subscription};

use super::support::{GROUP, TOPIC, World, backlog, ids, numbers, poll};

fn starting(start: Start) -> Subscription {
    let mut subscription = backlog("a");
    subscription.start = start;
    subscription
}

#[test]
fn a_new_group_begins_where_it_is_told_to() {
    let after: fn(&World) -> Vec<u32> = |world| {
        let sent = world.produce(0..4);
        let mut consumer = world.bus().consumer(&starting(Start::After(sent[1].clone()))).unwrap();
        numbers(&poll(&mut *consumer, &[], 10))
    };
    let new: fn(&World) -> Vec<u32> = |world| {
        world.produce(0..4);
        let mut consumer = world.bus().consumer(&starting(Start::New)).unwrap();
        assert!(poll(&mut *consumer, &[], 10).entries.is_empty());
        world.produce(4..6);
        numbers(&poll(&mut *consumer, &[], 10))
    };
    for world in World::both() {
        assert_eq!(after(&world), [2, 3]);
    }
    for world in World::both() {
        assert_eq!(new(&world), [4, 5]);
        // It continues where it was, whatever the start says.
        let mut consumer = world.bus().consumer(&starting(Start::New)).unwrap();
        world.produce(6..7);
        assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [4]);
        assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [5]);
        assert_eq!(numbers(&poll(&mut *consumer, &[], 10)), [6]);
    }
}

#[test]
fn a_group_that_exists_is_not_moved_to_an_entry() {
    let world = World::new();
    let sent = world.produce(0..4);
    poll(&mut *world.consumer("b"), &[], 1);
    let mut consumer = world.bus().consumer(&starting(Start::After(sent[2].clone()))).unwrap();
    let error = consumer.poll(&[], 10, std::time::Duration::ZERO).unwrap_err();
    assert!(error.is_group_exists() && !error.is_transient());
    let text = format!("group `{GROUP}` of topic `{TOPIC}` already exists and keeps its position");
    assert_eq!(error.to_string(), text);
    let wrong = starting(Start::After(openedx_events::event_bus::EntryId::new("yesterday")));
    let error = world.bus().consumer(&wrong).err().unwrap();
    assert!(!error.is_transient() && error.to_string().contains("`yesterday` is no id"), "{error}");
}

#[test]
fn a_deleted_group_is_created_again_where_this_process_was() {
    for world in World::both() {
        let sent = world.produce(0..10);
        let mut consumer = world.consumer("a");
        let first = poll(&mut *consumer, &[], 3);
        let second = poll(&mut *consumer, &ids(&first), 3);
        assert_eq!(numbers(&second), [3, 4, 5]);
        let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);

        let polled = poll(&mut *consumer, &[], 100);
        assert_eq!(numbers(&polled), [6, 7, 8, 9], "what is in hand stays there");
        assert_eq!(polled.notes.len(), 1);
        let expected = format!("entries after {} up to {} are read again", sent[2], sent[9]);
        assert!(polled.notes[0].contains(&expected), "{:?}", polled.notes);
        assert_eq!(world.pending(), 7, "and is pending again");
        assert!(poll(&mut *consumer, &[ids(&second), ids(&polled)].concat(), 100).entries.is_empty());
        assert_eq!(world.pending(), 0);
    }
}

#[test]
fn what_is_in_hand_before_the_last_acknowledged_is_pending_again() {
    let world = World::new();
    world.produce(0..6);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 4);
    // Several at a time: the third is done before the second.
    let done = [read.entries[0].id.clone(), read.entries[2].id.clone()];
    poll(&mut *consumer, &done, 0);
    let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);
    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!(numbers(&polled), [2, 4, 5], "2 once more, and not 1 and 3, which are in hand");
    assert_eq!(world.pending(), 5);
}

#[test]
fn a_server_that_lost_everything_is_read_from_the_beginning() {
    for world in World::both() {
        world.produce(0..5);
        let mut consumer = world.consumer("a");
        let read = poll(&mut *consumer, &[], 5);
        poll(&mut *consumer, &ids(&read), 0);
        let _: () = world.ask(&["FLUSHALL"]);
        let polled = poll(&mut *consumer, &[], 100);
        assert_eq!((polled.entries.len(), polled.notes.len()), (0, 1));
        assert!(polled.notes[0].contains("it begins after 0-0"), "{:?}", polled.notes);
        // Ids far below those that were acknowledged.
        let _: String = world.ask(&["XADD", TOPIC, "5-1", "event_data", "77"]);
        let polled = poll(&mut *consumer, &[], 100);
        assert_eq!((numbers(&polled), polled.notes.len(), polled.lost.len()), (vec![77], 0, 0));

        let _: u64 = world.ask(&["DEL", TOPIC]);
        let _: String = world.ask(&["XADD", TOPIC, "3-1", "event_data", "78"]);
        let polled = poll(&mut *consumer, &ids(&polled), 100);
        assert_eq!(numbers(&polled), [78]);
    }
}

#[test]
fn a_group_is_found_missing_while_waiting() {
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
fn a_python_consumer_that_skips_what_is_unread_is_noticed() {
    let world = World::new();
    let sent = world.produce(0..10);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 3);
    let _: () = world.ask(&["XGROUP", "SETID", TOPIC, GROUP, "$"]);
    let polled = poll(&mut *consumer, &ids(&read), 100);
    assert!(polled.entries.is_empty());
    let expected = format!("was moved from {} to {}, and skips", sent[2], sent[9]);
    assert!(polled.notes.len() == 1 && polled.notes[0].contains(&expected), "{:?}", polled.notes);
    assert!(poll(&mut *consumer, &[], 100).notes.is_empty(), "once");

    // Other members that read are nothing of the kind.
    world.produce(10..15);
    poll(&mut *world.consumer("b"), &[], 5);
    world.produce(15..16);
    let polled = poll(&mut *consumer, &[], 100);
    assert_eq!((numbers(&polled), polled.notes.len()), (vec![15], 0));

    let _: () = world.ask(&["XGROUP", "SETID", TOPIC, GROUP, sent[7].as_str()]);
    let polled = poll(&mut *consumer, &ids(&polled), 1);
    assert!(polled.notes.len() == 1 && polled.notes[0].contains("was moved back"), "{:?}", polled.notes);
}
