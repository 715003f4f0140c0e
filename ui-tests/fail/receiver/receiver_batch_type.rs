// errors: 8
use openedx_events::{
    Batch,
    analytics::{data::TrackingLogData, signals::*},
    learning::signals::CourseEnrollmentCreated,
    prelude::*,
};

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn another_event(_batch: &Batch<CourseEnrollmentCreated>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch)]
async fn another_event_async(_batch: &Batch<CourseEnrollmentCreated>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn one_data_key(_tracking_log: &TrackingLogData) {}

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn returning_a_number(_batch: &Batch<TrackingEventEmitted>) -> usize {
    1
}

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn returning_results(_batch: &Batch<TrackingEventEmitted>) -> Vec<Result<(), String>> {
    Vec::new()
}

#[receiver(TRACKING_EVENT_EMITTED, batch)]
async fn not_send(batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
    let first = std::rc::Rc::new(batch.get(0));
    std::future::ready(()).await;
    println!("{}", first.is_some());
    Ok(())
}

/// Sent while a learner looks at a seat.
#[event(type = "com.example.learning.seat.held.v1", local_only = "holds a lock")]
pub struct SeatHeld {
    /// The number of the seat.
    pub number: i64,
}

#[receiver(SEAT_HELD, batch)]
fn local_only(_batch: &Batch<SeatHeld>) {}

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn slice(_batch: &[TrackingEventEmitted]) {}

fn main() {}
