//! Errors, panics and cancellation of async receivers.

use std::{
    future::pending,
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
};

use openedx_events::prelude::*;
use openedx_events_tests::number_events;

use super::{ends, pause};

number_events! {
    GlassBroken "com.example.learning.glass.broken.v1"
    VaseBroken "com.example.learning.vase.broken.v1"
    PlateBroken "com.example.learning.plate.broken.v1"
    MirrorBroken "com.example.learning.mirror.broken.v1"
    WindowBroken "com.example.learning.window.broken.v1"
}

/// Counts how often it is dropped.
struct Guard(&'static AtomicUsize);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

static DROPPED: AtomicUsize = AtomicUsize::new(0);
static AFTER: AtomicUsize = AtomicUsize::new(0);

#[receiver(GLASS_BROKEN, order = 1)]
async fn panics_in_its_second_poll() {
    let _guard = Guard(&DROPPED);
    pause().await;
    panic!("a splinter");
}

#[receiver(GLASS_BROKEN, order = 2)]
async fn runs_after_the_panic() {
    AFTER.fetch_add(1, Ordering::SeqCst);
}

#[test]
fn a_panic_in_the_second_poll_is_a_failure_and_drops_the_future() {
    let sent = ends(|| smol::block_on(GLASS_BROKEN.send_event_async(GlassBroken { number: 1 })));
    assert_eq!((DROPPED.load(Ordering::SeqCst), AFTER.load(Ordering::SeqCst)), (1, 1));
    let synchronous = ends(|| GLASS_BROKEN.send_event(GlassBroken { number: 1 }));
    assert_eq!((DROPPED.load(Ordering::SeqCst), AFTER.load(Ordering::SeqCst)), (2, 2));
    for sent in [sent, synchronous] {
        assert_eq!(sent.len(), 2);
        let failures: Vec<_> = sent.failures().collect();
        let [failure] = &failures[..] else { panic!("{failures:?}") };
        assert_eq!(failure.receiver().name(), "panics_in_its_second_poll");
        let error = failure.result().unwrap_err();
        assert!(error.is_panic());
        assert_eq!(error.to_string(), "panicked: a splinter");
    }
}

#[test]
fn a_panic_before_the_future_exists_is_a_failure() {
    let _connection = VASE_BROKEN.connect_async(|event: &VaseBroken, _: &EventsMetadata| {
        assert!(event.number != 1, "early");
        async {}
    });
    let sent = ends(|| smol::block_on(VASE_BROKEN.send_event_async(VaseBroken { number: 1 })));
    assert_eq!(sent.failures().next().unwrap().result().unwrap_err().to_string(), "panicked: early");
}

#[test]
fn try_send_event_async_stops_at_the_first_failure() {
    static LATER: AtomicUsize = AtomicUsize::new(0);
    let _fails = PLATE_BROKEN.connect_async(async |event, _| {
        pause().await;
        if event.number == 1 { Err("cracked") } else { Ok(()) }
    });
    let _later = PLATE_BROKEN.connect(|_, _| {
        LATER.fetch_add(1, Ordering::SeqCst);
    });
    let send =
        |number| ends(move || smol::block_on(PLATE_BROKEN.try_send_event_async(PlateBroken { number })));
    assert_eq!(send(1).unwrap_err().to_string(), "cracked");
    assert_eq!(LATER.load(Ordering::SeqCst), 0);
    assert_eq!(send(2).unwrap().len(), 2);
    assert_eq!(LATER.load(Ordering::SeqCst), 1);
}

#[test]
fn a_dropped_send_drops_the_receiver_and_does_not_run_the_next() {
    static CANCELLED: AtomicUsize = AtomicUsize::new(0);
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let _waits = MIRROR_BROKEN.connect_async(async |_, _| {
        let _guard = Guard(&CANCELLED);
        pending::<()>().await;
    });
    let _next = MIRROR_BROKEN.connect(|_, _| {
        NEXT.fetch_add(1, Ordering::SeqCst);
    });
    {
        let mut sending = pin!(MIRROR_BROKEN.send_event_async(MirrorBroken { number: 1 }));
        assert!(matches!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
        assert_eq!(CANCELLED.load(Ordering::SeqCst), 0);
    }
    assert_eq!((CANCELLED.load(Ordering::SeqCst), NEXT.load(Ordering::SeqCst)), (1, 0));
}

#[test]
fn a_panic_while_a_cancelled_receiver_is_dropped_reaches_nobody() {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("boom");
        }
    }

    let _waits = WINDOW_BROKEN.connect_async(async |_, _| {
        let _bomb = Bomb;
        pending::<()>().await;
    });
    let mut sending = Box::pin(WINDOW_BROKEN.send_event_async(WindowBroken { number: 1 }));
    assert!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(sending);
}
