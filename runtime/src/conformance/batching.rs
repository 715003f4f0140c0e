//! The batch receivers of the suite. Like all batch receivers, they register themselves at link time. They pass each batch to
//! the case that sent it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    events::{ITEM_BATCHED, ITEM_CHECKED, ITEM_HELD, ItemBatched, ItemChecked, ItemHeld},
    fixture::has_crashed,
};
use crate::{Batch, BatchError, event::Event, receiver};

/// A case's receiver of the numbers in a batch.
pub(super) type Receive = dyn Fn(&[i64]) -> Result<(), BatchError> + Send + Sync;

/// The receivers by the runs of their cases. Cases share the process.
static RECEIVERS: Mutex<BTreeMap<i64, Arc<Receive>>> = Mutex::new(BTreeMap::new());

/// Passes batches to a case until it is dropped.
pub(super) struct Batching(i64);

impl Batching {
    pub(super) fn of(run: i64, receive: Arc<Receive>) -> Self {
        RECEIVERS.lock().unwrap_or_else(PoisonError::into_inner).insert(run, receive);
        Self(run)
    }
}

impl Drop for Batching {
    fn drop(&mut self) {
        RECEIVERS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// The largest batch of [`receive_items`].
pub(super) const MAX: usize = 10;

#[receiver(ITEM_BATCHED, batch(max = 10, wait = "150ms"), name = "conformance.batch")]
fn receive_items(batch: &Batch<ItemBatched>) -> Result<(), BatchError> {
    pass_on(batch, |event| (event.run, event.number))
}

/// Its batches are complete only when the consumer stops.
#[receiver(ITEM_HELD, batch(max = 10_000, wait = "1h"), name = "conformance.hold")]
fn receive_at_the_end(batch: &Batch<ItemHeld>) -> Result<(), BatchError> {
    pass_on(batch, |event| (event.run, event.number))
}

/// Its batches are complete only when the consumer stops. A case connects another receiver to the same event.
#[receiver(ITEM_CHECKED, batch(max = 10_000, wait = "1h"), name = "conformance.checked")]
fn receive_checked(batch: &Batch<ItemChecked>) -> Result<(), BatchError> {
    pass_on(batch, |event| (event.run, event.number))
}

fn pass_on<E: Event>(batch: &Batch<E>, read: fn(&E) -> (i64, i64)) -> Result<(), BatchError> {
    if has_crashed() {
        return Ok(());
    }
    let (runs, numbers): (Vec<_>, Vec<_>) = batch.events().map(read).unzip();
    let Some(&run) = runs.first() else { return Ok(()) };
    assert!(runs.iter().all(|one| *one == run), "a batch should have messages of one topic");
    let receive = RECEIVERS.lock().unwrap_or_else(PoisonError::into_inner).get(&run).cloned();
    receive.map_or(Ok(()), |receive| receive(&numbers))
}
