//! Async receivers that do not know the type of their events, and events that arrive as bytes.

use std::sync::{Arc, Mutex};

use openedx_events::{AnyEvent, AnyEventError, codec, prelude::*, registry};
use openedx_events_tests::number_events;

use super::{ends, pause};

number_events! {
    StampSold "com.example.learning.stamp.sold.v1"
    StampUsed "com.example.learning.stamp.used.v1"
}

type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// Awaits, and then reads the event that it borrows.
async fn see(seen: &Seen, event: AnyEvent<'_>, name: &str) -> Result<(), ReceiverError> {
    pause().await;
    let json = event.to_json().map_err(ReceiverError::new)?;
    seen.lock().unwrap().push((name.to_owned(), json));
    Ok(())
}

#[test]
fn they_receive_events_of_one_type_or_of_all_in_order_of_connection() {
    let seen = Seen::default();
    let connections = (
        registry::connect_any_async_with(Arc::clone(&seen), async |seen, event, _| {
            if event.event_type().contains(".stamp.sold.") { see(seen, event, "any").await } else { Ok(()) }
        }),
        registry::connect_async_with(
            STAMP_SOLD.event_type(),
            Arc::clone(&seen),
            async |seen, event, metadata| {
                assert_eq!(metadata.event_type, event.event_type());
                see(seen, event, "one").await
            },
        )
        .unwrap(),
        registry::connect_named_async_with(STAMP_SOLD.event_type(), "stamps.fail", (), async |(), _, _| {
            pause().await;
            Err("torn")
        })
        .unwrap(),
        registry::connect_any_named_async_with("stamps.any", (), async |(), _, _| pause().await),
    );
    let sent = ends(|| smol::block_on(STAMP_SOLD.send_event_async(StampSold { number: 7 })));
    assert!(sent.iter().all(|response| response.receiver().is_async()));
    let failures: Vec<String> =
        sent.failures().map(|failure| failure.receiver().stable_name().to_string()).collect();
    assert_eq!((sent.len(), &failures[..]), (4, &["stamps.fail".to_owned()][..]));
    assert_eq!(sent.iter().last().unwrap().receiver().stable_name().to_string(), "stamps.any");
    // A synchronous send drives them as well.
    assert_eq!(ends(|| STAMP_SOLD.send_event(StampSold { number: 8 })).len(), 4);
    let (any, one) = ("any".to_owned(), "one".to_owned());
    let json = |number| format!("{{\"number\":{number}}}");
    let expected = [(any.clone(), json(7)), (one.clone(), json(7)), (any, json(8)), (one, json(8))];
    assert_eq!(*seen.lock().unwrap(), expected);
    drop(connections);
    assert!(matches!(
        registry::connect_async_with("com.example.learning.nothing.sold.v1", (), async |(), _, _| ()),
        Err(AnyEventError::UnknownEventType { .. })
    ));
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
