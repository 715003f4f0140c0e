//! Batches on several lanes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    thread,
};

use openedx_events::BatchError;

use super::{
    Parcel,
    world::{MILLIS, World},
};

/// The observations of calls on several lanes.
#[derive(Default)]
pub(crate) struct OfLanes(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    /// The addressees whose parcels a receiver has now.
    now: BTreeSet<String>,
    /// The addressees whose parcels two receivers had at the same time.
    twice: BTreeSet<String>,
    most: usize,
    handled: BTreeMap<String, Vec<i32>>,
    failed: BTreeSet<i32>,
}

static OF_LANES: OfLanes = OfLanes(Mutex::new(Seen {
    now: BTreeSet::new(),
    twice: BTreeSet::new(),
    most: 0,
    handled: BTreeMap::new(),
    failed: BTreeSet::new(),
}));

/// Returns the function of a test whose receivers run at the same time.
pub(crate) fn receiver(test: &str) -> Option<&'static OfLanes> {
    (test == "lanes").then_some(&OF_LANES)
}

impl OfLanes {
    pub(crate) fn call(&self, parcels: &[Parcel]) -> Result<(), BatchError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys: BTreeSet<String> = parcels.iter().map(|(_, to)| to.clone()).collect();
        {
            let mut seen = lock();
            let twice: Vec<String> = keys.intersection(&seen.now).cloned().collect();
            seen.twice.extend(twice);
            seen.now.extend(keys.iter().cloned());
            seen.most = seen.most.max(seen.now.len().div_ceil(keys.len().max(1)));
        }
        thread::sleep(MILLIS(2));
        let mut seen = lock();
        seen.now.retain(|key| !keys.contains(key));
        let mut failures = BatchError::new();
        for (position, (number, to)) in parcels.iter().enumerate() {
            // Some parcels fail once, and the next ones to the same addressee still wait for them.
            if number % 50 == 0 && seen.failed.insert(*number) {
                failures.push(position, "not yet");
            } else {
                seen.handled.entry(to.clone()).or_default().push(*number);
            }
        }
        failures.into_result()
    }
}

#[test]
fn a_key_is_in_one_batch_at_a_time() {
    let world = World::new("lanes");
    world.store_for((0..3000).map(|number| (number, (number % 40).to_string())));
    let report = world.handle(3000, |consumer| consumer.concurrency(4));
    assert_eq!((report.handled, report.failed_attempts), (3000, 60));
    let seen = OF_LANES.0.lock().unwrap();
    assert!(seen.twice.is_empty(), "two batches had parcels to {:?}", seen.twice);
    assert!(seen.most > 1, "different keys are in different batches at the same time");
    assert_eq!(seen.handled.values().map(Vec::len).sum::<usize>(), 3000);
    assert!(report.lanes.share() > 0.0 && report.to_string().contains("4 lanes busy"), "{report}");
}
