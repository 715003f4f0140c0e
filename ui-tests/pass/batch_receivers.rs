// Batch receivers in each form.
use openedx_events::{analytics::signals::*, prelude::*};

type Tracking = Batch<TrackingEventEmitted>;

#[receiver(TRACKING_EVENT_EMITTED, batch)]
fn with_defaults(batch: &Batch<TrackingEventEmitted>) {
    assert!(!batch.is_empty());
}

#[receiver(TRACKING_EVENT_EMITTED, batch())]
fn of_an_alias(_: &Tracking) -> Result<(), BatchError> {
    Ok(())
}

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 1))]
fn of_a_path(_batch: &openedx_events::Batch<TrackingEventEmitted>) -> Result<(), std::io::Error> {
    Ok(())
}

#[receiver(TRACKING_EVENT_EMITTED, batch(max = 10_000, wait = "1h"), name = "tracking.keep", only = bus)]
async fn asynchronous(batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
    std::future::ready(()).await;
    std::fs::write("/dev/null", batch.len().to_string())?;
    Ok(())
}

#[receiver(analytics::TRACKING_EVENT_EMITTED, batch(wait = "1m30s250ms"), crate = openedx_events)]
async fn borrowed(batch: &Batch<TrackingEventEmitted>) -> Result<(), String> {
    let names: Vec<&str> = names(batch);
    Err(names.join(", "))
}

mod analytics {
    pub use openedx_events::analytics::signals::TRACKING_EVENT_EMITTED;
}

/// A batch has one lifetime.
fn names(batch: &Batch<TrackingEventEmitted>) -> Vec<&str> {
    batch.into_iter().map(|(event, _)| &*event.tracking_log.name).collect()
}

fn main() {
    let receivers: Vec<_> = TRACKING_EVENT_EMITTED.receivers().collect();
    assert_eq!(receivers.len(), 5);
    let limits = receivers[0].batch().unwrap();
    assert_eq!((limits.max, limits.wait.as_millis()), (100, 1000));
}
