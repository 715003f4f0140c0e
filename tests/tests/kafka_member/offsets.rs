//! Committed offsets and their metadata: acknowledgements, attempts, and what a dead member leaves behind.

use std::time::Duration;

use crate::support::{LONG, SHORT, World, ids, numbers, poll, receive, soon};

#[test]
fn entries_are_handed_out_in_order_and_acknowledged() {
    let Some(world) = World::new("in-order", 1) else { return };
    world.write(1..=10);
    let consumer = &mut *world.consumer("a");
    let entries = receive(consumer, 10);
    assert_eq!(numbers(&entries), (1..=10).collect::<Vec<_>>());
    assert!(entries.iter().all(|entry| entry.attempt == 1 && !entry.is_redelivered));
    assert!(entries.iter().all(|entry| entry.key.is_some() && entry.timestamp.is_some()));
    let (committed, marks) = world.committed(0);
    assert_eq!(committed, 0);
    assert!(marks.starts_with("oee1;a;") && marks.ends_with(";10;;"), "{marks}");
    // The first two entries are not finished, but the member remembers the finished entries after them.
    let ids = ids(&entries);
    poll(consumer, &ids[2..5], 0, Duration::ZERO);
    let (committed, marks) = world.committed(0);
    assert!(committed == 0 && marks.ends_with(";10;;2+3"), "{committed} {marks}");
    poll(consumer, &ids[..2], 0, Duration::ZERO);
    assert_eq!(world.committed(0).0, 5);
    poll(consumer, &ids[5..], 0, Duration::ZERO);
    assert_eq!(world.committed(0).0, 10);
    consumer.close(soon()).unwrap();
}

#[test]
fn a_member_continues_where_a_dead_one_was() {
    let Some(world) = World::new("continues", 1) else { return };
    world.write(1..=10);
    let mut dead = world.consumer("a");
    let entries = receive(&mut *dead, 10);
    let ids = ids(&entries);
    poll(&mut *dead, &[ids[0].clone(), ids[3].clone()], 0, Duration::ZERO);
    dead.hold(&[(ids[5].clone(), 2)]).unwrap();
    drop(dead);
    world.write([11]);
    let next = &mut *world.consumer("b");
    let first = poll(next, &[], 100, LONG).entries;
    assert_eq!(numbers(&first), [2, 3, 5]);
    assert!(first.iter().all(|entry| entry.attempt == 1 && entry.is_redelivered));
    let second = poll(next, &[], 100, LONG).entries;
    assert_eq!(numbers(&second), [6], "it may have ended the process, so it comes alone");
    assert_eq!((second[0].attempt, second[0].is_redelivered), (3, true));
    let third = poll(next, &[], 100, LONG).entries;
    assert_eq!(numbers(&third), [7, 8, 9, 10]);
    let last = poll(next, &[], 100, LONG).entries;
    assert_eq!(numbers(&last), [11]);
    assert!(!last[0].is_redelivered);
    assert!(poll(next, &[], 100, SHORT).entries.is_empty());
}

#[test]
fn an_orderly_end_leaves_the_group_and_returns_reserved_entries() {
    let Some(world) = World::new("orderly", 1) else { return };
    world.write(1..=500);
    let consumer = &mut *world.consumer("a");
    let mut handled = 0;
    // Polls that follow each other reserve entries in advance.
    while handled < 200 {
        let entries = poll(consumer, &[], 10, LONG).entries;
        handled += entries.len();
        poll(consumer, &ids(&entries), 1, Duration::ZERO).entries.iter().for_each(|entry| {
            handled += 1;
            poll(consumer, std::slice::from_ref(&entry.id), 0, Duration::ZERO);
        });
    }
    let last = receive(consumer, 3);
    consumer.hold(&[(last[1].id.clone(), 1)]).unwrap();
    consumer.close(soon()).unwrap();
    assert_eq!(world.kafka.members(&world.group), 0, "the member has left");
    let (committed, marks) = world.committed(0);
    assert_eq!(committed, i64::try_from(handled).unwrap());
    assert!(marks.ends_with(";3;1x1;"), "{marks}");
    let next = &mut *world.consumer("b");
    let first = poll(next, &[], 100, LONG).entries;
    assert_eq!(ids(&first), ids(&last[..1]));
}

#[test]
fn a_commit_of_another_client_has_no_marks() {
    let Some(world) = World::new("foreign", 1) else { return };
    world.write(1..=5);
    world.commit(2);
    let consumer = &mut *world.consumer("a");
    let entries = receive(consumer, 3);
    assert_eq!(numbers(&entries), [3, 4, 5]);
    let redelivered: Vec<_> = entries.iter().map(|entry| entry.is_redelivered).collect();
    assert_eq!(redelivered, [true, false, false], "the other client handles one at a time");
    poll(consumer, &ids(&entries), 0, Duration::ZERO);
    assert_eq!(world.committed(0).0, 5);
}

#[test]
fn a_wait_can_be_ended_from_another_thread() {
    let Some(world) = World::new("woken", 1) else { return };
    let consumer = &mut *world.consumer("a");
    poll(consumer, &[], 1, SHORT);
    let wake = consumer.waker().unwrap();
    let before = std::time::Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(SHORT);
            wake();
        });
        assert!(poll(consumer, &[], 1, LONG).entries.is_empty());
    });
    assert!(before.elapsed() < LONG / 2);
}
