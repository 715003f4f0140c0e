//! Options of a consumer.

use std::time::Duration;

use serde_json::json;

use super::producing::one_at_a_time;
use crate::{
    codec,
    conformance::{
        events::{ITEM_IGNORED, ITEM_PRODUCED, ITEM_REMOVED, ItemIgnored},
        fixture::{Fixture, Recorded},
        promise::promise_eq,
    },
    event_bus::{self, ConsumeError, Message, Settings, register},
    metadata::EventsMetadata,
    receiver::ReceiverError,
};

pub(in crate::conformance) fn only_selected_types_are_handled(fixture: &Fixture) {
    let (handled, _added) = fixture.record();
    let records = handled.clone();
    let _removed = fixture.receive_removed(move |number| records.push(number));
    fixture.send([fixture.added(1), fixture.removed(2), fixture.added(3), fixture.removed(4)]);
    let member = fixture.member("a", |consumer| consumer.only([ITEM_REMOVED.event_type()]).count(2));
    let report = member.end_well();
    promise_eq!((report.handled, report.skipped), (2, 2));
    promise_eq!(handled.all(), [2, 4]);
    assert!(fixture.pending().is_empty());
}

pub(in crate::conformance) fn a_count_ends_the_consumer(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items(1..=10);
    let report = fixture.member("a", |consumer| consumer.count(3)).end_well();
    promise_eq!(report.handled, 3);
    promise_eq!(handled.all(), [1, 2, 3]);
    assert!(fixture.pending().is_empty(), "the consumer should read no more messages than it handles");
    let report = fixture.member("a", |consumer| consumer.count(7)).end_well();
    promise_eq!(report.handled, 7);
    promise_eq!(handled.all(), (1..=10).collect::<Vec<_>>());
}

fn ignored(number: i64) -> Message {
    Message::new(&ITEM_IGNORED.generate_signal_metadata(), codec::encode(&ItemIgnored { number }))
}

pub(in crate::conformance) fn events_without_receivers_are_printed_and_counted(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send([ignored(1), fixture.added(2)]);
    let printed = Recorded::new();
    let records = printed.clone();
    let member = fixture.member("a", |consumer| {
        consumer.count(2).print(move |event, _: &EventsMetadata| records.push(event.to_json().unwrap()))
    });
    member.end_well();
    promise_eq!(handled.all(), [2]);
    let printed = printed.all();
    promise_eq!(printed.len(), 2, "{printed:?}");
    promise_eq!(printed[0], r#"{"number":1}"#);
    assert!(printed[1].contains(r#""list":"groceries""#), "{printed:?}");
}

pub(in crate::conformance) fn a_panic_while_printing_does_not_stop_receivers(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send_items([1, 2]);
    let member = fixture.member("a", |consumer| {
        consumer
            .count(2)
            .print(|_, _: &EventsMetadata| panic!("on purpose: the conformance suite tests a panic"))
    });
    promise_eq!(member.end_well().handled, 2);
    promise_eq!(handled.all(), [1, 2]);
}

pub(in crate::conformance) fn a_message_without_receivers_is_acknowledged_and_logged_once(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send((1..=3).map(ignored).chain([fixture.added(4)]));
    let member = fixture.member("a", |consumer| consumer);
    let lines = member.lines().clone();
    fixture.wait("the last message is handled", || handled.len() == 1);
    fixture.wait_until_acknowledged();
    let report = member.stop_well();
    let event_type = ITEM_IGNORED.event_type();
    promise_eq!((report.handled, report.without_receiver.get(event_type)), (1, Some(&3)));
    let lines = lines.with(event_type);
    assert!(lines.len() == 1 && lines[0].starts_with("WARN"), "{lines:?}");
}

pub(in crate::conformance) fn loops_are_refused(fixture: &Fixture) {
    let _only = one_at_a_time();
    let (handled, _receiver) = fixture.record();
    let name = format!("conformance-loop-{}", fixture.run);
    register(&name, fixture.bus());
    let topic = &fixture.topic;
    let event_type = ITEM_PRODUCED.event_type();
    let settings = Settings::from_value(json!({
        "EVENT_BUS_PRODUCER": name,
        "EVENT_BUS_PRODUCER_CONFIG": {event_type: {topic: {"event_key_field": "number", "enabled": true}}},
    }));
    let _guard = event_bus::install(settings.unwrap()).unwrap();
    fixture.send_items([1]);
    let member = fixture.member("a", |consumer| consumer);
    let error = member.end_with_error("it would consume its own events");
    assert!(matches!(error, ConsumeError::Refused(_)) && error.exit_code() == 2, "{error}");
    let text = error.to_string();
    assert!(text.contains(event_type) && text.contains(topic.as_str()), "{text}");
    promise_eq!(handled.len(), 0);
    fixture.member("a", |consumer| consumer.allow_loop(true).count(1)).end_well();
    promise_eq!(handled.all(), [1]);
}

/// `Duration::MAX` is a common way to ask for no limit, and adding it to the current time overflows the clock.
pub(in crate::conformance) fn the_longest_durations_are_accepted(fixture: &Fixture) {
    let (attempts, _receiver) = fixture.record();
    fixture.send_items([1]);
    let member = fixture.member("a", |consumer| {
        consumer
            .claim_older_than(Duration::MAX)
            .retry(Duration::MAX, Duration::MAX)
            .poll_failure_sleep(Duration::MAX)
            .stop_timeout(Duration::MAX)
            .dead_letters(Duration::MAX, 10)
    });
    fixture.wait("the message is handled", || attempts.len() == 1);
    let failing = fixture.fail(|| ReceiverError::new("not today"));
    let ids = fixture.send_items([2]);
    fixture.wait("the message has failed", || attempts.len() == 2);
    let report = member.stop_well();
    drop(failing);
    promise_eq!((report.handled, report.failed_attempts), (1, 1));
    promise_eq!(fixture.begun(), [(ids[0].clone(), 1)], "the message should wait for its next attempt");
}
