//! Messages that no consumer can read, or can read only in part.

use crate::{
    conformance::{
        fixture::{Fixture, Recorded},
        promise::promise_eq,
    },
    event_bus::{ConsumeError, DeadLetter, Header, Message, OnUnknownType},
    metadata::EventsMetadata,
};

/// Returns the message without some headers.
fn without(message: &Message, headers: &[Header]) -> Message {
    let mut changed = message.to_builder();
    for header in headers {
        changed.remove_header(*header);
    }
    changed.build()
}

/// Returns the message with another value of some headers.
fn with(message: &Message, headers: &[Header], value: &'static [u8]) -> Message {
    let mut changed = message.to_builder();
    for header in headers {
        changed.header(*header, value);
    }
    changed.build()
}

/// Sends a changed message between two others, and checks that it becomes a dead letter while they are handled.
fn dead_letter(fixture: &Fixture, change: impl FnOnce(&Message) -> Message) -> DeadLetter {
    let (handled, _receiver) = fixture.record();
    let message = change(&fixture.added(2));
    fixture.send([fixture.added(1), message.clone(), fixture.added(3)]);
    let report = fixture.member("a", |consumer| consumer.count(3)).end_well();
    promise_eq!((report.handled, report.dead_lettered), (2, 1));
    promise_eq!(handled.all(), [1, 3]);
    assert!(fixture.pending().is_empty());
    let letter = fixture.dead_letter();
    assert!(letter.message == message, "the stored message differs");
    promise_eq!((letter.failure.attempts, &*letter.failure.receivers), (1, &[][..]));
    letter
}

fn assert_error(letter: &DeadLetter, part: &str) {
    let error = &letter.failure.error;
    assert!(error.contains(part), "`{part}` is missing: {error}");
}

pub(in crate::conformance) fn undecodable_data_is_dead_lettered(fixture: &Fixture) {
    let letter = dead_letter(fixture, |message| {
        let mut changed = message.to_builder();
        changed.event_data(&b"\xff"[..]);
        changed.build()
    });
    assert!(!letter.failure.error.is_empty());
}

const UNKNOWN: &[u8] = b"test.openedx_events.conformance.item.unknown.v1";

fn with_unknown_type(message: &Message) -> Message {
    with(message, &[Header::EventType], UNKNOWN)
}

pub(in crate::conformance) fn unknown_types_are_dead_lettered(fixture: &Fixture) {
    assert_error(&dead_letter(fixture, with_unknown_type), "conformance.item.unknown.v1");
}

pub(in crate::conformance) fn unknown_types_can_be_skipped(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    fixture.send([with_unknown_type(&fixture.added(1)), fixture.added(2)]);
    let member = fixture.member("a", |consumer| consumer.on_unknown_type(OnUnknownType::Skip).count(1));
    let report = member.end_well();
    promise_eq!((report.handled, report.skipped, report.dead_lettered), (1, 1, 0));
    promise_eq!(handled.all(), [2]);
    assert!(fixture.pending().is_empty() && fixture.dead_letters().is_empty());
}

pub(in crate::conformance) fn an_unknown_type_can_stop_the_consumer(fixture: &Fixture) {
    let (handled, _receiver) = fixture.record();
    let ids = fixture.send([fixture.added(1), with_unknown_type(&fixture.added(2)), fixture.added(3)]);
    // A message that was never tried does not become a dead letter, however often the consumer starts.
    for _ in 0..4 {
        let member =
            fixture.member("a", |consumer| consumer.on_unknown_type(OnUnknownType::Stop).max_attempts(2));
        let error = member.end_with_error("it should stop");
        assert!(matches!(&error, ConsumeError::StoppedOnError { entry, .. } if *entry == ids[1]), "{error}");
    }
    promise_eq!(handled.all(), [1]);
    assert!(fixture.dead_letters().is_empty());
    let member = fixture.member("a", |consumer| consumer.on_unknown_type(OnUnknownType::Skip).count(1));
    let report = member.end_well();
    promise_eq!((report.handled, report.skipped), (1, 1), "both messages should be delivered again");
}

pub(in crate::conformance) fn a_message_without_type_is_dead_lettered(fixture: &Fixture) {
    let header = &[Header::EventType];
    assert_error(&dead_letter(fixture, |message| without(message, header)), "`type`");
    assert_error(&dead_letter(&fixture.another(), |message| with(message, header, b"")), "`type`");
}

pub(in crate::conformance) fn headers_that_are_not_utf8_are_dead_lettered(fixture: &Fixture) {
    let letter = dead_letter(fixture, |message| with(message, &[Header::Source], b"\xff\xfe"));
    assert_error(&letter, "`source` is not UTF-8");
}

pub(in crate::conformance) fn times_outside_utc_are_dead_lettered(fixture: &Fixture) {
    let time = b"2024-02-29T10:30:00.000000+01:00";
    let letter = dead_letter(fixture, |message| with(message, &[Header::Time], time));
    assert_error(&letter, "UTC");
}

/// Sends a changed message. Returns its original metadata, and the metadata that receivers get.
fn metadata(fixture: &Fixture, change: impl FnOnce(&Message) -> Message) -> (EventsMetadata, EventsMetadata) {
    let received = Recorded::new();
    let records = received.clone();
    let _receiver = fixture.receive(move |_, metadata| {
        records.push(metadata.clone());
        Ok(())
    });
    let message = fixture.added(1);
    fixture.send([change(&message)]);
    promise_eq!(fixture.member("a", |consumer| consumer.count(1)).end_well().handled, 1);
    (message.metadata().unwrap().0, received.all().remove(0))
}

const WITH_DEFAULTS: &[Header] =
    &[Header::Source, Header::MinorVersion, Header::SourceHost, Header::Time, Header::SourceLib];

pub(in crate::conformance) fn absent_headers_have_defaults(fixture: &Fixture) {
    check_defaults(metadata(fixture, |message| without(message, WITH_DEFAULTS)));
}

pub(in crate::conformance) fn empty_headers_have_defaults(fixture: &Fixture) {
    check_defaults(metadata(fixture, |message| with(message, WITH_DEFAULTS, b"")));
}

fn check_defaults((sent, received): (EventsMetadata, EventsMetadata)) {
    promise_eq!(received.id, sent.id);
    promise_eq!(received.minorversion, 0);
    promise_eq!((received.source, received.sourcehost), (sent.source, sent.sourcehost));
    assert!(received.time.unix_micros() >= sent.time.unix_micros());
}

pub(in crate::conformance) fn a_message_without_id_gets_one(fixture: &Fixture) {
    let (sent, received) = metadata(fixture, |message| without(message, &[Header::Id]));
    assert_ne!(received.id, sent.id);
}
