//! What a consumer can be asked for.

use std::{sync::Arc, time::Duration};

use openedx_events::{
    EventsMetadata, ReceiverError, codec,
    event_bus::{self, ConsumeError, Message, Settings, register},
};
use serde_json::json;

use super::producing::one_at_a_time;
use crate::conformance::{
    Harness,
    bench::{Bench, Seen},
    events::{PARCEL_FORGOTTEN, PARCEL_LABELLED, PARCEL_RETURNED, ParcelForgotten},
};

pub(in crate::conformance) fn only_the_types_asked_for_are_handled(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _posted) = bench.see();
    let theirs = seen.clone();
    let _returned = bench.receive_returned(move |number| theirs.push(number));
    bench.post([1]);
    bench.send([bench.returned_message(2)]);
    bench.post([3]);
    bench.send([bench.returned_message(4)]);
    let member = bench.member("a", |consumer| consumer.only([PARCEL_RETURNED.event_type()]).count(2));
    let report = member.end().unwrap();
    assert_eq!((report.handled, report.skipped), (2, 2));
    assert_eq!(seen.all(), [2, 4]);
    assert!(bench.pending().is_empty());
}

pub(in crate::conformance) fn a_count_ends_the_consumer(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post(1..=10);
    let report = bench.member("a", |consumer| consumer.count(3)).end().unwrap();
    assert_eq!(report.handled, 3);
    assert_eq!(seen.all(), [1, 2, 3]);
    assert!(bench.pending().is_empty(), "no more than asked for is taken");
    let report = bench.member("a", |consumer| consumer.count(7)).end().unwrap();
    assert_eq!(report.handled, 7);
    assert_eq!(seen.all(), (1..=10).collect::<Vec<_>>());
}

fn forgotten(number: i64) -> Message {
    Message::new(&PARCEL_FORGOTTEN.generate_signal_metadata(), codec::encode(&ParcelForgotten { number }))
}

pub(in crate::conformance) fn printed_events_count(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.send([forgotten(1)]);
    bench.post([2]);
    let printed = Seen::new();
    let theirs = printed.clone();
    let member = bench.member("a", |consumer| {
        consumer.count(2).print(move |event, _: &EventsMetadata| theirs.push(event.to_json().unwrap()))
    });
    member.end().unwrap();
    assert_eq!(seen.all(), [2]);
    let printed = printed.all();
    assert_eq!(printed.len(), 2, "also those that no receiver takes: {printed:?}");
    assert_eq!(printed[0], r#"{"number":1}"#);
    assert!(printed[1].contains(r#""customer":"ada""#), "{printed:?}");
}

pub(in crate::conformance) fn a_print_that_panics_keeps_no_event_from_its_receivers(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post([1, 2]);
    let member = bench.member("a", |consumer| {
        consumer.count(2).print(|_, _: &EventsMetadata| panic!("on purpose: the paper is out"))
    });
    assert_eq!(member.end().unwrap().handled, 2);
    assert_eq!(seen.all(), [1, 2]);
}

pub(in crate::conformance) fn a_message_without_receiver_is_acknowledged_and_named_once(
    harness: &Arc<dyn Harness>,
) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.send((1..=3).map(forgotten));
    bench.post([4]);
    let member = bench.member("a", |consumer| consumer);
    let lines = member.lines().clone();
    bench.wait("the others are handled", || seen.len() == 1);
    bench.wait_until_acknowledged();
    let report = member.stop_well();
    let event_type = PARCEL_FORGOTTEN.event_type();
    assert_eq!((report.handled, report.without_receiver.get(event_type)), (1, Some(&3)));
    let lines = lines.with(event_type);
    assert!(lines.len() == 1 && lines[0].starts_with("WARN"), "{lines:?}");
}

pub(in crate::conformance) fn loops_are_refused(harness: &Arc<dyn Harness>) {
    let _only = one_at_a_time();
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    let name = format!("loop-{}", bench.run);
    register(&name, bench.bus());
    let topic = &bench.topic;
    let event_type = PARCEL_LABELLED.event_type();
    let settings = Settings::from_value(json!({
        "EVENT_BUS_PRODUCER": name,
        "EVENT_BUS_PRODUCER_CONFIG": {event_type: {topic: {"event_key_field": "number", "enabled": true}}},
    }));
    let _guard = event_bus::install(settings.unwrap()).unwrap();
    bench.post([1]);
    let error = bench.member("a", |consumer| consumer).end().expect_err("it would consume its own events");
    assert!(matches!(error, ConsumeError::Refused(_)) && error.exit_code() == 2, "{error}");
    let text = error.to_string();
    assert!(text.contains(event_type) && text.contains(topic.as_str()), "{text}");
    assert_eq!(seen.len(), 0);
    bench.member("a", |consumer| consumer.allow_loop(true).count(1)).end().unwrap();
    assert_eq!(seen.all(), [1]);
}

/// `Duration::MAX` is how somebody says "for ever", and is after the end of every clock.
pub(in crate::conformance) fn the_longest_times_are_no_error(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post([1]);
    let member = bench.member("a", |consumer| {
        consumer
            .claim_older_than(Duration::MAX)
            .retry(Duration::MAX, Duration::MAX)
            .poll_failure_sleep(Duration::MAX)
            .stop_timeout(Duration::MAX)
            .dead_letters(Duration::MAX, 10)
    });
    bench.wait("the message is handled", || seen.len() == 1);
    let failing = bench.receive(|_, _| Err(ReceiverError::new("not today")));
    bench.post([2]);
    bench.wait("the message has failed", || seen.len() == 2);
    let report = member.stop_well();
    drop(failing);
    assert_eq!((report.handled, report.failed_attempts), (1, 1));
    assert_eq!(bench.pending().len(), 1, "it waits for its next attempt");
}
