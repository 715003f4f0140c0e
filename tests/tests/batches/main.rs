//! Batch receivers on an event bus: when a batch is complete, what happens if it fails, and batches of dead letters.

mod complete;
mod failing;
mod lanes;
mod mixed;
mod recording;
mod redis;
mod replaying;
mod world;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Mutex, PoisonError},
};

use openedx_events::{Batch, BatchError, ReceiverError, event, prelude::*};

/// Sent when a parcel is posted. Its receiver gets batches of 100, or fewer after a short time.
#[event(type = "com.example.learning.parcel.posted.v1", key = to)]
pub struct ParcelPosted {
    /// The name of the test that sent it. Tests share the process, so each looks only at its own parcels.
    pub test: String,
    /// Its number.
    pub number: i32,
    /// The addressee.
    pub to: String,
}

/// Sent when a parcel is stored. Its receiver gets batches of 100, however long it takes to collect them.
#[event(type = "com.example.learning.parcel.stored.v1", key = to)]
pub struct ParcelStored {
    /// The test that sent it.
    pub test: String,
    /// Its number.
    pub number: i32,
    /// The addressee.
    pub to: String,
}

/// Sent when a parcel is sorted. It has two batch receivers, and one that is called for each parcel.
#[event(type = "com.example.learning.parcel.sorted.v1", key = to)]
pub struct ParcelSorted {
    /// The test that sent it.
    pub test: String,
    /// Its number.
    pub number: i32,
    /// The addressee.
    pub to: String,
}

/// A parcel in a batch: its number and its addressee.
type Parcel = (i32, String);
type Receiver = Box<dyn FnMut(&'static str, &[Parcel]) -> Result<(), BatchError> + Send>;

/// A function for each test, which the receivers call with their own name and the parcels of the batch.
static RECEIVERS: Mutex<BTreeMap<String, Receiver>> = Mutex::new(BTreeMap::new());

/// Sets the function of a test.
fn receive(
    test: &str,
    receiver: impl FnMut(&'static str, &[Parcel]) -> Result<(), BatchError> + Send + 'static,
) {
    RECEIVERS.lock().unwrap_or_else(PoisonError::into_inner).insert(test.to_owned(), Box::new(receiver));
}

/// Calls the function of a test. It is outside of the map while it runs, so tests do not wait for each other. The calls of one
/// test must not overlap, except in `lanes`, which has a function of its own.
fn call(receiver: &'static str, test: &str, parcels: &[Parcel]) -> Result<(), BatchError> {
    if let Some(of_lanes) = lanes::receiver(test) {
        return of_lanes.call(parcels);
    }
    let lock = || RECEIVERS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut function = lock().remove(test).expect("one call at a time");
    let result = catch_unwind(AssertUnwindSafe(|| function(receiver, parcels)));
    lock().insert(test.to_owned(), function);
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

macro_rules! parcels {
    ($batch:expr) => {{
        let parcels: Vec<Parcel> = $batch.events().map(|event| (event.number, event.to.clone())).collect();
        let test = $batch.events().next().expect("no batch is empty").test.clone();
        (test, parcels)
    }};
}

#[receiver(PARCEL_POSTED, batch(max = 100, wait = "50ms"))]
fn post(batch: &Batch<ParcelPosted>) -> Result<(), BatchError> {
    let (test, parcels) = parcels!(batch);
    call("post", &test, &parcels)
}

#[receiver(PARCEL_STORED, batch(max = 100, wait = "1h"))]
fn store(batch: &Batch<ParcelStored>) -> Result<(), BatchError> {
    let (test, parcels) = parcels!(batch);
    call("store", &test, &parcels)
}

#[receiver(PARCEL_SORTED, batch(max = 10, wait = "1h"))]
fn in_batches(batch: &Batch<ParcelSorted>) -> Result<(), BatchError> {
    let (test, parcels) = parcels!(batch);
    call("in_batches", &test, &parcels)
}

#[receiver(PARCEL_SORTED, batch(max = 4, wait = "1h"))]
async fn in_async_batches(batch: &Batch<ParcelSorted>) -> Result<(), BatchError> {
    let (test, parcels) = parcels!(batch);
    call("in_async_batches", &test, &parcels)
}

#[receiver(PARCEL_SORTED)]
fn one_by_one(test: &str, number: &i32, to: &str) -> Result<(), ReceiverError> {
    call("one_by_one", test, &[(*number, to.to_owned())]).map_err(|error| match error.to_string() {
        away if away.contains("503") => ReceiverError::unavailable(away),
        other => ReceiverError::new(other),
    })
}
