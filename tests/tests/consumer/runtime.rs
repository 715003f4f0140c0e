//! A consumer on a thread without a runtime starts one for its receivers.

use std::{thread, time::Duration};

use openedx_events::Connection;
use tokio::runtime::Handle;

use crate::{
    PARCEL_SENT, Recorded,
    script::{Script, entry, wait},
};

/// Connects an async receiver of the parcels of a test, which needs tokio's timer. It records the threads that run its tasks.
fn sleepy(test: &'static str) -> (Recorded, Connection) {
    let threads = Recorded::default();
    let state = (test, threads.clone());
    let connection = PARCEL_SENT.connect_async_with(state, async |(test, threads), event, _| {
        if event.test == *test {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let name = tokio::spawn(async { thread::current().name().map(str::to_owned) }).await.unwrap();
            threads.push(name.unwrap_or_default());
        }
    });
    (threads, connection)
}

#[test]
fn consumers_on_threads_without_a_runtime_share_one_that_ends_with_the_last_of_them() {
    assert!(Handle::try_current().is_err());
    let (first, second) = (Script::default(), Script::default());
    let ((tasks, _one), (others, _other)) = (sleepy("shared_first"), sleepy("shared_second"));
    first.delivers([entry("shared_first", "1", "ada")]);
    let (stays, ends) = (second.start(|consumer| consumer), first.start(|consumer| consumer.count(1)));
    let report = ends.end().unwrap();
    assert_eq!((report.handled, report.failed_attempts), (1, 0));
    second.delivers([entry("shared_second", "1", "ada"), entry("shared_second", "2", "ada")]);
    wait("the other one goes on", || second.acknowledged().len() == 2);
    assert_eq!(stays.stop().unwrap().failed_attempts, 0);
    for name in [tasks.all(), others.all()].concat() {
        assert_eq!(name, "events-runtime");
    }
}

#[test]
fn a_consumer_starts_while_another_one_ends_with_its_runtime() {
    let (_tasks, _one) = sleepy("replaced");
    let mut before: Option<thread::JoinHandle<()>> = None;
    for number in 0..300 {
        let script = Script::default();
        script.delivers([entry("replaced", &number.to_string(), "ada")]);
        let running = thread::spawn(move || {
            let report = script.start(|consumer| consumer.count(1)).end().unwrap();
            assert_eq!((report.handled, report.failed_attempts), (1, 0));
        });
        if let Some(before) = before.replace(running) {
            before.join().unwrap();
        }
    }
    before.unwrap().join().unwrap();
}
