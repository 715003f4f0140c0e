//! Entries that the bus drops before they are handled.

use crate::{
    conformance::{fixture::Fixture, promise::promise_eq},
    event_bus::{Report, Start},
};

/// Trims a topic to four entries while the group has not read the last twenty. Returns the report of the next member and
/// the lines that it logs about the loss.
fn trim_unread(fixture: &Fixture) -> (Report, Vec<String>) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=5);
    fixture.member("a", |consumer| consumer.count(5)).end_well();
    fixture.send_items(6..=25);
    fixture.trim(4);
    let member = fixture.member("a", |consumer| consumer.count(4));
    let lines = member.lines().clone();
    let report = member.end_well();
    promise_eq!(report.handled, 4);
    promise_eq!(handled.all(), (1..=5).chain(22..=25).collect::<Vec<_>>());
    let mut lines = lines.with("lost");
    lines.retain(|line| line.starts_with("ERROR"));
    (report, lines)
}

pub(in crate::conformance) fn trimmed_unread_entries_are_reported_as_lost(fixture: &Fixture) {
    let (_, lines) = trim_unread(fixture);
    promise_eq!(lines.len(), 1, "{lines:?}");
}

pub(in crate::conformance) fn trimmed_unread_entries_are_counted(fixture: &Fixture) {
    let (report, lines) = trim_unread(fixture);
    promise_eq!(report.lost, 16);
    assert!(lines.concat().contains("16"), "{lines:?}");
}

pub(in crate::conformance) fn trimmed_pending_entries_are_reported_as_lost(fixture: &Fixture) {
    let crash = fixture.crash();
    let (handled, _succeeding) = fixture.record();
    let _crashing = fixture.receive(move |item, _| {
        if item.number == 1 {
            crash();
        }
        Ok(())
    });
    let ids = fixture.send_items(1..=10);
    fixture.member("a", |consumer| consumer.read_at_once(10)).wait_for_crash();
    promise_eq!(fixture.pending().len(), 10);
    fixture.trim(4);
    fixture.send_items([11]);
    let before = handled.len();
    let member = fixture.member("a", |consumer| consumer.count(5));
    let lines = member.lines().clone();
    let report = member.end_well();
    promise_eq!(handled.all()[before..], [7, 8, 9, 10, 11], "the entries that are left should be handled");
    promise_eq!((report.handled, report.lost), (5, 6));
    let lost = lines.with("lost").concat();
    assert!(ids[..6].iter().all(|id| lost.contains(id.as_str())), "{lost}");
    assert!(fixture.pending().is_empty());
}

pub(in crate::conformance) fn entries_trimmed_after_a_move_are_reported_as_lost(fixture: &Fixture) {
    for back_to in [None, Some(1)] {
        let fixture = &fixture.another();
        let (handled, _receiver) = fixture.record();
        let ids = fixture.send_items(1..=20);
        fixture.member("a", |consumer| consumer.count(20)).end_well();
        let to = back_to.map_or(Start::Backlog, |place: usize| Start::After(ids[place].clone()));
        fixture.operations().seek(&fixture.topic, &fixture.group, &to).unwrap();
        fixture.trim(4);
        let before = handled.len();
        let member = fixture.member("a", |consumer| consumer.count(4));
        let lines = member.lines().clone();
        member.end_well();
        promise_eq!(handled.all()[before..], [17, 18, 19, 20]);
        let mut lost = lines.with("lost");
        lost.retain(|line| line.starts_with("ERROR"));
        promise_eq!(lost.len(), 1, "{to:?}: {lost:?}");
    }
}
