//! A synchronous send with async receivers, from every kind of thread that may send.

use std::{
    panic,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use openedx_events::{block_on, event_bus, prelude::*};
use openedx_events_tests::number_events;

use super::{ends, pause, process, single_threaded, tokio_runtime};

number_events! {
    DoorOpened "com.example.learning.door.opened.v1"
    LampLit "com.example.learning.lamp.lit.v1"
    FanStarted "com.example.learning.fan.started.v1"
    BellRung "com.example.learning.bell.rung.v1"
    TapOpened "com.example.learning.tap.opened.v1"
}

const SHORT: Duration = Duration::from_millis(5);

/// Needs tokio's timer.
#[receiver(DOOR_OPENED)]
async fn sleeps(number: &i64) -> Result<(), String> {
    tokio::time::sleep(SHORT).await;
    tokio::spawn(pause()).await.map_err(|error| error.to_string())?;
    if *number == 13 { Err("unlucky".to_owned()) } else { Ok(()) }
}

#[receiver(LAMP_LIT)]
async fn needs_no_runtime() {
    pause().await;
}

/// A synchronous receiver with one asynchronous call.
#[receiver(FAN_STARTED)]
fn calls() -> Result<(), String> {
    block_on(async {
        tokio::time::sleep(SHORT).await;
        Err("from the future".to_owned())
    })
}

/// Does more with tokio than one poll of a task may do.
#[receiver(TAP_OPENED)]
async fn drinks(number: &i64) {
    let (give, mut take) = tokio::sync::mpsc::unbounded_channel();
    (0..*number).for_each(|drop| give.send(drop).unwrap());
    drop(give);
    while take.recv().await.is_some() {}
}

fn open(number: i64) -> Responses {
    DOOR_OPENED.send_event(DoorOpened { number })
}

fn only_error(responses: &Responses) -> String {
    assert_eq!(responses.len(), 1);
    responses.failures().next().unwrap().result().unwrap_err().to_string()
}

#[test]
fn on_a_worker_of_a_multi_threaded_runtime() {
    ends(|| {
        let runtime = tokio_runtime();
        // In a task, in the future of `block_on`, and on a thread for blocking work.
        let in_task = runtime.block_on(async { tokio::spawn(async { open(1) }).await.unwrap() });
        assert!(in_task.all_ok(), "{in_task:?}");
        assert!(runtime.block_on(async { open(1) }).all_ok());
        let blocking = runtime.block_on(async { tokio::task::spawn_blocking(|| open(13)).await.unwrap() });
        assert_eq!(only_error(&blocking), "unlucky");
        let error = runtime.block_on(async {
            tokio::spawn(async { FAN_STARTED.send_event(FanStarted { number: 1 }) }).await.unwrap()
        });
        assert_eq!(only_error(&error), "from the future");
    });
}

/// While all workers wait for a receiver, the runtime still polls its timers and tasks.
#[test]
fn as_many_sends_as_workers_do_not_block_the_runtime() {
    ends(|| {
        let runtime = tokio_runtime();
        let sends: Vec<_> = (0..8).map(|_| runtime.spawn(async { open(1) })).collect();
        let begun = Instant::now();
        for send in sends {
            assert!(runtime.block_on(send).unwrap().all_ok());
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
    });
}

#[test]
fn in_a_local_set_of_a_multi_threaded_runtime() {
    ends(|| {
        let runtime = tokio_runtime();
        let local = tokio::task::LocalSet::new();
        let sent =
            local.block_on(&runtime, async { tokio::task::spawn_local(async { open(1) }).await.unwrap() });
        assert!(sent.all_ok(), "{sent:?}");
    });
}

/// A panic is printed even if it is caught, and may abort the process.
#[test]
fn nothing_panics_on_threads_that_cannot_hand_over_their_tasks() {
    let panicked = Arc::new(Mutex::new(Vec::new()));
    let (noted, before) = (Arc::clone(&panicked), panic::take_hook());
    panic::set_hook(Box::new(move |info| {
        noted.lock().unwrap().push(thread::current().id());
        before(info);
    }));
    let here = ends(|| {
        let runtime = tokio_runtime();
        let local = tokio::task::LocalSet::new();
        assert!(local.block_on(&runtime, async { open(1) }).all_ok());
        assert!(runtime.block_on(local.run_until(async { open(1) })).all_ok());
        assert!(runtime.block_on(async { open(1) }).all_ok());
        thread::current().id()
    });
    assert!(!panicked.lock().unwrap().contains(&here));
}

#[test]
fn a_receiver_may_exceed_the_budget_of_the_task_that_waits_for_it() {
    ends(|| {
        let runtime = tokio_runtime();
        let drink = || TAP_OPENED.send_event(TapOpened { number: 1000 });
        let local = tokio::task::LocalSet::new();
        let spawned = async move { tokio::task::spawn_local(async move { drink() }).await.unwrap() };
        assert!(local.block_on(&runtime, spawned).all_ok());
        assert!(runtime.block_on(async { drink() }).all_ok());
        assert!(
            runtime.block_on(async move { tokio::spawn(async move { drink() }).await.unwrap() }).all_ok()
        );
    });
}

#[test]
fn on_the_thread_of_a_current_thread_runtime_it_is_an_error_that_names_the_receiver() {
    ends(|| {
        let runtime = single_threaded();
        let sent = runtime.block_on(async { open(1) });
        assert_eq!(sent.failures().next().unwrap().receiver().name(), "sleeps");
        let error = only_error(&sent);
        assert!(
            error.contains("the only thread of a tokio runtime") && error.contains("send_event_async"),
            "{error}"
        );
        let error = runtime.block_on(async { only_error(&FAN_STARTED.send_event(FanStarted { number: 1 })) });
        assert!(error.contains("panicked") && error.contains("send_event_async"), "{error}");
        assert!(runtime.block_on(DOOR_OPENED.send_event_async(DoorOpened { number: 1 })).all_ok());
    });
}

/// Blocks the thread in the ways that tokio refuses on a worker.
#[receiver(BELL_RUNG)]
fn blocks(number: &i64) {
    match number {
        1 => tokio::runtime::Handle::current().block_on(pause()),
        2 => drop(single_threaded()),
        _ => drop(tokio::sync::mpsc::channel::<()>(1).1.blocking_recv()),
    }
}

#[test]
fn a_receiver_that_blocks_a_worker_is_told_what_to_write() {
    ends(|| {
        for number in 1..=3 {
            let sending = BELL_RUNG.send_event_async(BellRung { number });
            let sent = tokio_runtime().block_on(async { tokio::spawn(sending).await.unwrap() });
            let error = only_error(&sent);
            assert!(error.starts_with("panicked: Cannot "), "{error}");
            assert!(error.contains("(help: make the receiver an `async fn`, or call"), "{error}");
        }
    });
}

/// The panics come from tokio, so this test fails if their text changes.
#[test]
fn a_runtime_without_timers_or_sockets_or_one_that_has_ended_gets_help() {
    ends(|| {
        let send = || only_error(&DOOR_OPENED.send_event(DoorOpened { number: 1 }));
        let bare = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let error = bare.block_on(async { send() });
        assert!(
            error.starts_with("panicked: ") && error.contains("(help: build the runtime with `enable_all()`"),
            "{error}"
        );
        let handle = { tokio_runtime().handle().clone() };
        let _entered = handle.enter();
        let error = send();
        assert!(error.contains("(help: the runtime has ended: keep it until"), "{error}");
    });
}

#[test]
fn outside_of_a_runtime_without_tokio() {
    ends(|| {
        assert!(LAMP_LIT.send_event(LampLit { number: 1 }).all_ok());
        assert!(smol::block_on(async { LAMP_LIT.send_event(LampLit { number: 1 }) }).all_ok());
        assert_eq!(
            block_on(async {
                pause().await;
                7
            }),
            7
        );
    });
}

/// One test, because the remembered runtime belongs to the process.
#[test]
fn outside_of_a_runtime_with_one_that_is_remembered() {
    ends(|| {
        let _alone = process();
        let elsewhere = || thread::spawn(|| open(1)).join().unwrap();
        let error = only_error(&elsewhere());
        assert!(error.contains("panicked") && error.contains("no reactor running"), "{error}");
        assert!(error.ends_with("or name a runtime with `openedx_events::set_runtime`)"), "{error}");

        // The process remembers the runtime in which the bus was installed while the guard exists.
        let runtime = tokio_runtime();
        let settings = event_bus::Settings::from_value(serde_json::json!({})).unwrap();
        let guard = runtime.block_on(async { event_bus::install(&settings).unwrap() });
        assert!(elsewhere().all_ok());
        drop(guard);
        assert!(!elsewhere().all_ok());

        // A current-thread runtime works too, if its thread runs it.
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, handle) = std::sync::mpsc::channel();
        let running = thread::spawn(move || {
            let runtime = single_threaded();
            tell.send(runtime.handle().clone()).unwrap();
            let _ = runtime.block_on(stopped);
        });
        openedx_events::set_runtime(handle.recv().unwrap());
        assert!(elsewhere().all_ok());
        openedx_events::set_runtime(runtime.handle().clone());
        drop(stop);
        running.join().unwrap();
        assert!(elsewhere().all_ok());

        // No thread runs this runtime.
        let idle = single_threaded();
        openedx_events::set_runtime(idle.handle().clone());
        let calling = thread::spawn(|| only_error(&FAN_STARTED.send_event(FanStarted { number: 1 })));
        assert!(LAMP_LIT.send_event(LampLit { number: 1 }).all_ok());
        let error = only_error(&elsewhere());
        assert!(error.starts_with("the tokio runtime does nothing: "), "{error}");
        let error = calling.join().unwrap();
        assert!(
            error.starts_with("panicked: `block_on` cannot wait: the tokio runtime does nothing: "),
            "{error}"
        );
        openedx_events::set_runtime(runtime.handle().clone());
    });
}
