//! Async receivers of consumers.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    codec,
    event_bus::{
        ConsumeError, Consumer, EventBus, MemoryBus, Producer, Replayed, Start, Stop, replay, run_all,
        settings::DeliveryMode,
    },
    prelude::*,
};
use openedx_events_tests::number_events;

use super::{ends, process, single_threaded, tokio_runtime};

number_events! {
    TrainArrived "com.example.learning.train.arrived.v1"
    TramArrived "com.example.learning.tram.arrived.v1"
    BusArrived "com.example.learning.bus.arrived.v1"
    FerryArrived "com.example.learning.ferry.arrived.v1"
    CoachArrived "com.example.learning.coach.arrived.v1"
    CoachLeft "com.example.learning.coach.left.v1"
}

const TIMEOUT: Duration = Duration::from_millis(300);

/// A bus with the given events in one topic.
pub(super) fn bus_with<E: openedx_events::WireEvent>(
    signal: &'static Signal<E>,
    events: Vec<E>,
) -> Arc<MemoryBus> {
    let bus = Arc::new(MemoryBus::new());
    let producer = Producer::of(&*bus, None, DeliveryMode::Wait, Duration::from_secs(5)).unwrap();
    for event in events {
        producer.send("arrivals", None, &signal.generate_signal_metadata(), &codec::encode(&event)).unwrap();
    }
    bus
}

pub(super) fn consumer(bus: &Arc<MemoryBus>, count: u64) -> Consumer {
    Consumer::of(Arc::clone(bus) as Arc<dyn EventBus>, "arrivals", "platform", "a")
        .start(Start::Backlog)
        .retry(Duration::from_millis(1), Duration::from_millis(1))
        .receiver_timeout(TIMEOUT)
        .count(count)
}

static RUNS: Mutex<Vec<i64>> = Mutex::new(Vec::new());

/// Fails the first time, and needs tokio's timer.
#[receiver(TRAIN_ARRIVED)]
async fn announce(number: &i64, from_event_bus: bool) -> Result<(), String> {
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert!(from_event_bus);
    let mut runs = RUNS.lock().unwrap();
    runs.push(*number);
    let is_first = runs.iter().filter(|run| *run == number).count() == 1;
    if is_first { Err("not yet".to_owned()) } else { Ok(()) }
}

#[test]
fn lanes_find_the_runtime_of_the_consumer_and_failures_are_retried() {
    let _alone = process();
    let reports = ends(|| {
        // On a worker, on a thread for blocking work of each kind of runtime, and on a thread of `run_all`.
        let run = |events: std::ops::Range<i64>| {
            let count = u64::try_from(events.end - events.start).unwrap();
            let bus = bus_with(&TRAIN_ARRIVED, events.map(|number| TrainArrived { number }).collect());
            move || run_all(&[consumer(&bus, count)], &Stop::new()).unwrap()
        };
        let (multi, single) = (tokio_runtime(), single_threaded());
        let first = run(0..3);
        let second = run(10..13);
        let third = run(20..23);
        [
            multi.block_on(async {
                tokio::spawn(async move { tokio::task::block_in_place(first) }).await.unwrap()
            }),
            multi.block_on(async { tokio::task::spawn_blocking(second).await.unwrap() }),
            single.block_on(async { tokio::task::spawn_blocking(third).await.unwrap() }),
        ]
    });
    for report in reports {
        assert_eq!((report.handled, report.failed_attempts, report.dead_lettered), (3, 3, 0), "{report}");
    }
    assert_eq!(RUNS.lock().unwrap()[..6], [0, 0, 1, 1, 2, 2], "one lane keeps the order");
}

/// Sends another event on a thread of its own.
#[receiver(COACH_ARRIVED)]
fn leave(number: &i64) -> Result<(), String> {
    let number = *number;
    let sent = thread::spawn(move || COACH_LEFT.send_event(CoachLeft { number })).join().unwrap();
    sent.failures().next().map_or(Ok(()), |failure| Err(failure.result().unwrap_err().to_string()))
}

