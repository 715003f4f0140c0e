//! The operations for operators.

use openedx_events::event_bus::{EntryId, EventBus, Start};

use super::support::{GROUP, TOPIC, World, number, poll};

#[test]
fn a_topic_can_be_read_without_a_group() {
    let world = World::new();
    let sent = world.produce(0..5);
    let mut operations = world.bus().operations().unwrap();
    let read = |operations: &mut dyn openedx_events::event_bus::Operations, after: Option<&EntryId>, max| {
        operations.read(TOPIC, after, max).unwrap().iter().map(number).collect::<Vec<_>>()
    };
    assert_eq!(read(&mut *operations, None, 2), [0, 1]);
    assert_eq!(read(&mut *operations, Some(&sent[1]), 100), [2, 3, 4]);
    assert!(operations.read("dev-none", None, 1).unwrap().is_empty());
    assert!(!operations.read(TOPIC, Some(&EntryId::new("x")), 1).unwrap_err().is_transient());
}

#[test]
fn pending_entries_are_listed() {
    let world = World::new();
    let sent = world.produce(0..5);
    let mut consumer = world.consumer("a");
    poll(&mut *consumer, &[], 3);
    consumer.hold(&[(sent[1].clone(), 4)]).unwrap();
    let mut operations = world.bus().operations().unwrap();
    let pending = operations.pending(TOPIC, GROUP, None, 2).unwrap();
    let listed: Vec<_> =
        pending.iter().map(|one| (one.id.clone(), &*one.consumer_name, one.attempts)).collect();
    assert_eq!(listed, [(sent[0].clone(), "a", 0), (sent[1].clone(), "a", 4)]);
    assert_eq!(operations.pending(TOPIC, GROUP, Some(&sent[1]), 10).unwrap().len(), 1);
    let error = operations.pending(TOPIC, "nobody", None, 10).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cannot list the pending entries of group `nobody` of stream `dev-numbers`"),
        "{error}"
    );
}

#[test]
fn seek_creates_the_topic_and_the_group() {
    let world = World::new();
    world.bus().operations().unwrap().seek("dev-none-yet", GROUP, &Start::New).unwrap();
    assert_eq!(world.ask::<u64>(&["EXISTS", "dev-none-yet"]), 1);
}
