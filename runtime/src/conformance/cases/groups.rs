//! Consumer groups, and the messages with which they begin.

use std::{
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    conformance::{
        fixture::{self, Fixture, Recorded},
        promise::promise_eq,
    },
    event_bus::{Capability, Consumer, EntryId, Operations, Start},
};

pub(in crate::conformance) fn each_group_gets_every_message(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=20);
    for group in ["first", "second"] {
        let member = fixture.member_of(&fixture.topic, group, "a", |consumer| consumer.count(20));
        promise_eq!(member.end_well().handled, 20, "{group}");
    }
    promise_eq!(handled.all(), (1..=20).chain(1..=20).collect::<Vec<_>>());
}

/// Lets two members handle 200 messages. Returns how many each of them handled.
fn handle_with_two_members(fixture: &Fixture) -> [u64; 2] {
    let handled = Recorded::new();
    let records = handled.clone();
    let _receiver = fixture.receive(move |item, _| {
        records.push(item.number);
        // Leaves the other member time to get some messages.
        thread::sleep(Duration::from_millis(1));
        Ok(())
    });
    let members = ["a", "b"].map(|name| fixture.member(name, |consumer| consumer.read_at_once(5)));
    fixture.send_items(0..200);
    fixture.wait("all messages are handled", || handled.len() >= 200);
    fixture.wait_until_acknowledged();
    let counts = members.map(|member| member.stop_well().handled);
    let mut numbers = handled.all();
    numbers.sort_unstable();
    promise_eq!(numbers, (0..200).collect::<Vec<_>>(), "each message should be handled once");
    counts
}

pub(in crate::conformance) fn a_group_handles_each_message_once(fixture: &Fixture) {
    let [first, second] = handle_with_two_members(fixture);
    promise_eq!(first + second, 200);
}

pub(in crate::conformance) fn members_of_a_group_share_its_messages(fixture: &Fixture) {
    let [first, second] = handle_with_two_members(fixture);
    assert!(first > 0 && second > 0, "{first} and {second}");
}

pub(in crate::conformance) fn a_new_group_starts_with_new_messages(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=3);
    let member = fixture.member("a", |consumer| consumer.start(Start::New));
    let groups = || fixture.operations().groups(&fixture.topic).unwrap();
    fixture.wait("the group exists", || groups().is_some_and(|groups| groups.contains(&fixture.group)));
    fixture.send_items(4..=5);
    fixture.wait("the new messages are handled", || handled.len() >= 2);
    promise_eq!(member.stop_well().handled, 2);
    promise_eq!(handled.all(), [4, 5]);
}

pub(in crate::conformance) fn a_backlog_group_starts_with_the_oldest_message(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=20);
    let is_trimmed = fixture.bus().can(Capability::DropEntries);
    if is_trimmed {
        fixture.trim(10);
    }
    let left = if is_trimmed { 11..=20 } else { 1..=20 };
    let count = left.clone().count() as u64;
    let member = fixture.member("a", |consumer| consumer.start(Start::Backlog).count(count));
    let report = member.end_well();
    promise_eq!(handled.all(), left.collect::<Vec<_>>());
    promise_eq!(report.lost, 0, "messages trimmed before the group was created should not count as lost");
}

pub(in crate::conformance) fn a_group_can_start_after_an_entry(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let ids = fixture.send_items(1..=5);
    let member = fixture.member("a", |consumer| consumer.start(Start::After(ids[2].clone())).count(2));
    promise_eq!(member.end_well().handled, 2);
    promise_eq!(handled.all(), [4, 5]);
}

pub(in crate::conformance) fn a_group_can_start_at_a_time(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let time = fixture.send_around_a_time();
    let member = fixture.member("a", |consumer| consumer.start(Start::At(time)).count(2));
    promise_eq!(member.end_well().handled, 2);
    promise_eq!(handled.all(), [4, 5]);
}

pub(in crate::conformance) fn a_group_that_starts_in_the_future_gets_the_next_message(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=2);
    let tomorrow = SystemTime::now() + Duration::from_hours(24);
    fixture.operations().seek(&fixture.topic, &fixture.group, &Start::At(tomorrow)).unwrap();
    fixture.send_items(3..=4);
    fixture.member("a", |consumer| consumer.count(2)).end_well();
    promise_eq!(handled.all(), [3, 4], "a group there would lose the messages until then");
}

pub(in crate::conformance) fn an_existing_group_continues(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=2);
    fixture.member("a", |consumer| consumer.count(2)).end_well();
    fixture.send_items(3..=4);
    for start in [Start::New, Start::Backlog] {
        let member = fixture.member("a", |consumer| consumer.start(start).count(1));
        promise_eq!(member.end_well().handled, 1);
    }
    promise_eq!(handled.all(), [1, 2, 3, 4]);
}

