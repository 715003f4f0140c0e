//! Losses that a member reports although the server does not keep track of them: in groups whose number of read entries the
//! server does not know, after deletions, and if the connection or the process breaks at that moment.

use std::{thread, time::Duration};

use openedx_events::event_bus::{EntryId, EventBus, EventBusConsumer, Lost, Polled, Start, Subscription};

use super::{
    between::Between,
    support::{GROUP, TOPIC, World, backlog, eventually, ids, numbers, poll},
};

fn trim(world: &World, len: u64) {
    let _: u64 = world.ask(&["XTRIM", TOPIC, "MAXLEN", &len.to_string()]);
}

fn unread(after: &EntryId, before: Option<&EntryId>, count: Option<u64>) -> Lost {
    Lost::Unread { after: after.clone(), before: before.cloned(), count }
}

/// Polls, and checks that the next poll reports the loss no more.
fn reported_once(consumer: &mut dyn EventBusConsumer) -> Polled {
    let polled = poll(consumer, &[], 10);
    let next = poll(consumer, &ids(&polled), 10);
    assert!(next.lost.is_empty(), "{:?}", next.lost);
    poll(consumer, &ids(&next), 0);
    polled
}

/// Returns the names of the group's consumers.
fn members(world: &World) -> Vec<String> {
    let members: Vec<Vec<redis::Value>> = world.ask(&["XINFO", "CONSUMERS", TOPIC, GROUP]);
    members.iter().map(|member| redis::from_redis_value_ref(&member[1]).unwrap()).collect()
}

/// Waits until the server has noticed that the connections of a process are gone.
fn wait_until_gone(world: &World) {
    eventually("the connections are gone", || {
        !world.ask::<String>(&["CLIENT", "LIST"]).contains(&format!("/{TOPIC}/{GROUP}/"))
    });
}

#[test]
fn a_group_that_was_moved_reports_what_is_trimmed_afterwards() {
    for (to, first_trim, lost) in [
        // After an entry that the stream has, and after one that it had.
        (Some(9), 100, None),
        (Some(9), 60, None),
        // To the start: the server knows how many entries were before it.
        (None, 100, Some(70)),
        (None, 60, Some(30)),
    ] {
        let world = World::new();
        let sent = world.produce(0..100);
        let mut consumer = world.consumer("a");
        let read = poll(&mut *consumer, &[], 100);
        poll(&mut *consumer, &ids(&read), 0);
        drop(consumer);
        trim(&world, first_trim);
        let to = to.map_or(Start::Backlog, |place: usize| Start::After(sent[place].clone()));
        world.bus().operations().unwrap().seek(TOPIC, GROUP, &to).unwrap();
        trim(&world, 30);
        let polled = reported_once(&mut *world.consumer("a"));
        let after = if lost.is_some() { EntryId::new("0-0") } else { sent[9].clone() };
        assert_eq!(polled.lost, [unread(&after, Some(&sent[70]), lost)], "{to:?}, {first_trim}");
        assert_eq!(numbers(&polled), (70..80).collect::<Vec<_>>());
    }
}

#[test]
fn a_group_that_was_moved_and_lost_nothing_reports_nothing() {
    for (to, expected) in [(Some(0), 60), (Some(50), 49), (None, 0)] {
        let world = World::new();
        let sent = world.produce(0..100);
        let mut consumer = world.consumer("a");
        let read = poll(&mut *consumer, &[], 100);
        poll(&mut *consumer, &ids(&read), 0);
        trim(&world, 60);
        let to = to.map_or(Start::New, |place: usize| match place {
            0 => Start::Backlog,
            _ => Start::After(sent[place].clone()),
        });
        world.bus().operations().unwrap().seek(TOPIC, GROUP, &to).unwrap();
        let mut seen = 0;
        loop {
            let polled = poll(&mut *consumer, &[], 7);
            assert!(polled.lost.is_empty(), "{to:?}: {:?}", polled.lost);
            if polled.entries.is_empty() {
                break;
            }
            seen += polled.entries.len();
            poll(&mut *consumer, &ids(&polled), 0);
            // Exactly the entries that were read.
            let next = polled.entries.last().unwrap().id.as_str();
            let _: u64 = world.ask(&["XTRIM", TOPIC, "MINID", next]);
        }
        assert_eq!(seen, expected, "{to:?}");
    }
}

