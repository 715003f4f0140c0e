//! Dead letters: adding, limits, reading and dropping.

use std::time::{Duration, SystemTime};

use openedx_events::event_bus::{DeadLetter, EntryId, EventBus, Failure};

use super::support::{GROUP, TOPIC, World, message, poll};

fn failure() -> Failure {
    Failure {
        error: "does not work".into(),
        receivers: vec!["shop::one".into(), "shop::two".into()],
        attempts: 5,
        first: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000),
        last: SystemTime::UNIX_EPOCH + Duration::from_secs(2_000),
    }
}

#[test]
fn a_dead_letter_contains_the_message_and_the_failure() {
    let world = World::new();
    let sent = world.produce(0..2);
    let mut consumer = world.consumer("a");
    let polled = poll(&mut *consumer, &[], 2);
    consumer.dead_letter(&polled.entries[1], &failure()).unwrap();
    assert_eq!(world.pending(), 1);
    assert_eq!(world.ask::<u64>(&["XLEN", "dev-numbers.dlq.readers"]), 1);

    let mut operations = world.bus().operations().unwrap();
    let letters = operations.dead_letters(TOPIC, GROUP, None, 10).unwrap();
    let DeadLetter { id, entry_id, message: stored, failure: stored_failure, consumer_name, .. } =
        &letters[0];
    assert_eq!((entry_id, stored, &**consumer_name), (&sent[1], &message(1), "a"));
    assert_eq!(
        (&stored_failure.receivers, stored_failure.attempts, stored_failure.last),
        (&failure().receivers, 5, failure().last)
    );
    assert!(operations.dead_letters(TOPIC, GROUP, Some(id), 10).unwrap().is_empty());
    assert_eq!(operations.drop_dead_letters(TOPIC, GROUP, &[id.clone(), EntryId::new("1-1")]).unwrap(), 1);
    assert_eq!(operations.drop_dead_letters(TOPIC, GROUP, &[]).unwrap(), 0);
    assert!(operations.dead_letters(TOPIC, GROUP, None, 10).unwrap().is_empty());
}

#[test]
fn an_entry_is_not_acknowledged_if_its_dead_letter_cannot_be_added() {
    let world = World::new();
    world.produce(0..1);
    let mut consumer = world.consumer("a");
    let polled = poll(&mut *consumer, &[], 1);
    let _: () = world.ask(&["SET", "dev-numbers.dlq.readers", "not a stream"]);
    let error = consumer.dead_letter(&polled.entries[0], &failure()).unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("WRONGTYPE"), "{error}");
    assert_eq!(world.pending(), 1);

    let _: u64 = world.ask(&["DEL", "dev-numbers.dlq.readers"]);
    let _: () = world.ask(&["ACL", "SETUSER", "default", "resetkeys", "%R~*", &format!("~{TOPIC}")]);
    let error = consumer.dead_letter(&polled.entries[0], &failure()).unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("NOPERM"), "{error}");
    assert_eq!(world.pending(), 1);

    let _: () = world.ask(&["ACL", "SETUSER", "default", "allkeys"]);
    consumer.dead_letter(&polled.entries[0], &failure()).unwrap();
    assert_eq!(world.pending(), 0);
}
