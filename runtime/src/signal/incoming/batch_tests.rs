//! The events that a batch receiver gets, and the outcomes that its consumer gets.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use super::{BatchItem, BatchOutcome, Incoming, run_batch};
use crate::{
    Batch, BatchError, Event, EventsMetadata, ReceiverError,
    analytics::{data::TrackingLogData, signals::*},
    codec,
    date_time::DateTime,
    lines::Lines,
    prelude::*,
    receiver::{Attempt, BatchReceiver},
    signal::AnySignal,
    testing,
};

/// The names of the events in each batch that was received.
static RECEIVED: Mutex<Vec<Vec<String>>> = Mutex::new(Vec::new());
/// The tests share a receiver.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Does what the names of the events say.
#[receiver(TRACKING_EVENT_EMITTED, batch(max = 7, wait = "1m30s"), name = "tests.log")]
async fn log(batch: &Batch<TrackingEventEmitted>) -> Result<(), BatchError> {
    let names: Vec<String> = batch.events().map(|event| event.tracking_log.name.clone()).collect();
    RECEIVED.lock().unwrap().push(names.clone());
    let mut errors = BatchError::new();
    for (position, name) in names.iter().enumerate() {
        match &name[..] {
            "panic" => panic!("no ink"),
            "whole" => return Err(ReceiverError::permanent("the whole batch").into()),
            "beyond" => errors.push(99, "beyond"),
            "slow" => std::future::pending().await,
            "bad" => errors.push(position, format!("bad at {position}")),
            _ => {}
        }
    }
    errors.into_result()
}

fn incoming(name: &str) -> Incoming {
    let time = DateTime::from_unix_micros(0).unwrap();
    let tracking_log = TrackingLogData::builder().name(name).timestamp(time).data("{}").context("{}").build();
    let bytes = codec::encode(&TrackingEventEmitted { tracking_log });
    let signal: &'static dyn AnySignal = &TRACKING_EVENT_EMITTED;
    let metadata = EventsMetadata::of(TrackingEventEmitted::DEFINITION);
    signal.incoming(signal.definition().decode(&bytes).unwrap(), metadata)
}

fn receiver(incoming: &Incoming) -> BatchReceiver {
    let receivers: Vec<_> =
        (0..incoming.receivers().len()).filter_map(|index| incoming.batch_receiver(index)).collect();
    assert!(receivers.len() == 1 && incoming.batch_receiver(99).is_none());
    receivers[0]
}

fn run(names: &[&str], timeout: Duration) -> BatchOutcome {
    let incoming: Vec<Incoming> = names.iter().map(|name| incoming(name)).collect();
    let attempt = |entry_id| Some(Attempt { entry_id, number: 2, started: Instant::now() });
    let ids: Vec<String> = (0..names.len()).map(|index| format!("{index}-0")).collect();
    let items: Vec<_> = incoming
        .iter()
        .zip(&ids)
        .map(|(incoming, id)| BatchItem { incoming, attempt: attempt(id) })
        .collect();
    run_batch(receiver(&incoming[0]), &items, timeout)
}

/// Returns the positions that failed.
fn failed(outcome: BatchOutcome) -> Vec<usize> {
    match outcome {
        BatchOutcome::Each(outcomes) => {
            outcomes.iter().enumerate().filter(|(_, one)| one.is_err()).map(|(index, _)| index).collect()
        }
        BatchOutcome::Whole(error) => panic!("{error}"),
    }
}

fn whole(outcome: BatchOutcome) -> ReceiverError {
    match outcome {
        BatchOutcome::Whole(error) => error,
        BatchOutcome::Each(outcomes) => panic!("{outcomes:?}"),
    }
}

#[test]
fn a_batch_is_one_call_and_its_events_fail_alone() {
    let _alone = ONE_AT_A_TIME.lock().unwrap();
    RECEIVED.lock().unwrap().clear();
    assert!(failed(run(&["a", "b", "c"], Duration::MAX)).is_empty());
    assert_eq!(failed(run(&["a", "bad", "c", "bad"], Duration::MAX)), [1, 3]);
    assert_eq!(*RECEIVED.lock().unwrap(), [&["a", "b", "c"][..], &["a", "bad", "c", "bad"]]);
}

#[test]
fn whole_batches_fail_at_once() {
    let _alone = ONE_AT_A_TIME.lock().unwrap();
    let error = whole(run(&["a", "whole"], Duration::MAX));
    assert!(error.is_permanent() && error.to_string() == "the whole batch");
    assert!(whole(run(&["a", "panic"], Duration::MAX)).is_panic());
    assert!(whole(run(&["beyond", "a"], Duration::MAX)).to_string().contains("position 99 of a batch of 2"));
    let error = whole(run(&["a", "slow"], Duration::from_millis(10)));
    assert!(error.to_string().contains("took longer than 10ms"), "{error}");
}

#[test]
fn a_batch_of_one_fails_as_one_message() {
    let _alone = ONE_AT_A_TIME.lock().unwrap();
    for name in ["whole", "panic", "beyond", "slow", "bad"] {
        assert_eq!(failed(run(&[name], Duration::from_millis(10))), [0], "{name}");
    }
    let incoming = incoming("bad");
    let index = (0..incoming.receivers().len()).find(|index| incoming.batch_receiver(*index).is_some());
    let outcome = incoming.run(index.unwrap(), None, Duration::MAX).unwrap();
    assert_eq!(outcome.unwrap_err().to_string(), "bad at 0");
}

#[test]
fn a_muted_batch_receiver_succeeds_without_a_call() {
    let _alone = ONE_AT_A_TIME.lock().unwrap();
    let _muted = testing::mute_receiver(log);
    assert!(failed(run(&["panic", "whole"], Duration::MAX)).is_empty());
}

#[test]
fn the_definition_has_the_limits() {
    let receiver = receiver(&incoming("a"));
    let limits = receiver.limits();
    assert_eq!((limits.max, limits.wait), (7, Duration::from_secs(90)));
    assert!(receiver == self::receiver(&incoming("b")) && receiver.definition().is_async());
    assert_eq!(receiver.definition().stable_name().to_string(), "tests.log");
}

#[test]
fn failures_are_logged_without_data() {
    let _alone = ONE_AT_A_TIME.lock().unwrap();
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), || {
        run(&["a", "bad", "bad"], Duration::MAX);
        run(&["a", "whole", "c"], Duration::MAX);
    });
    let lines = lines.with("ERROR");
    let parts = [
        &["receiver failed ", r#"entry_id="1-0""#, "attempt=2", "bad at 1", "receiver=tests.log"][..],
        &["receiver failed ", r#"entry_id="2-0""#, "attempt=2", "bad at 2"],
        &[
            "receiver failed for a whole batch",
            "events=3",
            r#"first_entry_id="0-0""#,
            r#"last_entry_id="2-0""#,
            "the whole batch",
        ],
    ];
    assert_eq!(lines.len(), parts.len(), "{lines:?}");
    for (line, parts) in lines.iter().zip(parts) {
        for part in parts {
            assert!(line.contains(part), "`{part}` is not in `{line}`");
        }
    }
}
