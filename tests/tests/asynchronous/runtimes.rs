//! Consumers in each kind of tokio's runtimes: a runtime that cannot drive async receivers costs no message.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    block_on,
    event_bus::{ConsumeError, Consumer, MemoryBus, Stop, run_all},
    prelude::*,
};
use openedx_events_tests::{log::Lines, number_events};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::{LocalSet, spawn_blocking},
};
use tracing::{Level, subscriber::with_default};

use super::{
    consuming::{bus_with, consumer},
    ends, process, single_threaded, tokio_runtime,
};

number_events! {
    PlaneArrived "com.example.learning.plane.arrived.v1"
    PlaneLeft "com.example.learning.plane.left.v1"
    PlaneLanded "com.example.learning.plane.landed.v1"
    PlaneDelayed "com.example.learning.plane.delayed.v1"
    PlaneParked "com.example.learning.plane.parked.v1"
}

/// Needs tokio's timer.
#[receiver(PLANE_ARRIVED)]
async fn guide() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Needs tokio's timer, in a synchronous receiver.
#[receiver(PLANE_LEFT)]
fn wave() {
    block_on(tokio::time::sleep(Duration::from_millis(1)));
}

/// Needs no runtime.
#[receiver(PLANE_LANDED)]
fn clap() {}

/// Needs tokio's timer, and waits for it as tokio's documentation recommends for blocking code.
#[receiver(PLANE_DELAYED)]
fn announce() {
    Handle::current().block_on(tokio::time::sleep(Duration::from_millis(1)));
}