#[test]
fn a_group_that_begins_after_a_trimmed_entry_reports_a_loss() {
    let world = World::new();
    let sent = world.produce(0..100);
    trim(&world, 30);
    let mut subscription = Subscription::new(TOPIC, GROUP, "a");
    subscription.start = Start::After(sent[9].clone());
    let polled = reported_once(&mut *world.bus().consumer(&subscription).unwrap());
    assert_eq!(polled.lost, [unread(&sent[9], Some(&sent[70]), None)]);
    assert_eq!(numbers(&polled), (70..80).collect::<Vec<_>>());
}

#[test]
fn a_group_that_python_began_reports_a_loss() {
    let world = World::new();
    world.produce(0..30);
    let _: () = world.ask(&["XGROUP", "CREATE", TOPIC, GROUP, "0"]);
    let mut consumer = world.consumer("a");
    trim(&world, 20);
    assert_eq!(reported_once(&mut *consumer).lost.len(), 1, "it is not known when they were trimmed");
}

#[test]
fn a_group_that_is_created_again_while_the_stream_is_trimmed_reports_a_loss() {
    let world = World::new();
    let sent = world.produce(0..100);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    poll(&mut *consumer, &ids(&read), 0);
    let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);
    trim(&world, 30);
    let polled = reported_once(&mut *consumer);
    assert_eq!(polled.notes.len(), 1, "{:?}", polled.notes);
    assert_eq!(polled.lost, [unread(&sent[9], Some(&sent[70]), Some(60))]);
}

#[test]
fn unread_entries_of_a_deleted_stream_are_reported() {
    for ids_go_on in [true, false] {
        let world = World::new();
        let sent = world.produce(0..20);
        let mut consumer = world.consumer("a");
        let read = poll(&mut *consumer, &[], 10);
        let _: u64 = world.ask(&["DEL", TOPIC]);
        let first = if ids_go_on { "*" } else { "5-1" };
        let _: String = world.ask(&["XADD", TOPIC, first, "event_data", "77"]);
        let polled = poll(&mut *consumer, &ids(&read), 10);
        assert_eq!(polled.lost, [unread(&sent[9], None, None)], "{ids_go_on}");
        assert_eq!(numbers(&polled), [77]);
        assert_eq!(poll(&mut *consumer, &ids(&polled), 10).lost, []);
    }
}

#[test]
fn a_deletion_does_not_hide_later_trimming() {
    // The deleted entry is read already, the next one, among the next ones, or far ahead.
    for deleted in [5, 10, 13, 40, 90] {
        for reads_on in [false, true] {
            let world = World::new();
            let sent = world.produce(0..100);
            let mut consumer = world.consumer("a");
            let read = poll(&mut *consumer, &[], 10);
            let _: u64 = world.ask(&["XDEL", TOPIC, sent[deleted].as_str()]);
            let mut done = ids(&read);
            if reads_on {
                let more = poll(&mut *consumer, &done, 10);
                assert!(more.lost.is_empty(), "{deleted}");
                done = ids(&more);
            }
            let last = done.last().unwrap().clone();
            // The member knows its own position.
            poll(&mut *consumer, &done, 0);
            trim(&world, 30);
            let polled = reported_once(&mut *consumer);
            let [Lost::Unread { after, before: Some(_), count }] = &polled.lost[..] else {
                panic!("{deleted}, {reads_on}: {:?}", polled.lost)
            };
            assert_eq!(after, &last);
            let place = sent.iter().position(|id| *id == last).unwrap();
            let first = sent.iter().position(|id| *id == polled.entries[0].id).unwrap();
            let gone = (place + 1..first).filter(|one| *one != deleted).count() as u64;
            assert!(count.is_none_or(|count| count == gone), "{deleted}, {reads_on}: {count:?} {gone}");
        }
    }
}

#[test]
fn deletions_alone_are_no_losses() {
    let world = World::new();
    let sent = world.produce(0..60);
    let mut consumer = world.consumer("a");
    let mut done = ids(&poll(&mut *consumer, &[], 10));
    // Repeatedly deletes one entry that was read and the next unread one; entries that were read are trimmed.
    for begin in [10, 20, 30, 40] {
        let _: u64 = world.ask(&["XDEL", TOPIC, sent[begin - 5].as_str(), sent[begin].as_str()]);
        let _: u64 = world.ask(&["XTRIM", TOPIC, "MINID", sent[begin - 1].as_str()]);
        let polled = poll(&mut *consumer, &done, 9);
        assert!(polled.lost.is_empty(), "{begin}: {:?}", polled.lost);
        assert_eq!(ids(&polled), sent[begin + 1..begin + 10]);
        done = ids(&polled);
    }
}

