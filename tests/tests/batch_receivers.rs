//! Batch receivers: their arguments and their errors.

use std::sync::Mutex;

use openedx_events::{
    BatchError, ReceiverDefinition, Responses, block_on, codec, prelude::*, registry, testing,
};
use openedx_events_tests::number_events;

number_events! {
    CrateWeighed "com.example.learning.crate.weighed.v1"
    CrateLifted "com.example.learning.crate.lifted.v1"
    CrateOpened "com.example.learning.crate.opened.v1"
    CrateMoved "com.example.learning.crate.moved.v1"
}

/// The numbers and ids of events that were received.
static WEIGHED: Mutex<Vec<(i64, Uuid)>> = Mutex::new(Vec::new());

#[receiver(CRATE_WEIGHED, batch(max = 500, wait = "5s"), name = "crates.weigh")]
fn weigh(batch: &Batch<CrateWeighed>) {
    let crates = batch.iter().map(|(event, metadata)| (event.number, metadata.id));
    WEIGHED.lock().unwrap().extend(crates);
}

/// Fails as the number says.
fn fail(number: i64) -> Result<(), BatchError> {
    match number {
        1 => Err(std::io::Error::other("the scale is broken"))?,
        2 => return BatchError::some([(0, "too heavy")]).into_result(),
        3 => return Err(BatchError::some([(1, "too heavy")])),
        4 => panic!("it fell"),
        5 => return Err(ReceiverError::unavailable("no crane").into()),
        6 => return Err(BatchError::some([(0, ReceiverError::permanent("no handle"))])),
        7 => return Err(BatchError::new()),
        _ => {}
    }
    Ok(())
}

#[receiver(CRATE_LIFTED, batch)]
fn lift(batch: &Batch<CrateLifted>) -> Result<(), BatchError> {
    fail(batch.get(0).unwrap().0.number)
}

#[receiver(CRATE_OPENED, batch)]
async fn open(batch: &Batch<CrateOpened>) -> Result<(), BatchError> {
    std::future::ready(()).await;
    fail(batch.get(0).unwrap().0.number)
}

/// Without `order`, batch receivers run after the others.
#[receiver(CRATE_MOVED, batch)]
fn carry(batch: &Batch<CrateMoved>) {
    assert_eq!(batch.len(), 1);
}

#[receiver(CRATE_MOVED, batch, only = bus)]
fn carry_from_bus(_batch: &Batch<CrateMoved>) {}

#[receiver(CRATE_MOVED, order = 1000)]
fn sweep() {}

fn names(responses: &Responses) -> Vec<&'static str> {
    assert!(responses.all_ok(), "{responses:?}");
    responses.iter().map(|response| response.receiver().name()).collect()
}

#[test]
fn a_sender_in_this_process_passes_each_event_alone() {
    let lock = || WEIGHED.lock().unwrap();
    for send in [
        |event| CRATE_WEIGHED.send_event(event),
        |event| block_on(CRATE_WEIGHED.send_event_async(event)),
        |event| CRATE_WEIGHED.try_send_event(event).unwrap(),
    ] {
        lock().clear();
        assert_eq!(names(&send(CrateWeighed { number: 7 })), ["weigh"]);
        assert_eq!(lock().iter().map(|(number, _)| *number).collect::<Vec<_>>(), [7]);
    }
    for send in [
        |metadata, event| CRATE_WEIGHED.send_event_with_custom_metadata(metadata, event),
        |metadata, event| registry::send_from_event_bus(metadata, &codec::encode(&event)).unwrap(),
    ] {
        lock().clear();
        let metadata = CRATE_WEIGHED.generate_signal_metadata();
        let id = metadata.id;
        assert_eq!(names(&send(metadata, CrateWeighed { number: 8 })), ["weigh"]);
        assert_eq!(*lock(), [(8, id)]);
    }
}

