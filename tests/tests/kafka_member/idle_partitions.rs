//! Records of one partition while the others have none.

use std::time::{Duration, Instant};

use crate::support::{World, ids, poll, record};

/// While the queue of a partition is full, the client fetches from the other partitions only, and such a fetch lasts until one of them
/// has a record, or for the client's longest wait.
#[test]
fn idle_partitions_do_not_hold_up_a_busy_one() {
    const RECORDS: u32 = 6000;
    let Some(world) = World::new("one-is-busy", 4) else { return };
    let large = (0..RECORDS).map(|number| {
        let mut record = record(Some(0), number);
        record.value.as_mut().unwrap().resize(2000, b' ');
        record
    });
    world.kafka.write(&world.topic, &large.collect::<Vec<_>>());
    let consumer = &mut *world.consumer("a");
    let mut entries = poll(consumer, &[], 100, Duration::from_secs(20)).entries;
    let (began, mut received) = (Instant::now(), entries.len());
    while received < RECORDS as usize {
        entries = poll(consumer, &ids(&entries), 100, Duration::from_secs(5)).entries;
        received += entries.len();
    }
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}