#[test]
fn a_loss_in_a_reply_that_is_lost_is_reported() {
    let world = World::new();
    let sent = world.produce(0..100);
    let between = Between::cutting_the_reply_to(&world, "XREADGROUP");
    let mut consumer = between.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    poll(&mut *consumer, &ids(&read), 0);
    trim(&world, 50);
    between.arm();
    assert!(consumer.poll(&[], 10, Duration::ZERO).unwrap_err().is_transient() && between.has_happened());
    let mut lost = Vec::new();
    eventually("the loss is reported", || {
        if let Ok(polled) = consumer.poll(&[], 10, Duration::ZERO) {
            lost.extend(polled.lost);
        }
        !lost.is_empty()
    });
    assert_eq!(lost, [unread(&sent[9], Some(&sent[50]), Some(40))]);
    poll(&mut *consumer, &[], 10);
    assert_eq!(members(&world), ["a"], "the mark is gone");
}

#[test]
fn a_loss_that_a_dead_process_did_not_report_is_reported() {
    for same_name in [true, false] {
        let world = World::new();
        let sent = world.produce(0..100);
        let between = Between::cutting_the_reply_to(&world, "XREADGROUP");
        let mut consumer = between.consumer("a");
        let read = poll(&mut *consumer, &[], 10);
        poll(&mut *consumer, &ids(&read), 0);
        trim(&world, 50);
        between.arm();
        assert!(consumer.poll(&[], 10, Duration::ZERO).is_err() && between.has_happened());
        drop(consumer);
        wait_until_gone(&world);
        let mut subscription = backlog(if same_name { "a" } else { "b" });
        if !same_name {
            subscription.claim_older_than = Duration::from_millis(100);
            thread::sleep(Duration::from_millis(150));
        }
        let mut next = world.bus().consumer(&subscription).unwrap();
        let mut lost = Vec::new();
        eventually("the loss is reported", || {
            lost.extend(poll(&mut *next, &[], 10).lost);
            !lost.is_empty()
        });
        assert_eq!(lost, [unread(&sent[9], Some(&sent[50]), Some(40))]);
        assert!(poll(&mut *next, &[], 10).lost.is_empty());
    }
}

#[test]
fn a_live_member_reports_its_own_losses() {
    let world = World::new();
    world.produce(0..100);
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 10);
    trim(&world, 50);
    assert_eq!(poll(&mut *consumer, &[], 10).lost.len(), 1);
    assert!(poll(&mut *world.consumer("b"), &[], 10).lost.is_empty());
    assert!(poll(&mut *world.consumer("a"), &[], 10).lost.is_empty(), "the other one is alive");
}

#[test]
fn a_lost_pending_entry_in_a_reply_that_is_lost_is_reported() {
    for dies in [true, false] {
        let world = World::new();
        let sent = world.produce(0..6);
        poll(&mut *world.consumer("a"), &[], 3);
        let _: u64 = world.ask(&["XTRIM", TOPIC, "MINID", sent[2].as_str()]);
        let between = Between::cutting_the_reply_to(&world, "XCLAIM");
        let mut consumer = between.consumer("a");
        between.arm();
        assert!(consumer.poll(&[], 10, Duration::ZERO).is_err() && between.has_happened());
        if dies {
            drop(consumer);
            wait_until_gone(&world);
            consumer = world.consumer("a");
        }
        let (mut lost, mut seen) = (Vec::new(), Vec::new());
        eventually("everything is there", || {
            if let Ok(polled) = consumer.poll(&[], 10, Duration::ZERO) {
                seen.extend(numbers(&polled));
                lost.extend(polled.lost);
            }
            seen.len() == 4
        });
        assert_eq!(lost, [Lost::Pending(sent[..2].to_vec())], "{dies}");
        assert_eq!(seen, [2, 3, 4, 5]);
        assert!(poll(&mut *consumer, &[], 10).lost.is_empty());
        assert_eq!(members(&world), ["a"]);
    }
}

