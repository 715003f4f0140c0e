//! Sending from many threads while receivers connect and disconnect.

use std::{
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    event_bus::{self, Settings},
    prelude::*,
};
use openedx_events_tests::number_events;

number_events! {
    TrainPassed "com.example.learning.train.passed.v1"
    FlagRaised "com.example.learning.flag.raised.v1"
    ClockRepaired "com.example.learning.clock.repaired.v1"
    PageTurned "com.example.learning.page.turned.v1"
    GateOpened "com.example.learning.gate.opened.v1"
}

const SENDERS: i64 = 8;
/// The time after which a test counts as deadlocked.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `work` on another thread and fails if it does not end.
fn ends(work: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let thread = thread::spawn(move || {
        work();
        done.send(()).unwrap();
    });
    if let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(PATIENCE) {
        panic!("deadlock");
    }
    thread.join().unwrap();
}

/// The last number of each sender. The receiver checks that no number is missing or repeated.
static LAST: Mutex<[i64; 8]> = Mutex::new([0; 8]);

#[receiver(TRAIN_PASSED)]
fn linked(number: &i64) {
    let sender = usize::try_from(number % SENDERS).unwrap();
    let mut last = LAST.lock().unwrap();
    assert_eq!(last[sender] + 1, number / SENDERS, "the events of a thread arrive once and in order");
    last[sender] += 1;
}

#[test]
fn eight_threads_send_while_receivers_connect_and_disconnect() {
    ends(|| {
        static CONNECTED: AtomicUsize = AtomicUsize::new(0);
        let permanent = TRAIN_PASSED.connect(|_, _| {
            CONNECTED.fetch_add(1, Ordering::Relaxed);
        });
        let stop = AtomicBool::new(false);
        let until = Instant::now() + Duration::from_millis(700);
        let sent: Vec<i64> = thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|sender| {
                    scope.spawn(move || {
                        let mut sent = 0;
                        while Instant::now() < until {
                            sent += 1;
                            let responses =
                                TRAIN_PASSED.send_event(TrainPassed { number: sent * SENDERS + sender });
                            assert!(responses.len() >= 2);
                            assert!(responses.all_ok(), "{:?}", responses.failures().next());
                        }
                        sent
                    })
                })
                .collect();
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let outer = TRAIN_PASSED.connect(|event, _| {
                            // Connect and disconnect a receiver inside a receiver.
                            if event.number % 64 == 0 {
                                drop(TRAIN_PASSED.connect(|_, _| ()));
                            }
                        });
                        let inner = TRAIN_PASSED.connect(|_, _| Ok::<(), String>(()));
                        drop((outer, inner));
                    }
                });
            }
            let sent: Vec<_> = senders.into_iter().map(thread::ScopedJoinHandle::join).collect();
            stop.store(true, Ordering::Relaxed);
            sent.into_iter().map(Result::unwrap).collect()
        });
        assert_eq!(sent.as_slice(), LAST.lock().unwrap().as_slice());
        assert!(sent.iter().all(|sent| *sent > 0));
        let total: i64 = sent.iter().sum();
        assert_eq!(usize::try_from(total).unwrap(), CONNECTED.load(Ordering::Relaxed));
        drop(permanent);
    });
}

#[test]
fn no_lock_is_held_while_a_receiver_runs() {
    ends(|| {
        let (entered, is_entered) = mpsc::channel::<()>();
        let (release, is_released) = mpsc::channel::<()>();
        let is_released = Mutex::new(is_released);
        let connection = FLAG_RAISED.connect(move |event, _| {
            if event.number == 0 {
                entered.send(()).unwrap();
                is_released.lock().unwrap().recv().unwrap();
            }
        });
        let sender = thread::spawn(|| FLAG_RAISED.send_event(FlagRaised { number: 0 }).len());
        is_entered.recv().unwrap();
        // The receiver on the other thread is waiting during all of this.
        let second = FLAG_RAISED.connect(|_, _| ());
        assert_eq!(FLAG_RAISED.send_event(FlagRaised { number: 1 }).len(), 2);
        drop(second);
        assert_eq!(FLAG_RAISED.send_event(FlagRaised { number: 1 }).len(), 1);
        let any = openedx_events::registry::connect_any(|_, _| ());
        drop(any);
        release.send(()).unwrap();
        assert_eq!(sender.join().unwrap(), 1);
        drop(connection);
    });
}

#[test]
fn no_lock_is_held_while_a_receiver_is_dropped() {
    static SENT: AtomicUsize = AtomicUsize::new(0);

    struct SendsWhenDropped;

    impl Drop for SendsWhenDropped {
        fn drop(&mut self) {
            let _late = CLOCK_REPAIRED.connect(|_, _| ());
            SENT.fetch_add(CLOCK_REPAIRED.send_event(ClockRepaired { number: 1 }).len(), Ordering::Relaxed);
        }
    }

    ends(|| {
        let sends = SendsWhenDropped;
        let connection = CLOCK_REPAIRED.connect(move |_, _| {
            let _ = &sends;
        });
        drop(connection);
        assert!(SENT.load(Ordering::Relaxed) >= 1);
    });
}

#[test]
fn concurrent_first_uses_see_all_receivers() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);

    #[receiver(PAGE_TURNED)]
    fn count() {
        RUNS.fetch_add(1, Ordering::Relaxed);
    }

    ends(|| {
        let start = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let start = Arc::clone(&start);
                thread::spawn(move || {
                    start.wait();
                    PAGE_TURNED.send_event(PageTurned { number }).all_ok()
                })
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
        assert_eq!(RUNS.load(Ordering::Relaxed), 8);
    });
}

/// Without a bus, an event with a route would silently stay in the process.
#[test]
fn a_bus_installed_while_another_is_dropped_works() {
    let route = serde_json::json!({"gates": {"event_key_field": "number", "enabled": true}});
    let settings = Settings::from_value(serde_json::json!({
        "EVENTS_SERVICE_NAME": "park",
        "EVENT_BUS_PRODUCER": "memory",
        "EVENT_BUS_REDIS_AUDIT_LOGGING_ENABLED": false,
        "EVENT_BUS_PRODUCER_CONFIG": {GATE_OPENED.event_type(): route},
    }));
    let settings = settings.unwrap();
    for number in 0..5000 {
        let first = event_bus::install(&settings).unwrap();
        let start = Barrier::new(2);
        let second = thread::scope(|scope| {
            let other = scope.spawn(|| {
                start.wait();
                drop(first);
            });
            start.wait();
            let second = event_bus::install(&settings).unwrap();
            other.join().unwrap();
            second
        });
        assert!(GATE_OPENED.send_event(GateOpened { number }).event_bus().is_some(), "{number}");
        drop(second);
    }
}
