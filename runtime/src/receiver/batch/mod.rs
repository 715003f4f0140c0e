//! Batch receivers: functions that get several events of one type at once.
//!
//! `Batch` holds the events, `error` says which of them failed, `typed` calls the function, and `run` is how consumers run it.

mod error;
mod returned;
mod run;
mod typed;

use std::{fmt, sync::Arc};

pub use error::BatchError;
pub use returned::{BatchFor, BatchReturn, batch_of};
pub(crate) use run::{BatchOutcome, BatchReceiver};
pub use typed::{
    AnyBatchReceiver, BatchEvent, BatchFuture, BatchReceivers, CalledBatch, TypedBatchReceiver,
    in_batch_future,
};

use crate::{event::Event, metadata::EventsMetadata};

/// Events of one type, each with its metadata, in the order of their topic. A [batch receiver](crate::guide::batches) gets it.
///
/// Each event has a position: 0 for the first one. A [`BatchError`] names the positions that failed.
///
/// ```
/// use openedx_events::{Batch, BatchError, analytics::signals::*, prelude::*};
///
/// # fn store(_: &str, _: &EventsMetadata) -> Result<(), String> { Ok(()) }
/// #[receiver(TRACKING_EVENT_EMITTED, batch(max = 500, wait = "5s"))]
/// fn keep(batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
///     let mut errors = BatchError::new();
///     for (position, (event, metadata)) in batch.iter().enumerate() {
///         if let Err(error) = store(&event.tracking_log.data, metadata) {
///             errors.push(position, error);
///         }
///     }
///     errors.into_result()
/// }
/// ```
///
/// Tests make a batch with [`testing::batch`](crate::testing::batch).
pub struct Batch<E> {
    items: Vec<(Arc<E>, EventsMetadata)>,
}

impl<E> Batch<E> {
    pub(crate) fn new(items: Vec<(Arc<E>, EventsMetadata)>) -> Self {
        Self { items }
    }

    /// Returns the number of events. A consumer passes at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns whether the batch is empty. Only a test can make such a batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the event at `position` and its metadata.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<(&E, &EventsMetadata)> {
        self.items.get(position).map(pair)
    }

    /// Returns an iterator over the events and their metadata.
    #[must_use]
    pub fn iter(&self) -> BatchIter<'_, E> {
        BatchIter(self.items.iter())
    }

    /// Returns an iterator over the events.
    #[must_use]
    pub fn events(&self) -> impl ExactSizeIterator<Item = &E> + DoubleEndedIterator {
        self.iter().map(|(event, _)| event)
    }
}

impl<'a, E> IntoIterator for &'a Batch<E> {
    type Item = (&'a E, &'a EventsMetadata);
    type IntoIter = BatchIter<'a, E>;

    fn into_iter(self) -> BatchIter<'a, E> {
        self.iter()
    }
}

/// Prints the type and the number of the events. Their data may be personal.
impl<E: Event> fmt::Debug for Batch<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("event_type", &E::DEFINITION.event_type())
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// Iterates over the events of a [`Batch`] and their metadata.
pub struct BatchIter<'a, E>(std::slice::Iter<'a, (Arc<E>, EventsMetadata)>);

fn pair<E>((event, metadata): &(Arc<E>, EventsMetadata)) -> (&E, &EventsMetadata) {
    (event, metadata)
}

impl<'a, E> Iterator for BatchIter<'a, E> {
    type Item = (&'a E, &'a EventsMetadata);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(pair)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.0.nth(n).map(pair)
    }
}

impl<E> DoubleEndedIterator for BatchIter<'_, E> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(pair)
    }
}

impl<E> ExactSizeIterator for BatchIter<'_, E> {}

impl<E> Clone for BatchIter<'_, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Prints the number of events that are left. Their data may be personal.
impl<E> fmt::Debug for BatchIter<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchIter").field("len", &self.len()).finish_non_exhaustive()
    }
}
