//! Events that former releases of openedx-events wrote, in `golden/former.jsonl`, read as today's.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use openedx_events::event_bus::{Consumer, Envelope, EventBus, Header, MemoryBus, Message, Start, Stop};
use openedx_events_tests::golden::{self, Former};
use serde_json::{Value, json};

const TOPIC: &str = "former";
const GROUP: &str = "readers";

fn message(sourcelib: &[u64], event_type: &str, avro: &[u8]) -> Message {
    let release: Vec<String> = sourcelib.iter().map(ToString::to_string).collect();
    let mut message = Message::builder();
    message.header(Header::EventType, event_type.to_owned());
    message.header(Header::SourceLib, release.join("."));
    message.event_data(avro.to_vec());
    message.build()
}

fn message_of(written: &Former) -> Message {
    message(&written.sourcelib, written.event.event_type(), &written.avro)
}

/// Consumes these messages. Returns the data of each, or the error of its dead letter.
fn consume(messages: Vec<Message>) -> Vec<Result<Value, String>> {
    let bus = MemoryBus::with_max_len(messages.len());
    let count = messages.len();
    let envelopes: Vec<_> =
        messages.into_iter().map(|message| Envelope { topic: TOPIC.into(), key: None, message }).collect();
    let sent = bus.producer().unwrap().send(&envelopes, Instant::now() + Duration::from_secs(5));
    let ids: Vec<_> = sent.into_iter().map(Result::unwrap).collect();
    let found = Arc::new(Mutex::new(Vec::new()));
    let printed = Arc::clone(&found);
    let report = Consumer::of(Arc::new(bus.clone()), TOPIC, GROUP, "reader")
        .start(Start::Backlog)
        .count(count as u64)
        .print(move |event, _| {
            printed.lock().unwrap().push(serde_json::from_str(&event.to_json().unwrap()).unwrap());
        })
        .run(Stop::new())
        .unwrap();
    let letters = bus.operations().unwrap().dead_letters(TOPIC, GROUP, None, count).unwrap();
    let mut found = found.lock().unwrap().clone().into_iter();
    assert_eq!((found.len() + letters.len(), report.lost), (count, 0));
    let outcome = |id| match letters.iter().find(|letter| letter.entry_id == id) {
        Some(letter) => Err(letter.failure.error.clone()),
        None => Ok(found.next().unwrap()),
    };
    ids.into_iter().map(outcome).collect()
}

/// Returns whether today's data equals the former data in the keys that both have. Added keys must have `None` or a default, and
/// removed keys must be gone.
fn agree(former: &Value, today: &Value) -> bool {
    match (former, today) {
        (Value::Object(former), Value::Object(today)) => {
            today.iter().all(|(key, value)| match former.get(key) {
                Some(former) => agree(former, value),
                None => [json!(null), json!(false), json!(true)].contains(value),
            })
        }
        (Value::Array(former), Value::Array(today)) => {
            former.len() == today.len()
                && former.iter().zip(today).all(|(former, today)| agree(former, today))
        }
        (Value::Number(former), Value::Number(today)) => former.as_f64() == today.as_f64(),
        _ => former == today,
    }
}

#[test]
fn events_of_all_releases_are_read() {
    let mut written = golden::former();
    written.retain(|written| !is_collection(written));
    assert!(written.iter().filter(|written| written.is_former).count() > 20);
    let outcomes = consume(written.iter().map(message_of).collect());
    let mut failed = Vec::new();
    for (Former { event, sourcelib, data, .. }, outcome) in written.iter().zip(outcomes) {
        match outcome {
            Ok(today) if agree(data, &today) => {}
            other => failed.push(format!("{} of {sourcelib:?}: {data} became {other:?}", event.event_type())),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// In these events, `collection_key` was a string. Today's event cannot hold it: its key contains the library.
fn is_collection(written: &Former) -> bool {
    written.is_former && written.event.event_type().contains(".content_library.collection.")
}

#[test]
fn the_dead_letter_names_the_release_and_what_is_missing() {
    let collections = golden::former();
    let collections: Vec<_> = collections.iter().filter(|written| is_collection(written)).collect();
    assert!(!collections.is_empty());
    let outcomes = consume(collections.iter().map(|written| message_of(written)).collect());
    for (written, outcome) in collections.iter().zip(outcomes) {
        let release: Vec<_> = written.sourcelib.iter().map(ToString::to_string).collect();
        let start = format!(
            "openedx-events {} wrote the event with another schema, and today's event cannot have its values: \
             `library_collection.collection_key`",
            release.join(".")
        );
        let error = outcome.unwrap_err();
        assert!(error.starts_with(&start), "{error}");
    }
}

const REGISTERED: &str = "org.openedx.learning.student.registration.completed.v1";
const PUBLISHED: &str = "org.openedx.content_authoring.xblock.published.v1";

#[test]
fn other_releases_and_events() {
    let [published, broken, later, gone] = consume(vec![
        // A release that was not published counts as the one before it.
        message(&[8, 2, 7], PUBLISHED, b"\x48block-v1:o+c+r+type@html+block@unit1\x08html"),
        message(&[8, 2, 0], PUBLISHED, b"\x46block"),
        message(&[12, 0, 0], REGISTERED, b"\x0e"),
        message(&[9, 0, 0], "org.openedx.learning.user.manage.students.permission.added.v1", b""),
    ])
    .try_into()
    .unwrap();
    let info =
        json!({"usage_key": "block-v1:o+c+r+type@html+block@unit1", "block_type": "html", "version": null});
    assert_eq!(published.unwrap(), json!({"xblock_info": info}));
    let errors = [broken, later, gone].map(Result::unwrap_err);
    let starts = [
        "the bytes do not have the schema of openedx-events 8.2.0, which wrote the event: ",
        "`user.is_active` at byte 1: expected a boolean, but the input ends (openedx-events 12.0.0 wrote the event, and this program has \
         the schemas of 11.2.0)",
        "this program has no event definition of type `org.openedx.learning.user.manage.students.permission.added.v1` (openedx-events \
         8.8.0 to 9.5.1 had it, and later releases do not)",
    ];
    for (error, start) in errors.iter().zip(starts) {
        assert!(error.starts_with(start), "{error}");
    }
}

/// Bytes in today's schema are read unchanged, whatever release the header names.
#[test]
fn a_bus_that_knows_the_schema_has_the_last_word() {
    let bytes = b"\x4ablock-v1:o+c+r+type@html+block@unit12\x08html\x00";
    let mut builder = message(&[4, 1, 0], PUBLISHED, b"").to_builder();
    builder.resolved_event_data(&bytes[..]);
    let [outcome] = consume(vec![builder.build()]).try_into().unwrap();
    assert_eq!(outcome.unwrap()["xblock_info"]["block_type"], "html");
}
