// errors: 8
use openedx_events::{
    Batch,
    analytics::{data::TrackingLogData, signals::*},
    learning::signals::*,
    receiver,
};

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn without_parameter() {}

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 500, wait = "5s"))]
fn data_keys(_tracking_log: &TrackingLogData, _metadata: &openedx_events::EventsMetadata) {}

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 500, wait = "5s"))]
fn data_key(_tracking_log: TrackingLogData) {}

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn by_value(_batch: Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn changing(_batch: &mut Batch<TrackingEventEmitted>) {}

#[receiver(COURSE_ENROLLMENT_CREATED, COURSE_ENROLLMENT_CHANGED, batch)]
fn two_signals(_batch: &Batch<CourseEnrollmentCreated>) {}

#[receiver(TRACKING_EVENT_EMITTED, order = 10, batch)]
fn in_order(_batch: &Batch<TrackingEventEmitted>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch, only = process)]
fn of_this_process(_batch: &Batch<TrackingEventEmitted>) {}

fn main() {}