/// Needs tokio's timer.
#[receiver(COACH_LEFT)]
async fn wave() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[test]
fn a_thread_that_a_receiver_starts_finds_the_runtime_of_the_consumer() {
    let _alone = process();
    ends(|| {
        let consume =
            || consumer(&bus_with(&COACH_ARRIVED, vec![CoachArrived { number: 1 }]), 1).max_attempts(1);
        let inside = consume();
        let runtime = tokio_runtime();
        let report = runtime.block_on(async {
            tokio::task::spawn_blocking(move || inside.run(Stop::new())).await.unwrap().unwrap()
        });
        assert_eq!((report.handled, report.dead_lettered), (1, 0));
        // It is forgotten when the consumer ends.
        let sent = thread::spawn(|| COACH_LEFT.send_event(CoachLeft { number: 2 })).join().unwrap();
        assert!(!sent.all_ok());
    });
}

static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct Dropped;

impl Drop for Dropped {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

/// Hangs for even numbers.
#[receiver(TRAM_ARRIVED)]
async fn hangs(number: &i64) {
    let _dropped = Dropped;
    if number % 2 == 0 {
        pending::<()>().await;
    }
}

#[test]
fn the_receiver_timeout_cancels_an_async_receiver_and_the_consumer_goes_on() {
    let _alone = process();
    let (report, letters, took) = ends(|| {
        let bus = bus_with(&TRAM_ARRIVED, (0..4).map(|number| TramArrived { number }).collect());
        let begun = Instant::now();
        let report = consumer(&bus, 4).max_attempts(2).run(Stop::new()).unwrap();
        let letters = bus.operations().unwrap().dead_letters("arrivals", "platform", None, 10).unwrap();
        (report, letters, begun.elapsed())
    });
    assert_eq!((report.handled, report.failed_attempts, report.dead_lettered), (2, 4, 2), "{report}");
    assert_eq!(DROPPED.load(Ordering::SeqCst), 6, "two attempts each for the hung ones");
    assert!(took >= TIMEOUT * 4, "{took:?}");
    assert_eq!(letters.len(), 2);
    for letter in letters {
        let error = letter.failure.error;
        assert!(error.ends_with("hangs: took longer than 300ms, and was cancelled"), "{error}");
    }
}

#[test]
fn an_async_receiver_that_blocks_its_thread_ends_the_consumer() {
    let _alone = process();
    let _connection = BUS_ARRIVED.connect_named_async("blocks", async |_, _| {
        // Longer than the timeout and the time to cancel.
        thread::sleep(TIMEOUT + Duration::from_secs(4));
    });
    let error = ends(|| {
        let bus = bus_with(&BUS_ARRIVED, vec![BusArrived { number: 1 }]);
        consumer(&bus, 1).stop_timeout(Duration::from_millis(1)).run(Stop::new()).unwrap_err()
    });
    assert!(
        matches!(&error, ConsumeError::ReceiverTimedOut { receiver, .. } if receiver == "blocks"),
        "{error}"
    );
}

#[test]
fn a_replay_cancels_an_async_receiver_after_its_timeout() {
    let _alone = process();
    let state = Arc::new(AtomicUsize::new(0));
    let _connection = FERRY_ARRIVED.connect_named_async_with(
        "ferries",
        Arc::clone(&state),
        async |state, _, _| match state.fetch_add(1, Ordering::SeqCst) {
            0 => Err("sunk"),
            1 => pending().await,
            _ => Ok(()),
        },
    );
    ends(|| {
        let bus = bus_with(&FERRY_ARRIVED, vec![FerryArrived { number: 1 }]);
        consumer(&bus, 1).max_attempts(1).run(Stop::new()).unwrap();
        let mut operations = bus.operations().unwrap();
        let letters = operations.dead_letters("arrivals", "platform", None, 10).unwrap();
        let mut again = || replay(&mut *operations, "arrivals", "platform", &letters[0], TIMEOUT).unwrap();
        let first = again();
        assert!(matches!(&first, Replayed::Failed(_, error) if error.contains("was cancelled")), "{first:?}");
        assert!(matches!(again(), Replayed::Handled(_)));
    });
}
