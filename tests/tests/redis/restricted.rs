//! Servers that forbid commands, and servers without free memory.

use openedx_events::event_bus::{Entry, EventBus, EventBusConsumer, Failure};
use std::time::SystemTime;

use super::support::{GROUP, TOPIC, World, ids, numbers, poll, send};

fn failure() -> Failure {
    let now = SystemTime::now();
    Failure {
        error: "does not work".into(),
        receivers: vec!["one".into()],
        attempts: 5,
        first: now,
        last: now,
    }
}

/// Makes an entry a dead letter.
pub(crate) fn bury(consumer: &mut dyn EventBusConsumer, entry: &Entry) {
    consumer.dead_letter(entry, &failure()).unwrap();
}

#[test]
fn the_bus_needs_no_transactions() {
    let world = World::new();
    let _: () = world.ask(&["ACL", "SETUSER", "default", "-multi", "-exec", "-@transaction"]);
    world.produce(0..5);
    let mut consumer = world.consumer("a");
    let polled = poll(&mut *consumer, &[], 10);
    assert_eq!((numbers(&polled), polled.notes), (vec![0, 1, 2, 3, 4], vec![]));
    drop(consumer);
    // Pending entries, dead letters and the tools of operators.
    let mut consumer = world.consumer("a");
    super::support::eventually("the entries are delivered again", || {
        let polled = poll(&mut *consumer, &[], 1);
        polled.entries.iter().for_each(|entry| consumer.dead_letter(entry, &failure()).unwrap());
        world.pending() == 0
    });
    let mut operations = world.bus().operations().unwrap();
    let letters = operations.dead_letters(TOPIC, GROUP, None, 10).unwrap();
    assert_eq!(letters.len(), 5);
    operations.replace_dead_letter(TOPIC, GROUP, &letters[0]).unwrap();
    assert_eq!(operations.dead_letters(TOPIC, GROUP, None, 10).unwrap().len(), 5);
}

#[test]
fn a_server_without_free_memory_can_be_read() {
    let world = World::new();
    world.produce(0..5);
    let mut consumer = world.consumer("a");
    assert_eq!(numbers(&poll(&mut *consumer, &[], 1)), [0]);
    for (option, value) in [("maxmemory-policy", "noeviction"), ("maxmemory", "1")] {
        let _: () = world.ask(&["CONFIG", "SET", option, value]);
    }
    assert!(send(&*world.producer(), 5).unwrap_err().to_string().contains("OOM"));
    let polled = poll(&mut *consumer, &[], 10);
    assert_eq!(numbers(&polled), [1, 2, 3, 4]);
    // A dead letter must wait for memory, and its entry stays.
    let error = consumer.dead_letter(&polled.entries[0], &failure()).unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("OOM"), "{error}");
    drop(consumer);
    let mut consumer = world.consumer("a");
    super::support::eventually("pending entries are delivered again", || {
        let polled = poll(&mut *consumer, &[], 10);
        poll(&mut *consumer, &ids(&polled), 0);
        world.pending() == 0
    });
}
