//! Groups and where they start.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use openedx_events::event_bus::{EntryId, Start};

use crate::conformance::{
    Harness,
    bench::{Bench, GROUP},
};

pub(in crate::conformance) fn each_group_gets_every_message(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post(1..=20);
    for group in ["first", "second"] {
        let member = bench.member_of(&bench.topic, group, "a", |consumer| consumer.count(20));
        assert_eq!(member.end().unwrap().handled, 20, "{group}");
    }
    assert_eq!(seen.all(), (1..=20).chain(1..=20).collect::<Vec<_>>());
}

pub(in crate::conformance) fn members_of_a_group_share_its_messages(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let handled = Arc::new(Mutex::new(BTreeMap::new()));
    let theirs = Arc::clone(&handled);
    let _receiver = bench.receive(move |parcel, _| {
        *theirs.lock().unwrap().entry(parcel.number).or_insert(0) += 1;
        // So that no member has all of them at once.
        thread::sleep(Duration::from_millis(1));
        Ok(())
    });
    let members = ["a", "b"].map(|name| bench.member(name, |consumer| consumer.batch(5)));
    bench.post(0..200);
    bench.wait("all are handled", || handled.lock().unwrap().len() == 200);
    bench.wait_until_acknowledged();
    let [a, b] = members.map(|member| member.stop_well().handled);
    assert!(handled.lock().unwrap().values().all(|count| *count == 1), "a message was handed out twice");
    assert_eq!(a + b, 200);
    assert!(a > 0 && b > 0, "{a} and {b}");
}

pub(in crate::conformance) fn a_new_group_starts_with_what_comes(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post(1..=3);
    let member = bench.member("a", |consumer| consumer.start(Start::New));
    bench.wait("the group exists", || member.link().has_polled());
    // The first poll has begun; that it has ended is not to be seen.
    thread::sleep(Duration::from_millis(100));
    bench.post(4..=5);
    bench.wait("what comes is handled", || seen.len() >= 2);
    assert_eq!(member.stop_well().handled, 2);
    assert_eq!(seen.all(), [4, 5]);
}

pub(in crate::conformance) fn a_backlog_group_starts_with_what_is_there(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post(1..=20);
    bench.trim(10);
    let member = bench.member("a", |consumer| consumer.start(Start::Backlog).count(10));
    let report = member.end().unwrap();
    assert_eq!(seen.all(), (11..=20).collect::<Vec<_>>());
    assert_eq!(report.lost, 0, "what was trimmed before the group was there is not lost to it");
}

pub(in crate::conformance) fn a_group_starts_after_an_entry(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    let ids = bench.post(1..=5);
    let member = bench.member("a", |consumer| consumer.start(Start::After(ids[2].clone())).count(2));
    assert_eq!(member.end().unwrap().handled, 2);
    assert_eq!(seen.all(), [4, 5]);
}

pub(in crate::conformance) fn an_existing_group_continues(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post(1..=2);
    bench.member("a", |consumer| consumer.count(2)).end().unwrap();
    bench.post(3..=4);
    for start in [Start::New, Start::Backlog] {
        let member = bench.member("a", |consumer| consumer.start(start).count(1));
        assert_eq!(member.end().unwrap().handled, 1);
    }
    assert_eq!(seen.all(), [1, 2, 3, 4]);
}

pub(in crate::conformance) fn a_start_after_an_entry_is_refused_for_an_existing_group(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    let ids = bench.post(1..=2);
    bench.member("a", |consumer| consumer.count(2)).end().unwrap();
    let again = bench.member("a", |consumer| consumer.start(Start::After(ids[0].clone())).count(1));
    let error = again.end().expect_err("the start would be ignored");
    assert_eq!(error.exit_code(), 2, "{error}");
    let text = error.to_string();
    for part in ["seek", &bench.topic, GROUP, ids[0].as_str()] {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    assert_eq!(seen.all(), [1, 2]);
}

pub(in crate::conformance) fn a_start_after_what_is_no_entry_is_refused(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post(1..=2);
    let nonsense = EntryId::new("yesterday");
    let start = Start::After(nonsense.clone());
    let error = bench.member("a", |consumer| consumer.start(start.clone())).end();
    let error = error.expect_err("it would begin somewhere else");
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.to_string().contains("`yesterday` is not the id of an entry"), "{error}");
    let mut operations = bench.operations();
    assert!(operations.seek(&bench.topic, GROUP, &start).is_err());
    assert!(operations.read(&bench.topic, Some(&nonsense), 10).is_err());
    assert!(operations.drop_dead_letters(&bench.topic, GROUP, &[nonsense]).is_err());
    assert!(seen.all().is_empty());
}

pub(in crate::conformance) fn a_group_is_moved_by_seek(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    let ids = bench.post(1..=4);
    bench.member("a", |consumer| consumer.count(4)).end().unwrap();
    for (to, expected) in [(Start::After(ids[1].clone()), vec![3, 4]), (Start::Backlog, vec![1, 2, 3, 4])] {
        let before = seen.len();
        bench.operations().seek(&bench.topic, GROUP, &to).unwrap();
        let member = bench.member("a", |consumer| consumer.count(expected.len() as u64));
        let report = member.end().unwrap();
        assert_eq!(seen.all()[before..], expected, "{to:?}");
        assert_eq!(report.lost, 0);
    }
    bench.post(5..=5);
    bench.operations().seek(&bench.topic, GROUP, &Start::New).unwrap();
    bench.post(6..=6);
    bench.member("a", |consumer| consumer.count(1)).end().unwrap();
    assert_eq!(seen.all().last(), Some(&6));
    assert_eq!(seen.count(&5), 0);
}