/// Needs tokio's timer, in a batch.
#[receiver(PLANE_PARKED, batch(max = 10, wait = "10ms"))]
async fn refuel(_planes: &Batch<PlaneParked>) {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Returns a bus with an event, and a consumer that would make it a dead letter after one failure.
fn planes(count: u64) -> (Arc<MemoryBus>, Consumer) {
    let events = (0..3).map(|number| PlaneArrived { number }).collect();
    let bus = bus_with(&PLANE_ARRIVED, events);
    let consumer = consumer(&bus, count).max_attempts(1).receiver_timeout(Duration::from_secs(30));
    (bus, consumer)
}

fn dead_letters(bus: &MemoryBus) -> usize {
    bus.len("arrivals.dlq.platform")
}

/// Fails unless the consumer was refused for this reason, before it took a message.
#[track_caller]
fn assert_refused(bus: &MemoryBus, error: &ConsumeError, parts: [&str; 3]) {
    assert_eq!(error.exit_code(), 2);
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
    assert_eq!(dead_letters(bus), 0);
}

#[test]
fn the_only_thread_of_a_runtime_is_refused_at_once() {
    let _alone = process();
    ends(|| {
        let parts = [
            "this is the only thread of a tokio runtime",
            "\nnote: ",
            "spawn_blocking(move || consumer.run(stop))",
        ];
        let runtime = single_threaded();
        let begun = Instant::now();
        let (bus, one) = planes(3);
        assert_refused(&bus, &runtime.block_on(async { one.run(Stop::new()).unwrap_err() }), parts);
        assert_refused(
            &bus,
            &runtime.block_on(async { run_all(&[one.clone(), one.clone()], &Stop::new()).unwrap_err() }),
            parts,
        );
        let local = LocalSet::new();
        let refused = async move { one.run(Stop::new()).unwrap_err() };
        let spawned = async { tokio::task::spawn_local(refused).await.unwrap() };
        assert_refused(&bus, &local.block_on(&runtime, spawned), parts);
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    });
}

#[test]
fn a_runtime_that_nobody_drives_is_refused_soon() {
    let _alone = process();
    ends(|| {
        let (bus, consumer) = planes(3);
        let runtime = single_threaded();
        let _entered = runtime.enter();
        let parts = [
            "the tokio runtime does nothing: no thread drives it",
            "\nnote: ",
            "drive a current-thread runtime",
        ];
        assert_refused(&bus, &consumer.run(Stop::new()).unwrap_err(), parts);
    });
}

#[test]
fn a_runtime_that_has_ended_is_refused_at_once() {
    let _alone = process();
    ends(|| {
        let (bus, consumer) = planes(3);
        let handle = { single_threaded().handle().clone() };
        let _entered = handle.enter();
        let parts =
            ["the tokio runtime has ended", "\nnote: ", "keep the runtime until the consumer has ended"];
        assert_refused(&bus, &consumer.run(Stop::new()).unwrap_err(), parts);
    });
}

#[test]
fn a_consumer_without_async_receivers_may_block_the_only_thread() {
    let _alone = process();
    let report = ends(|| {
        let bus = bus_with(&PLANE_LANDED, vec![PlaneLanded { number: 1 }]);
        let consumer = consumer(&bus, 1).only([PLANE_LANDED.event_type()]);
        single_threaded().block_on(async { consumer.run(Stop::new()) }).unwrap()
    });
    assert_eq!(report.handled, 1);
}

#[test]
fn a_consumer_on_the_only_worker_leaves_it_to_its_receivers() {
    let _alone = process();
    let reports = ends(|| {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let ((_, one), (_, all)) = (planes(3), planes(3));
        let one = runtime.spawn(async move { one.run(Stop::new()).unwrap() });
        let one = runtime.block_on(one).unwrap();
        let all = runtime.spawn(async move { run_all(&[all], &Stop::new()).unwrap() });
        [one, runtime.block_on(all).unwrap()]
    });
    assert!(reports.iter().all(|report| report.handled == 3), "{reports:?}");
}

#[test]
fn a_thread_that_has_entered_a_runtime_which_another_one_drives() {
    let _alone = process();
    let report = ends(|| {
        let (_, consumer) = planes(3);
        single_threaded().block_on(async {
            let (runtime, (tell, told)) = (Handle::current(), tokio::sync::oneshot::channel());
            thread::spawn(move || {
                let _entered = runtime.enter();
                tell.send(consumer.run(Stop::new()).unwrap()).unwrap();
            });
            told.await.unwrap()
        })
    });
    assert_eq!((report.handled, report.dead_lettered), (3, 0));
}

#[test]
fn a_local_set_of_a_multi_threaded_runtime() {
    let _alone = process();
    let report = ends(|| {
        let (_, consumer) = planes(3);
        let runtime = tokio_runtime();
        runtime.block_on(LocalSet::new().run_until(async { consumer.run(Stop::new()) })).unwrap()
    });
    assert_eq!((report.handled, report.dead_lettered), (3, 0));
}

/// Ends a runtime while a consumer works on another thread. Returns why the consumer ended, and the log. Fails if a message was
/// lost or an attempt was counted.
fn end<E: openedx_events::WireEvent>(
    runtime: Runtime,
    signal: &'static Signal<E>,
    events: Vec<E>,
) -> (ConsumeError, Lines) {
    let count = events.len() as u64;
    let bus = bus_with(signal, events);
    let consumer = consumer(&bus, count).max_attempts(1).receiver_timeout(Duration::from_secs(30));
    let consumer = consumer.only([signal.event_type()]);
    let (lines, handle) = (Lines::default(), runtime.handle().clone());
    let (tell, started) = mpsc::channel();
    let consuming = thread::spawn({
        let (lines, consumer) = (lines.clone(), consumer.clone());
        move || {
            let _entered = handle.enter();
            with_default(lines.subscriber(Level::INFO), || {
                tell.send(()).unwrap();
                consumer.run(Stop::new()).unwrap_err()
            })
        }
    });
    started.recv().unwrap();
    // It is driven until the consumer has begun to read.
    runtime.block_on(async {
        while lines.with("consuming").is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    drop(runtime);
    let error = consuming.join().unwrap();
    assert_eq!(dead_letters(&bus), 0, "{lines:?}");
    // A consumer in a runtime that is kept handles the rest.
    let ended = &lines.with("consumer ended: ")[0];
    let handled: u64 =
        ended.split_once("ended: ").unwrap().1.split_once(" handled").unwrap().0.parse().unwrap();
    let runtime = tokio_runtime();
    let _entered = runtime.enter();
    let rest = consumer.count(count - handled).run(Stop::new()).unwrap();
    assert_eq!((rest.handled, rest.dead_lettered), (count - handled, 0), "{ended}");
    (error, lines)
}

fn events<E>(make: impl Fn(i64) -> E) -> Vec<E> {
    (0..500).map(make).collect()
}

#[test]
fn a_runtime_that_ends_ends_the_consumer_and_loses_nothing() {
    let _alone = process();
    let all = ends(|| {
        [
            end(tokio_runtime(), &PLANE_ARRIVED, events(|number| PlaneArrived { number })),
            end(single_threaded(), &PLANE_ARRIVED, events(|number| PlaneArrived { number })),
            end(tokio_runtime(), &PLANE_LEFT, events(|number| PlaneLeft { number })),
            end(tokio_runtime(), &PLANE_DELAYED, events(|number| PlaneDelayed { number })),
            end(tokio_runtime(), &PLANE_PARKED, events(|number| PlaneParked { number })),
        ]
    });
    for (error, lines) in all {
        assert!(matches!(error, ConsumeError::RuntimeEnded { .. }) && error.exit_code() == 7, "{error}");
        let text = error.to_string();
        assert!(text.starts_with("the tokio runtime has ended before its consumer; entry "), "{text}");
        assert!(text.ends_with("keep the runtime until `run` has returned"), "{text}");
        assert_eq!(lines.with("the tokio runtime has ended before its consumer").len(), 1, "{lines:?}");
        assert!(lines.with("paused: ").is_empty(), "{lines:?}");
    }
}

/// Dropping a runtime waits for its threads for blocking work: here for a consumer that nobody stops.
#[test]
fn a_program_that_drops_its_runtime_without_a_stop_ends() {
    let _alone = process();
    ends(|| {
        let runtime = tokio_runtime();
        let bus = bus_with(&PLANE_ARRIVED, (0..500).map(|number| PlaneArrived { number }).collect());
        let (consumer, lines) = (consumer(&bus, u64::MAX), Lines::default());
        let noted = lines.clone();
        drop(runtime.spawn_blocking(move || {
            with_default(noted.subscriber(Level::INFO), || consumer.run(Stop::new()).map(drop))
        }));
        while lines.with("consuming").is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
        drop(runtime);
        // The error was not returned to anybody, so it is in the log.
        let logged = lines.with("the tokio runtime has ended before its consumer");
        assert!(logged.len() == 1 && logged[0].starts_with("ERROR"), "{lines:?}");
    });
}

#[test]
fn a_runtime_that_is_not_driven_for_a_while_pauses_the_consumer() {
    let _alone = process();
    let (report, dead_letters, lines) = ends(|| {
        let (bus, consumer) = planes(3);
        let consumer = consumer.pause_max(Duration::from_millis(50));
        let lines = Lines::default();
        let runtime = single_threaded();
        let report = runtime.block_on(async {
            let noted = lines.clone();
            let consuming = spawn_blocking(move || {
                with_default(noted.subscriber(Level::INFO), || consumer.run(Stop::new()).unwrap())
            });
            while lines.with("consuming").is_empty() {
                tokio::task::yield_now().await;
            }
            // This blocks the runtime.
            while lines.with("paused: ").is_empty() {
                thread::sleep(Duration::from_millis(5));
            }
            consuming.await.unwrap()
        });
        (report, dead_letters(&bus), lines)
    });
    assert_eq!((report.handled, report.pauses, report.failed_attempts, dead_letters), (3, 1, 0, 0));
    let paused = lines.with("paused: ");
    assert!(paused[0].contains("the tokio runtime does nothing: "), "{paused:?}");
}

/// A synchronous send and `block_on` work on such a thread, because it does not run the runtime.
#[test]
fn a_thread_for_blocking_work_of_a_current_thread_runtime() {
    ends(|| {
        single_threaded().block_on(async {
            let sent = spawn_blocking(|| PLANE_ARRIVED.send_event(PlaneArrived { number: 1 }));
            assert!(sent.await.unwrap().all_ok());
            let sent = spawn_blocking(|| PLANE_LEFT.send_event(PlaneLeft { number: 1 }));
            assert!(sent.await.unwrap().all_ok());
        });
    });
}