#[test]
fn an_error_of_a_batch_of_one_event_is_the_error_of_the_event() {
    let lift = |number| CRATE_LIFTED.send_event(CrateLifted { number });
    let open = |number| block_on(CRATE_OPENED.send_event_async(CrateOpened { number }));
    for send in [&lift as &dyn Fn(i64) -> Responses, &open] {
        let error = |number| {
            let response = send(number).into_iter().next().unwrap();
            response.into_result().unwrap_err()
        };
        assert_eq!(error(1).to_string(), "the scale is broken");
        assert_eq!(error(2).to_string(), "too heavy");
        assert_eq!(
            error(3).to_string(),
            "the receiver reported a failure at position 1 of a batch of 1 event (too heavy); the first position is 0"
        );
        assert!(error(4).is_panic());
        assert!(error(5).is_unavailable());
        assert!(error(6).is_permanent());
        for number in [7, 8] {
            assert!(send(number).all_ok(), "an error without positions fails nothing");
        }
    }
    assert_eq!(CRATE_LIFTED.try_send_event(CrateLifted { number: 2 }).unwrap_err().to_string(), "too heavy");
}

#[test]
fn batch_receivers_run_last_and_can_be_limited_to_events_from_a_bus() {
    assert_eq!(names(&CRATE_MOVED.send_event(CrateMoved { number: 1 })), ["sweep", "carry"]);
    let metadata = CRATE_MOVED.generate_signal_metadata();
    let sent = CRATE_MOVED.send_event_with_custom_metadata(metadata, CrateMoved { number: 1 });
    assert_eq!(names(&sent), ["sweep", "carry", "carry_from_bus"]);
}

#[test]
fn definitions_say_how_batches_are_collected() {
    let limits = |one: &ReceiverDefinition| one.batch().map(|limits| (limits.max, limits.wait.as_millis()));
    assert_eq!(CRATE_WEIGHED.receivers().map(limits).collect::<Vec<_>>(), [Some((500, 5000))]);
    assert_eq!(
        CRATE_MOVED.receivers().map(limits).collect::<Vec<_>>(),
        [None, Some((100, 1000)), Some((100, 1000))]
    );
    let weigh = CRATE_WEIGHED.receivers().next().unwrap();
    assert_eq!((weigh.name(), weigh.stable_name().to_string()), ("weigh", "crates.weigh".to_owned()));
    assert!(CRATE_OPENED.receivers().next().unwrap().is_async());
}

#[test]
fn a_test_can_call_a_batch_receiver() {
    let batch = testing::batch([CrateLifted { number: 2 }, CrateLifted { number: 5 }]);
    assert_eq!(batch.len(), 2);
    let error = lift(&batch).unwrap_err();
    assert_eq!(error.to_string(), "the event at position 0 failed: too heavy");

    let metadata = [CRATE_LIFTED.generate_signal_metadata(), CRATE_LIFTED.generate_signal_metadata()];
    let events = [CrateLifted { number: 5 }, CrateLifted { number: 6 }];
    let batch = testing::batch_with_metadata(events.into_iter().zip(metadata.clone()));
    let received: Vec<_> = batch.iter().map(|(event, metadata)| (event.number, metadata.id)).collect();
    assert_eq!(received, [(5, metadata[0].id), (6, metadata[1].id)]);
    let reversed: Vec<i64> = batch.events().rev().map(|event| event.number).collect();
    assert_eq!(reversed, [6, 5]);
    assert_eq!(batch.get(1).unwrap().0.number, 6);
    assert!(batch.get(2).is_none() && !batch.is_empty());
    assert!(block_on(open(&testing::batch([CrateOpened { number: 0 }]))).is_ok());
}

#[test]
fn a_batch_prints_no_data() {
    let batch = testing::batch([CrateLifted { number: 424_242 }]);
    let printed = format!("{batch:?} {:?}", batch.iter());
    let expected =
        "Batch { event_type: \"com.example.learning.crate.lifted.v1\", len: 1, .. } BatchIter { len: 1, .. }";
    assert_eq!(printed, expected);
}

#[test]
fn batch_receivers_can_be_muted_and_are_strict() {
    let muted = testing::mute_receiver(lift);
    assert!(CRATE_LIFTED.send_event(CrateLifted { number: 4 }).is_empty());
    drop(muted);
    let _strict = testing::strict();
    let panic = std::panic::catch_unwind(|| CRATE_LIFTED.send_event(CrateLifted { number: 2 }));
    assert!(panic.is_err());
}
