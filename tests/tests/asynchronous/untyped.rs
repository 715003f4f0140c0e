//! Events that arrive as bytes.

use openedx_events::{codec, prelude::*, registry};
use openedx_events_tests::number_events;

use super::{ends, pause};

number_events! {
    StampUsed "com.example.learning.stamp.used.v1"
}

#[receiver(STAMP_USED)]
async fn use_up(number: &i64, metadata: &EventsMetadata, from_event_bus: bool) -> Result<(), String> {
    pause().await;
    assert!(from_event_bus);
    if *number == 13 { Err(metadata.id.to_string()) } else { Ok(()) }
}

#[test]
fn bytes_from_an_event_bus_reach_async_receivers() {
    let metadata = STAMP_USED.generate_signal_metadata();
    let bytes = codec::encode(&StampUsed { number: 13 });
    let sending = registry::send_from_event_bus_async(metadata.clone(), &bytes).unwrap();
    drop(bytes);
    let sent = ends(|| smol::block_on(sending));
    let failure = sent.failures().next().unwrap().result().unwrap_err().to_string();
    assert_eq!((sent.len(), failure), (1, metadata.id.to_string()));
    // A mistake is known before the future exists.
    assert!(registry::send_from_event_bus_async(metadata, &[]).is_err());
}
