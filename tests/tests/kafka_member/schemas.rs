//! Messages of other writers, whose schemas only the registry knows.

use openedx_events::{
    codec,
    event_bus::Entry,
    learning::{data::UserData, signals::StudentRegistrationCompleted},
};
use openedx_events_tests::{kafka_server::Record, schema_registry::Fault};

use crate::support::{LONG, SHORT, World, error, poll, receive};

const WRITER: &str = r#"{"type": "record", "name": "CloudEvent", "fields": [{"name": "user", "type": {
    "type": "record", "name": "UserData", "fields": [
        {"name": "pii", "type": {"type": "record", "name": "UserPersonalData", "fields": [
            {"name": "username", "type": "string"},
            {"name": "email", "type": "string"},
            {"name": "name", "type": ["string", "null"]}
        ]}},
        {"name": "id", "type": "int"},
        {"name": "visits", "type": "int"},
        {"name": "is_active", "type": "boolean"}
    ]}}]}"#;
const WRITTEN: &[u8] = b"\x06ada\x1eada@example.com\x00\x06Ada\x0e\x08\x01";

fn record(id: u32, avro: &[u8]) -> Record {
    let header = |name: &str, value: &str| (name.to_owned(), Some(value.as_bytes().to_vec()));
    Record {
        partition: Some(0),
        value: Some([&[0][..], &id.to_be_bytes(), avro].concat()),
        headers: vec![
            header("ce_type", "org.openedx.learning.student.registration.completed.v1"),
            header("ce_id", "0a50b0f4-1d4a-11ef-8ebb-0242ac120002"),
        ],
        ..Record::default()
    }
}

fn user(entry: &Entry) -> UserData {
    let event: StudentRegistrationCompleted = codec::decode(entry.message.event_data().unwrap()).unwrap();
    event.user
}

#[test]
fn messages_of_another_schema_are_converted() {
    let Some(world) = World::new("converted", 1) else { return };
    let id = world.registry.register("converted-value", WRITER);
    world.kafka.write(&world.topic, &[record(id, WRITTEN)]);
    let entries = receive(&mut *world.consumer("a"), 1);
    let user = user(&entries[0]);
    assert_eq!((user.id, user.pii.name.as_str(), user.is_active), (7, "Ada", true));
}

#[test]
fn messages_that_cannot_be_read_say_why() {
    let Some(world) = World::new("unreadable", 1) else { return };
    let other = r#"{"type": "record", "name": "CloudEvent", "fields": [{"name": "other", "type": "long"}]}"#;
    let id = world.registry.register("unreadable-value", other);
    let mut no_frame = record(id, b"\x02");
    no_frame.value = Some(b"{}".to_vec());
    let tombstone = Record { value: None, ..record(id, b"") };
    world.kafka.write(&world.topic, &[record(id, b"\x02"), no_frame, tombstone]);
    let entries = receive(&mut *world.consumer("a"), 3);
    let errors: Vec<_> = entries
        .iter()
        .map(|entry| {
            let error = entry.message.event_data().unwrap_err();
            std::error::Error::source(&error).unwrap().to_string()
        })
        .collect();
    assert!(errors[0].contains("`user`"), "{errors:?}");
    assert!(errors[1].contains("does not begin with a schema id"), "{errors:?}");
    assert!(errors[2].contains("no value"), "{errors:?}");
}

#[test]
fn while_the_registry_is_away_nothing_is_delivered_and_nothing_is_lost() {
    let Some(world) = World::new("registry-away", 2) else { return };
    let id = world.registry.register("registry-away-value", WRITER);
    world.registry.fail(Fault::Away);
    world.kafka.write(&world.topic, &[record(id, WRITTEN)]);
    // Messages of a program that this one does not know need no schema.
    world.write_to(Some(1), [1]);
    let consumer = &mut *world.consumer("a");
    let others = receive(consumer, 1);
    assert_eq!(others[0].id.as_str(), "1-0");
    let error = error(consumer);
    assert!(error.is_transient() && error.to_string().contains("schema registry"), "{error}");
    assert!(consumer.poll(&[], 10, SHORT).map_or(true, |polled| polled.entries.is_empty()));
    world.registry.recover();
    let mut entries = Vec::new();
    openedx_events_tests::eventually("the message arrives", LONG, || {
        entries.extend(consumer.poll(&[], 10, SHORT).map(|polled| polled.entries).unwrap_or_default());
        !entries.is_empty()
    });
    assert_eq!(user(&entries[0]).id, 7);
    poll(consumer, &[entries[0].id.clone()], 0, SHORT);
    assert_eq!(world.committed(0).0, 1);
}
