//! Async receivers of events of any type. They receive the events of all tests of a process, so this program has one test.

use std::sync::{Arc, Mutex};

use openedx_events::{AnyEvent, AnyEventError, prelude::*, registry};
use openedx_events_tests::number_events;
use smol::future::yield_now;

number_events! {
    StampSold "com.example.learning.stamp.sold.v1"
}

type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// Awaits, and then reads the event that it borrows.
async fn see(seen: &Seen, event: AnyEvent<'_>, name: &str) -> Result<(), ReceiverError> {
    yield_now().await;
    let json = event.to_json().map_err(ReceiverError::new)?;
    seen.lock().unwrap().push((name.to_owned(), json));
    Ok(())
}

#[test]
fn receivers_of_one_type_and_of_all_types_run_in_order_of_connection() {
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
            yield_now().await;
            Err("torn")
        })
        .unwrap(),
        registry::connect_any_named_async_with("stamps.any", (), async |(), _, _| yield_now().await),
    );
    let sent = smol::block_on(STAMP_SOLD.send_event_async(StampSold { number: 7 }));
    assert!(sent.iter().all(|response| response.receiver().is_async()));
    let failures: Vec<String> =
        sent.failures().map(|failure| failure.receiver().stable_name().to_string()).collect();
    assert_eq!((sent.len(), &failures[..]), (4, &["stamps.fail".to_owned()][..]));
    assert_eq!(sent.iter().last().unwrap().receiver().stable_name().to_string(), "stamps.any");
    // A synchronous send drives them as well.
    assert_eq!(STAMP_SOLD.send_event(StampSold { number: 8 }).len(), 4);
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
