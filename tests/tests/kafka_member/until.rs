//! Members whose work ends at a time.

use std::time::SystemTime;

use openedx_events_tests::eventually;

use crate::support::{LONG, SHORT, World, ids, numbers, poll, record};

/// A transaction ends with a marker, which takes an offset and never arrives.
#[test]
fn a_topic_that_ends_with_a_transaction_is_read_to_its_end() {
    let Some(world) = World::new("until-marker", 2) else { return };
    world.write([1, 2]);
    world.kafka.write_in_transaction(&world.topic, &[record(Some(0), 3)]);
    let mut subscription = world.backlog("a");
    subscription.until = Some(SystemTime::now());
    let consumer = &mut *world.consumer_of(&subscription);
    let (mut all, mut done) = (Vec::new(), Vec::new());
    eventually("the work ends", LONG, || {
        let polled = poll(consumer, &done, 10, SHORT);
        done = ids(&polled.entries);
        all.extend(numbers(&polled.entries));
        polled.is_done
    });
    assert_eq!(all, [1, 2, 3]);
}
