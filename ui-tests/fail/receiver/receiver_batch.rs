use openedx_events::{Batch, analytics::signals::*, receiver};

#[receiver(TRACKING_EVENT_EMITTED)]
fn forward(batch: &Batch<TrackingEventEmitted>) {
    println!("{} events", batch.len());
}

fn main() {}
