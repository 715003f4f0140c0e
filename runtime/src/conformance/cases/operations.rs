//! The tools of operators: reading a topic from any place, and how far a group is behind.

use crate::{
    conformance::{fixture::Fixture, promise::promise_eq},
    event_bus::{EntryId, Start},
};

pub(in crate::conformance) fn a_ping_is_answered(fixture: &Fixture) {
    let mut operations = fixture.operations();
    operations.ping().expect("the bus should answer");
    promise_eq!(operations.groups(&fixture.missing_topic()).unwrap(), None, "a ping should create no topic");
}

/// Returns the entries that a reader finds from `at` on, in pages of `max`.
fn read(fixture: &Fixture, at: &Start, max: usize) -> Vec<EntryId> {
    fixture.read_pages(&fixture.topic, at, max).into_iter().map(|entry| entry.id).collect()
}

pub(in crate::conformance) fn a_topic_is_read_in_pages(fixture: &Fixture) {
    let ids = fixture.send_items(1..=5);
    for max in [1, 2, 5, 100] {
        promise_eq!(read(fixture, &Start::Backlog, max), ids, "in pages of {max}");
    }
    let mut operations = fixture.operations();
    // The place after the last page is where the next entries will be.
    let cursor = operations.cursor(&fixture.topic, &Start::Backlog).unwrap();
    let mut page = operations.read(&fixture.topic, &cursor, 100).unwrap();
    page = operations.read(&fixture.topic, &page.next, 100).unwrap();
    assert!(page.entries.is_empty());
    let later = fixture.send_items(6..=6);
    page = operations.read(&fixture.topic, &page.next, 100).unwrap();
    promise_eq!(page.entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>(), later);
    promise_eq!(
        operations.groups(&fixture.topic).unwrap(),
        Some(Vec::new()),
        "reading should create no group"
    );
}

pub(in crate::conformance) fn a_reader_can_begin_at_the_end(fixture: &Fixture) {
    fixture.send_items(1..=3);
    let mut operations = fixture.operations();
    let cursor = operations.cursor(&fixture.topic, &Start::New).unwrap();
    let later = fixture.send_items(4..=5);
    let page = operations.read(&fixture.topic, &cursor, 100).unwrap();
    promise_eq!(page.entries.into_iter().map(|entry| entry.id).collect::<Vec<_>>(), later);
}

pub(in crate::conformance) fn a_reader_can_begin_after_an_entry(fixture: &Fixture) {
    let ids = fixture.send_items(1..=5);
    promise_eq!(read(fixture, &Start::After(ids[2].clone()), 1), ids[3..]);
}

pub(in crate::conformance) fn a_reader_can_begin_at_a_time(fixture: &Fixture) {
    let time = fixture.send_around_a_time();
    let ids: Vec<_> = fixture.read(&fixture.topic).into_iter().map(|entry| entry.id).collect();
    promise_eq!(read(fixture, &Start::At(time), 100), ids[3..]);
}

pub(in crate::conformance) fn an_invalid_entry_id_is_refused(fixture: &Fixture) {
    let invalid = EntryId::new("yesterday");
    fixture.send_items(1..=2);
    let mut operations = fixture.operations();
    assert!(operations.cursor(&fixture.topic, &Start::After(invalid.clone())).is_err());
    assert!(operations.drop_dead_letters(&fixture.topic, &fixture.group, &[invalid]).is_err());
}

pub(in crate::conformance) fn the_lag_of_a_group_is_counted(fixture: &Fixture) {
    let (_handled, _receiver) = fixture.record();
    fixture.send_items(1..=3);
    fixture.member("a", |consumer| consumer.count(2)).end_well();
    promise_eq!(fixture.lag(), 1);
    fixture.send_items(4..=9);
    promise_eq!(fixture.lag(), 7);
    fixture.member("a", |consumer| consumer.count(7)).end_well();
    promise_eq!(fixture.lag(), 0);
    let error = fixture.operations().lag(&fixture.topic, "nobody").expect_err("the group does not exist");
    assert!(!error.is_transient(), "{error}");
}
