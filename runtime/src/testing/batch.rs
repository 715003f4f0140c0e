//! Batches for tests of batch receivers.

use std::sync::Arc;

use crate::{event::Event, metadata::EventsMetadata, receiver::Batch};

/// Makes a batch of events that this process sends now, to call a [batch receiver](crate::guide::batches) with it.
///
/// ```standalone_crate
/// use openedx_events::{Batch, BatchError, analytics::{data::*, signals::*}, prelude::*, testing};
///
/// #[receiver(TRACKING_EVENT_EMITTED, batch)]
/// fn forward(batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
///     let is_log_in = |event: &TrackingEventEmitted| event.tracking_log.name == "edx.user.login";
///     let unwanted = batch.events().enumerate().filter(|(_, event)| !is_log_in(event));
///     BatchError::some(unwanted.map(|(position, _)| (position, "not a log-in"))).into_result()
/// }
///
/// let event = |name: &str| {
///     let log = TrackingLogData::builder().name(name).timestamp(DateTime::now()).data("{}").context("{}").build();
///     TrackingEventEmitted { tracking_log: log }
/// };
/// let batch = testing::batch([event("edx.user.login"), event("play_video")]);
/// let error = forward(&batch).unwrap_err();
/// assert_eq!(error.failures().map(|(position, _)| position).collect::<Vec<_>>(), [1]);
/// ```
pub fn batch<E: Event>(events: impl IntoIterator<Item = E>) -> Batch<E> {
    batch_with_metadata(events.into_iter().map(|event| (event, EventsMetadata::of(E::DEFINITION))))
}

/// Makes a batch of events with the given metadata, as [`batch`] does.
pub fn batch_with_metadata<E: Event>(events: impl IntoIterator<Item = (E, EventsMetadata)>) -> Batch<E> {
    Batch::new(events.into_iter().map(|(event, metadata)| (Arc::new(event), metadata)).collect())
}
