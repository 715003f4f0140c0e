//! Entries that the bus dropped before they were handled.

use std::sync::Arc;

use crate::conformance::{Harness, bench::Bench};

pub(in crate::conformance) fn trimmed_unread_entries_are_reported_as_lost(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post(1..=5);
    bench.member("a", |consumer| consumer.count(5)).end().unwrap();
    bench.post(6..=25);
    bench.trim(4);
    let member = bench.member("a", |consumer| consumer.count(4));
    let lines = member.lines().clone();
    let report = member.end().unwrap();
    assert_eq!((report.handled, report.lost), (4, 16));
    assert_eq!(seen.all(), (1..=5).chain(22..=25).collect::<Vec<_>>());
    let lost = lines.with("dropped entries before they were read");
    assert!(lost.len() == 1 && lost[0].starts_with("ERROR") && lost[0].contains("16"), "{lost:?}");
}

pub(in crate::conformance) fn trimmed_pending_entries_are_reported_as_lost(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let kill = bench.killer();
    let (seen, _well) = bench.see();
    let _deadly = bench.receive(move |parcel, _| {
        if parcel.number == 1 {
            kill();
        }
        Ok(())
    });
    let ids = bench.post(1..=10);
    bench.member("a", |consumer| consumer.batch(10)).end().ok();
    assert_eq!(bench.pending().len(), 10);
    bench.trim(4);
    bench.post([11]);
    let before = seen.len();
    let member = bench.member("a", |consumer| consumer.count(5));
    let lines = member.lines().clone();
    let report = member.end().unwrap();
    assert_eq!(seen.all()[before..], [7, 8, 9, 10, 11], "lost ones are not the end of what is pending");
    assert_eq!((report.handled, report.lost), (5, 6));
    let text = lines.with("dropped pending entries").concat();
    assert!(ids[..6].iter().all(|id| text.contains(id.as_str())), "{text}");
    assert!(bench.pending().is_empty());
}
