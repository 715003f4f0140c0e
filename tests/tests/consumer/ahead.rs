//! Reading ahead of the receivers.

use crate::{
    Gate, receive, receive_at,
    script::{Call, Script, entry, wait},
};

/// Makes the entries of a test with these numbers.
fn entries(
    test: &'static str,
    numbers: std::ops::RangeInclusive<usize>,
) -> Vec<openedx_events::event_bus::Entry> {
    numbers.map(|number| entry(test, &number.to_string(), "ada")).collect()
}

fn ahead(script: &Script) -> Vec<Call> {
    let of_reading = |call: &Call| matches!(call, Call::ReadAhead(_) | Call::Take(_));
    script.calls().into_iter().filter(of_reading).collect()
}

#[test]
fn the_next_batch_is_read_while_receivers_handle_one() {
    let (test, script, gate) = ("ahead", Script::default(), Gate::default());
    let (handled, _receiver) = receive_at(&gate, test);
    script.reads_ahead();
    script.delivers(entries(test, 1..=10)).delivers(entries(test, 11..=20));
    let consumer = script.start(|consumer| consumer.read_at_once(10));
    gate.wait_for_arrival();
    wait("both batches are there", || ahead(&script).len() == 2);
    assert_eq!(ahead(&script), [Call::ReadAhead(10), Call::Take(10)]);
    gate.open();
    wait("all are acknowledged", || script.acknowledged().len() == 20);
    consumer.stop().unwrap();
    assert_eq!(handled.all(), (1..=20).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn nothing_is_read_ahead_without_room_or_without_more_entries() {
    for (test, batch, count) in [("one", 1, 1), ("few", 10, 4)] {
        let (script, gate) = (Script::default(), Gate::default());
        let (_, _receiver) = receive_at(&gate, test);
        script.reads_ahead();
        script.delivers(entries(test, 1..=count));
        let consumer = script.start(|consumer| consumer.read_at_once(batch));
        gate.wait_for_arrival();
        script.wait_for_polls();
        assert_eq!(ahead(&script), [], "{test}");
        gate.open();
        consumer.stop().unwrap();
    }
}

#[test]
fn entries_that_were_read_ahead_are_returned_at_a_stop() {
    let (test, script) = ("late", Script::default());
    let _receiver = receive(test, |_| Ok(()));
    script.reads_ahead();
    script.stop_when_it_reads_ahead();
    script.delivers(entries(test, 1..=10)).delivers(entries(test, 11..=20));
    let report = script.start(|consumer| consumer.read_at_once(10)).end().unwrap();
    assert_eq!(ahead(&script), [Call::ReadAhead(10), Call::Take(10)]);
    let held = script.calls().into_iter().find_map(|call| match call {
        Call::Hold(held) => Some(held),
        _ => None,
    });
    let held = held.unwrap();
    assert!(held.iter().all(|(_, attempts)| *attempts == 0), "no attempt had begun: {held:?}");
    assert_eq!(usize::try_from(report.handled).unwrap() + held.len(), 20, "{:?}", script.calls());
    assert!((11..=20).all(|number| held.iter().any(|(id, _)| *id == number.to_string())), "{held:?}");
}
