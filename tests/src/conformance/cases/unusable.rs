//! Messages that nobody can read, or not all of them.

use std::sync::Arc;

use openedx_events::{
    EventsMetadata,
    event_bus::{ConsumeError, DeadLetter, Header, Message, OnUnknownType},
};

use crate::conformance::{
    Harness,
    bench::{Bench, Seen},
};

/// Returns the message without a header.
fn without(message: &Message, header: Header) -> Message {
    let mut changed = message.to_builder();
    changed.remove_header(header);
    changed.build()
}

/// Returns the message with another value of a header.
fn with(message: &Message, header: Header, value: &[u8]) -> Message {
    let mut changed = message.to_builder();
    changed.header(header, value.to_vec());
    changed.build()
}

/// Sends `message` between two others, which are handled; returns its dead letter.
fn dead_lettered(bench: &Bench, message: impl FnOnce(&Message) -> Message) -> DeadLetter {
    let (seen, _receiver) = bench.see();
    let message = message(&Bench::message(&bench.parcel(2)));
    bench.post([1]);
    bench.send([message.clone()]);
    bench.post([3]);
    let report = bench.member("a", |consumer| consumer.count(3)).end().unwrap();
    assert_eq!((report.handled, report.dead_lettered), (2, 1));
    assert_eq!(seen.all(), [1, 3]);
    assert!(bench.pending().is_empty());
    let letter = bench.dead_letters().remove(0);
    assert!(letter.message == message, "the message was changed");
    assert_eq!((letter.failure.attempts, &*letter.failure.receivers), (1, &[][..]));
    letter
}

pub(in crate::conformance) fn undecodable_bytes_are_dead_lettered_and_block_nothing(
    harness: &Arc<dyn Harness>,
) {
    let letter = dead_lettered(&Bench::new(harness), |message| {
        let mut changed = message.to_builder();
        changed.event_data(&b"\xff"[..]);
        changed.build()
    });
    assert!(!letter.failure.error.is_empty());
}

const UNKNOWN: &[u8] = b"com.example.logistics.parcel.teleported.v1";

pub(in crate::conformance) fn unknown_types_are_dead_lettered(harness: &Arc<dyn Harness>) {
    let letter = dead_lettered(&Bench::new(harness), |message| with(message, Header::EventType, UNKNOWN));
    assert!(letter.failure.error.contains("parcel.teleported.v1"), "{}", letter.failure.error);
}

pub(in crate::conformance) fn unknown_types_can_be_skipped(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.send([with(&Bench::message(&bench.parcel(1)), Header::EventType, UNKNOWN)]);
    bench.post([2]);
    let member = bench.member("a", |consumer| consumer.on_unknown_type(OnUnknownType::Skip).count(1));
    let report = member.end().unwrap();
    assert_eq!((report.handled, report.skipped, report.dead_lettered), (1, 1, 0));
    assert_eq!(seen.all(), [2]);
    assert!(bench.pending().is_empty() && bench.dead_letters().is_empty());
}

pub(in crate::conformance) fn an_unknown_type_can_stop_the_consumer(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let (seen, _receiver) = bench.see();
    bench.post([1]);
    let ids = bench.send([with(&Bench::message(&bench.parcel(2)), Header::EventType, UNKNOWN)]);
    bench.post([3]);
    // More often than a message has attempts: what was never tried is not given up.
    for _ in 0..4 {
        let member =
            bench.member("a", |consumer| consumer.on_unknown_type(OnUnknownType::Stop).max_attempts(2));
        let error = member.end().expect_err("it should stop");
        assert!(matches!(&error, ConsumeError::StoppedOnError { entry, .. } if *entry == ids[0]), "{error}");
    }
    assert_eq!(seen.all(), [1]);
    assert_eq!(bench.pending().len(), 2);
    assert!(bench.dead_letters().is_empty());
}

pub(in crate::conformance) fn a_message_without_type_is_dead_lettered(harness: &Arc<dyn Harness>) {
    let letter = dead_lettered(&Bench::new(harness), |message| without(message, Header::EventType));
    assert!(letter.failure.error.contains("`type`"), "{}", letter.failure.error);
    let letter = dead_lettered(&Bench::new(harness), |message| with(message, Header::EventType, b""));
    assert!(letter.failure.error.contains("`type`"), "{}", letter.failure.error);
}

/// The metadata with which the one message of the case comes.
fn metadata_of(bench: &Bench, message: Message) -> EventsMetadata {
    let seen = Seen::new();
    let theirs = seen.clone();
    let _receiver = bench.receive(move |_, metadata| {
        theirs.push(metadata.clone());
        Ok(())
    });
    bench.send([message]);
    assert_eq!(bench.member("a", |consumer| consumer.count(1)).end().unwrap().handled, 1);
    seen.all().remove(0)
}

pub(in crate::conformance) fn absent_and_empty_headers_have_defaults(harness: &Arc<dyn Harness>) {
    let bench = Bench::new(harness);
    let sent = Bench::message(&bench.parcel(1));
    let mut message = sent.clone();
    for header in [Header::Id, Header::Source, Header::MinorVersion] {
        message = without(&message, header);
    }
    for header in [Header::SourceHost, Header::Time, Header::SourceLib] {
        message = with(&message, header, b"");
    }
    let metadata = metadata_of(&bench, message);
    let sent = sent.metadata().unwrap().0;
    assert_eq!(metadata.minorversion, 0);
    assert_eq!((metadata.source, metadata.sourcehost), (sent.source, sent.sourcehost));
    assert_ne!(metadata.id, sent.id, "it should have an id of its own");
    assert!(metadata.time.unix_micros() >= sent.time.unix_micros());
}

pub(in crate::conformance) fn headers_that_are_not_utf8_are_dead_lettered(harness: &Arc<dyn Harness>) {
    let letter = dead_lettered(&Bench::new(harness), |message| with(message, Header::Source, b"\xff\xfe"));
    assert!(letter.failure.error.contains("`source` is not UTF-8"), "{}", letter.failure.error);
}

pub(in crate::conformance) fn times_outside_utc_are_dead_lettered(harness: &Arc<dyn Harness>) {
    let time: &[u8] = b"2024-02-29T10:30:00.000000+01:00";
    let letter = dead_lettered(&Bench::new(harness), |message| with(message, Header::Time, time));
    assert!(letter.failure.error.contains("UTC"), "{}", letter.failure.error);
}
