// errors: 14
use openedx_events::{Batch, analytics::signals::*, receiver};

#[receiver(TRACKING_EVENT_EMITTED, batch = 500)]
fn value(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(500))]
fn number(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 0))]
fn too_small(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 10_001))]
fn too_large(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(max = "500"))]
fn string(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(wait = 5))]
fn wait_of_a_number(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(wait = "5"))]
fn wait_without_unit(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(wait = "5 seconds"))]
fn wait_in_words(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(wait = "2h"))]
fn wait_too_long(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(wait = "0s"))]
fn wait_of_zero(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(size = 500))]
fn unknown(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 5, max = 6))]
fn max_twice(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch, batch(max = 5))]
fn batch_twice(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, max = 500)]
fn outside(_batch: &Batch<TrackingEventEmitted>) {}

fn main() {}
