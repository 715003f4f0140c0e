//! Synchronous and async receivers run in one order, one after another.

use std::sync::Mutex;

use openedx_events::prelude::*;
use openedx_events_tests::number_events;

use super::{ends, pause};

number_events! {
    QueueFormed "com.example.learning.queue.formed.v1"
    LineMoved "com.example.learning.line.moved.v1"
    GroupMet "com.example.learning.group.met.v1"
}

/// The receivers that began and ended, by the event's number.
static SEEN: Mutex<Vec<(i64, i32, &str)>> = Mutex::new(Vec::new());

fn see(event: i64, receiver: i32, what: &'static str) {
    SEEN.lock().unwrap().push((event, receiver, what));
}

macro_rules! receivers {
    ($($sync:ident $asynchronous:ident $order:literal $next:literal)*) => {$(
        #[receiver(QUEUE_FORMED, order = $order)]
        fn $sync(number: &i64) {
            see(*number, $order, "begins");
            see(*number, $order, "ends");
        }

        #[receiver(QUEUE_FORMED, order = $next)]
        async fn $asynchronous(number: &i64, metadata: &EventsMetadata) -> Result<(), String> {
            see(*number, $next, "begins");
            pause().await;
            assert_eq!(metadata.event_type, QUEUE_FORMED.event_type());
            pause().await;
            see(*number, $next, "ends");
            Ok(())
        }
    )*};
}

// Twenty receivers, a synchronous one before each async one.
receivers! {
    s0 a0 -10 -9
    s1 a1 -8 -7
    s2 a2 -6 -5
    s3 a3 -4 -3
    s4 a4 -2 -1
    s5 a5 0 1
    s6 a6 2 3
    s7 a7 4 5
    s8 a8 6 7
    s9 a9 8 9
}

fn assert_in_order(event: i64, responses: &Responses) {
    assert!(responses.all_ok(), "{responses:?}");
    let orders: Vec<i32> = responses.iter().map(|response| response.receiver().order()).collect();
    let expected: Vec<i32> = (-10..10).collect();
    assert_eq!(orders, expected);
    let are_async: Vec<bool> = responses.iter().map(|response| response.receiver().is_async()).collect();
    assert_eq!(are_async, [false, true].repeat(10));
    let seen = SEEN.lock().unwrap();
    let seen: Vec<(i32, &str)> =
        seen.iter().filter(|(number, ..)| *number == event).map(|(_, order, what)| (*order, *what)).collect();
    let expected: Vec<(i32, &str)> =
        (-10..10).flat_map(|order| [(order, "begins"), (order, "ends")]).collect();
    assert_eq!(seen, expected);
}

#[test]
fn twenty_mixed_receivers_run_in_order_in_a_future() {
    let responses = ends(|| smol::block_on(QUEUE_FORMED.send_event_async(QueueFormed { number: 1 })));
    assert_in_order(1, &responses);
}

#[test]
fn twenty_mixed_receivers_run_in_order_in_a_synchronous_send() {
    let responses = ends(|| QUEUE_FORMED.send_event(QueueFormed { number: 2 }));
    assert_in_order(2, &responses);
}

#[receiver(LINE_MOVED, GROUP_MET, name = "both")]
async fn both(number: &i64, from_event_bus: bool) -> Result<(), ReceiverError> {
    pause().await;
    if *number == 13 && from_event_bus { Err(ReceiverError::permanent("unlucky")) } else { Ok(()) }
}

#[receiver(LINE_MOVED, only = bus)]
async fn of_bus(event: &LineMoved) {
    assert!(event.number > 0);
}

#[test]
fn arguments_and_parameters_are_those_of_a_synchronous_receiver() {
    ends(|| {
        smol::block_on(async {
            let sent = LINE_MOVED.send_event_async(LineMoved { number: 13 }).await;
            assert_eq!(sent.len(), 1, "`only = bus`");
            assert!(sent.all_ok());
            let metadata = LINE_MOVED.generate_signal_metadata();
            let sent =
                LINE_MOVED.send_event_with_custom_metadata_async(metadata, LineMoved { number: 13 }).await;
            let failure = sent.failures().next().unwrap();
            assert_eq!(failure.receiver().stable_name().to_string(), "both");
            assert!(failure.result().unwrap_err().is_permanent());
            assert_eq!(sent.len(), 2);
            let sent = GROUP_MET.send_event_async(GroupMet { number: 13 }).await;
            assert!(sent.all_ok() && sent.len() == 1);
        });
    });
}