#[test]
fn entries_of_a_dead_member_survive_the_deletion_of_their_group() {
    let world = World::new();
    let sent = world.produce(0..30);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    let mut dead = world.consumer("dead");
    assert_eq!(numbers(&poll(&mut *dead, &[], 5)), [10, 11, 12, 13, 14]);
    drop(dead);
    let more = poll(&mut *consumer, &ids(&read), 10);
    assert_eq!(numbers(&more), (15..25).collect::<Vec<_>>());
    poll(&mut *consumer, &ids(&more), 0);
    let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);
    let polled = poll(&mut *consumer, &[], 100);
    // The place before the eleventh entry is the tenth one only if the server stored both in one millisecond.
    let expected = format!(" up to {} are delivered again", sent[29]);
    assert!(polled.notes.len() == 1 && polled.notes[0].contains(&expected), "{:?}", polled.notes);
    assert_eq!(numbers(&polled), (10..30).collect::<Vec<_>>());
}

/// Acts like a Python consumer that starts without `check_backlog` and then reads new entries.
fn start_python(world: &World, number: u32) {
    let _: () = world.ask(&["XGROUP", "SETID", TOPIC, GROUP, "$"]);
    let sent = world.produce(number..number + 1);
    let _: redis::Value = world.ask(&["XREADGROUP", "GROUP", GROUP, "python", "STREAMS", TOPIC, ">"]);
    let _: u64 = world.ask(&["XACK", TOPIC, GROUP, sent[0].as_str()]);
}

#[test]
fn a_python_consumer_that_skips_entries_under_traffic_is_reported() {
    let world = World::new();
    let sent = world.produce(0..100);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    start_python(&world, 100);
    let mut notes = Vec::new();
    eventually("the operator is told", || {
        notes.extend(poll(&mut *consumer, &ids(&read), 10).notes);
        !notes.is_empty()
    });
    let expected = format!("moved from {} to ", sent[9]);
    assert!(notes.len() == 1 && notes[0].contains(&expected) && notes[0].contains("skips"), "{notes:?}");

    // Members that read quickly move nothing.
    world.produce(200..260);
    assert_eq!(poll(&mut *world.consumer("b"), &[], 100).entries.len(), 60);
    thread::sleep(Duration::from_millis(1100));
    for _ in 0..2 {
        assert_eq!(poll(&mut *consumer, &[], 10).notes, [""; 0]);
    }
}

#[test]
fn a_group_that_a_new_process_made_again_reports_a_loss() {
    let world = World::new();
    let sent = world.produce(0..30);
    let mut consumer = world.consumer("a");
    let read = poll(&mut *consumer, &[], 10);
    let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);
    // This member knows nothing of the entries in between.
    let mut new = world.bus().consumer(&Subscription::new(TOPIC, GROUP, "new")).unwrap();
    assert!(poll(&mut *new, &[], 10).entries.is_empty());
    let polled = reported_once(&mut *consumer);
    let [Lost::Unread { after, before: Some(_), count: None }] = &polled.lost[..] else {
        panic!("{:?}", polled.lost)
    };
    assert_eq!(after, &sent[9]);
    assert!(polled.notes.iter().any(|note| note.contains("another member has re-created it")));
    drop(read);
}

#[test]
fn a_move_does_not_hide_what_was_lost_before() {
    for to in [Start::Backlog, Start::New] {
        let world = World::new();
        let sent = world.produce(0..100);
        let mut consumer = world.consumer("a");
        let read = poll(&mut *consumer, &[], 10);
        poll(&mut *consumer, &ids(&read), 0);
        drop(consumer);
        trim(&world, 50);
        world.bus().operations().unwrap().seek(TOPIC, GROUP, &to).unwrap();
        let polled = reported_once(&mut *world.consumer("b"));
        assert_eq!(polled.lost, [unread(&sent[9], Some(&sent[50]), Some(40))], "{to:?}");
    }
}

#[test]
fn members_that_knew_a_lost_group_warn_of_nothing_if_it_continues_at_its_old_position() {
    let world = World::new();
    world.produce(0..30);
    let (mut one, mut other) = (world.consumer("a"), world.consumer("b"));
    let read = poll(&mut *one, &[], 10);
    let more = poll(&mut *other, &[], 5);
    let _: u64 = world.ask(&["XGROUP", "DESTROY", TOPIC, GROUP]);
    let again = poll(&mut *one, &ids(&read), 100);
    assert_eq!((numbers(&again).len(), again.notes.len()), (20, 1), "{:?}", again.notes);
    world.produce(30..40);
    let polled = poll(&mut *other, &ids(&more), 100);
    assert_eq!(numbers(&polled), (30..40).collect::<Vec<_>>());
    assert_eq!(polled.lost, []);
    assert!(polled.notes.len() == 1 && polled.notes[0].contains("another member has re-created it"));
}
