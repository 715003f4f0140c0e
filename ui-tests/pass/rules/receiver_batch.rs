use openedx_events::{analytics::signals::*, prelude::*};

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 500, wait = "5s"))]
fn forward(batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
    let mut errors = BatchError::new();
    for (position, (event, metadata)) in batch.iter().enumerate() {
        if event.tracking_log.data.is_empty() {
            errors.push(position, format!("event {} has no data", metadata.id));
        }
    }
    errors.into_result()
}
