//! Async closures, connected at run time.

use std::sync::{Arc, Mutex};

use openedx_events::prelude::*;
use openedx_events_tests::number_events;

use super::{ends, pause};

number_events! {
    CableLaid "com.example.learning.cable.laid.v1"
    WireLaid "com.example.learning.wire.laid.v1"
}

async fn named(event: &CableLaid, metadata: &EventsMetadata) -> Result<(), String> {
    pause().await;
    assert_eq!(metadata.event_type, event_type());
    if event.number == 0 { Err("no cable".to_owned()) } else { Ok(()) }
}

fn event_type() -> &'static str {
    CABLE_LAID.event_type()
}

#[test]
fn a_function_a_closure_and_a_closure_with_state_receive() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let connections = (
        CABLE_LAID.connect_named_async("cables.named", named),
        CABLE_LAID.connect_async(async |event, metadata| {
            pause().await;
            assert_eq!((event.number, &*metadata.event_type), (7, event_type()));
        }),
        CABLE_LAID.connect_async_with(Arc::clone(&seen), async |seen, event, metadata| {
            pause().await;
            seen.lock().unwrap().push((event.number, metadata.id));
        }),
        CABLE_LAID.connect_named_async_with(
            "cables.state",
            Arc::clone(&seen),
            async |seen, event, metadata| {
                seen.lock().unwrap().push((event.number + 1, metadata.id));
                Err::<(), _>("always fails")
            },
        ),
    );
    let sent = ends(|| smol::block_on(CABLE_LAID.send_event_async(CableLaid { number: 7 })));
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|response| response.receiver().is_async()));
    let failures: Vec<String> =
        sent.failures().map(|failure| failure.receiver().stable_name().to_string()).collect();
    assert_eq!(failures, ["cables.state"]);
    let seen = seen.lock().unwrap();
    assert_eq!((seen[0].0, seen[1].0), (7, 8));
    assert_eq!(seen[0].1, seen[1].1, "one event has one id");
    drop(connections);
    assert!(CABLE_LAID.send_event(CableLaid { number: 0 }).is_empty());
}

#[test]
fn a_send_holds_a_receiver_that_is_disconnected_meanwhile() {
    let (release, released) = smol::channel::bounded::<()>(1);
    let done = Arc::new(Mutex::new(false));
    let connection =
        WIRE_LAID.connect_async_with((released, Arc::clone(&done)), async |(released, done), _, _| {
            released.recv().await.unwrap();
            *done.lock().unwrap() = true;
        });
    ends(move || {
        smol::block_on(async {
            let mut sending = Box::pin(WIRE_LAID.send_event_async(WireLaid { number: 1 }));
            assert!(smol::future::poll_once(&mut sending).await.is_none());
            drop(connection);
            release.send(()).await.unwrap();
            assert!(sending.await.all_ok());
        });
    });
    assert!(*done.lock().unwrap());
}