pub(in crate::conformance) fn an_existing_group_refuses_to_start_after_an_entry(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let ids = fixture.send_items(1..=2);
    fixture.member("a", |consumer| consumer.count(2)).end_well();
    let again = fixture.member("a", |consumer| consumer.start(Start::After(ids[0].clone())).count(1));
    let error = again.end_with_error("the group cannot begin there");
    promise_eq!(error.exit_code(), 2, "{error}");
    let text = error.to_string();
    for part in ["seek", &fixture.topic, &fixture.group, ids[0].as_str()] {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    promise_eq!(handled.all(), [1, 2]);
}

pub(in crate::conformance) fn an_existing_group_refuses_to_start_at_a_time(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=2);
    fixture.member("a", |consumer| consumer.count(2)).end_well();
    let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let again = fixture.member("a", |consumer| consumer.start(Start::At(time)).count(1));
    let error = again.end_with_error("the group cannot begin there");
    promise_eq!(error.exit_code(), 2, "{error}");
    let text = error.to_string();
    for part in ["seek", &fixture.topic, &fixture.group, "2023-11-14T22:13:20+00:00"] {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    promise_eq!(handled.all(), [1, 2]);
}

pub(in crate::conformance) fn a_start_after_an_invalid_entry_id_is_refused(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=2);
    let start = Start::After(EntryId::new("yesterday"));
    let member = fixture.member("a", |consumer| consumer.start(start.clone()));
    let error = member.end_with_error("the group cannot begin there");
    promise_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().contains("`yesterday`"), "the error should name the id: {error}");
    assert!(fixture.operations().seek(&fixture.topic, &fixture.group, &start).is_err());
    assert!(handled.all().is_empty());
}

pub(in crate::conformance) fn listing_shows_topics_and_groups_and_creates_none(fixture: &Fixture) {
    let (mut operations, topic) = (fixture.operations(), &fixture.missing_topic());
    let groups = |operations: &mut dyn Operations| operations.groups(topic).unwrap();
    let is_listed = |operations: &mut dyn Operations| operations.topics().unwrap().contains(topic);
    promise_eq!(groups(&mut *operations), None, "the topic should not exist before its first message");
    let cursor = operations.cursor(topic, &Start::New).unwrap();
    assert!(operations.read(topic, &cursor, 1).unwrap().entries.is_empty());
    assert!(operations.dead_letters(topic, &fixture.group, None, 1).unwrap().is_empty());
    assert!(
        groups(&mut *operations).is_none() && !is_listed(&mut *operations),
        "reading should create no topic"
    );
    fixture.create_topic(fixture::MISSING);
    fixture.send_to(topic, [fixture.added(1)]);
    promise_eq!(groups(&mut *operations), Some(Vec::new()));
    assert!(is_listed(&mut *operations));
    operations.seek(topic, &fixture.group, &Start::Backlog).unwrap();
    promise_eq!(groups(&mut *operations), Some(vec![fixture.group.clone()]));
}

/// Moves the group of the case, which has read everything, and checks what it reads then.
fn seek(fixture: &Fixture, handled: &Recorded<i64>, to: &Start, expected: &[i64]) {
    let before = handled.len();
    fixture.operations().seek(&fixture.topic, &fixture.group, to).unwrap();
    let report = fixture.member("a", |consumer| consumer.count(expected.len() as u64)).end_well();
    promise_eq!(handled.all()[before..], *expected, "{to:?}");
    promise_eq!(report.lost, 0);
}

pub(in crate::conformance) fn seek_moves_a_group(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=4);
    fixture.member("a", |consumer| consumer.count(4)).end_well();
    seek(fixture, &handled, &Start::Backlog, &[1, 2, 3, 4]);
    fixture.send_items([5]);
    fixture.operations().seek(&fixture.topic, &fixture.group, &Start::New).unwrap();
    fixture.send_items([6]);
    fixture.member("a", |consumer| consumer.count(1)).end_well();
    promise_eq!(handled.all()[8..], [6]);
}

pub(in crate::conformance) fn seek_moves_a_group_after_an_entry(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let ids = fixture.send_items(1..=4);
    fixture.member("a", |consumer| consumer.count(4)).end_well();
    seek(fixture, &handled, &Start::After(ids[1].clone()), &[3, 4]);
}

pub(in crate::conformance) fn seek_moves_a_group_to_a_time(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let time = fixture.send_around_a_time();
    fixture.member("a", |consumer| consumer.count(5)).end_well();
    seek(fixture, &handled, &Start::At(time), &[4, 5]);
    seek(fixture, &handled, &Start::At(UNIX_EPOCH), &[1, 2, 3, 4, 5]);
}

pub(in crate::conformance) fn a_window_of_time_is_handled_and_ends_the_consumer(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let time = fixture.send_around_a_time();
    let window = |from, until| move |consumer: Consumer| consumer.start(Start::At(from)).until(until);
    let member = |group, from, until| {
        fixture.member_of(&fixture.topic, group, "a", window(from, until)).end_well().handled
    };
    promise_eq!(member("before", UNIX_EPOCH, time), 3);
    promise_eq!(member("after", time, SystemTime::now() + Duration::from_millis(50)), 2);
    promise_eq!(member("empty", UNIX_EPOCH, UNIX_EPOCH + Duration::from_secs(1)), 0);
    promise_eq!(handled.all(), [1, 2, 3, 4, 5]);
}

pub(in crate::conformance) fn messages_after_the_window_stay_with_the_group(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let time = fixture.send_around_a_time();
    let report = fixture.member("a", |consumer| consumer.until(time)).end_well();
    promise_eq!(report.handled, 3);
    assert!(fixture.is_acknowledged(), "the later messages should not be delivered");
    promise_eq!(fixture.lag(), 2);
    // Another member gets them at once.
    promise_eq!(fixture.member("b", |consumer| consumer.count(2)).end_well().handled, 2);
    promise_eq!(handled.all(), [1, 2, 3, 4, 5]);
}
