//! The helpers of `openedx_events::testing`, and that they affect only the test that uses them.

use std::{
    cell::Cell,
    future,
    panic::{self, AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Barrier, Mutex},
    task::{Context, Poll, Waker},
    thread,
};

use openedx_events::{prelude::*, testing};
use openedx_events_tests::number_events;

number_events! {
    LeafDropped "com.example.learning.leaf.dropped.v1"
    TwigSnapped "com.example.learning.twig.snapped.v1"
    RainStopped "com.example.learning.rain.stopped.v1"
    WindChanged "com.example.learning.wind.changed.v1"
    SnowMelted "com.example.learning.snow.melted.v1"
    StormPassed "com.example.learning.storm.passed.v1"
    CloudMoved "com.example.learning.cloud.moved.v1"
    FrostCleared "com.example.learning.frost.cleared.v1"
    MoonRisen "com.example.learning.moon.risen.v1"
    TideTurned "com.example.learning.tide.turned.v1"
}

fn drop_leaf(number: i64) -> Responses {
    LEAF_DROPPED.send_event(LeafDropped { number })
}

fn numbers(events: &[Arc<LeafDropped>]) -> Vec<i64> {
    events.iter().map(|event| event.number).collect()
}

/// Returns the message with which `work` panics.
fn panic_text(work: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(work)).expect_err("the work panics");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn a_capture_that_misses_an_event_of_another_thread_says_so() {
    fn send() {
        drop(MOON_RISEN.send_event(MoonRisen { number: 1 }));
    }

    let sent = testing::capture(&MOON_RISEN);
    thread::Builder::new().name("moon".to_owned()).spawn(send).unwrap().join().unwrap();
    for text in [panic_text(|| drop(sent.assert_one())), panic_text(|| sent.assert_any(|_| true))] {
        for part in ["1 on thread `moon`", "help: take the scope along", "handle().wrap(future)"] {
            assert!(text.contains(part), "`{part}` is not in `{text}`");
        }
    }
    // With the handle, it sees them.
    let handle = sent.handle();
    let send_inside = move || {
        let _entered = handle.enter();
        send();
    };
    thread::Builder::new().name("sun".to_owned()).spawn(send_inside).unwrap().join().unwrap();
    sent.assert_one();
    send();
    let text = panic_text(|| drop(sent.assert_one()));
    assert!(text.contains("but 2 were sent") && !text.contains("sun"), "{text}");
}

#[test]
fn capture_collects_events_in_order() {
    drop_leaf(0);
    let sent = testing::capture(&LEAF_DROPPED);
    assert!(sent.is_empty());
    drop_leaf(1);
    LEAF_DROPPED.try_send_event(LeafDropped { number: 2 }).unwrap();
    LEAF_DROPPED.send_event_at(LeafDropped { number: 3 }, DateTime::utc(2024, 2, 29, 0, 0, 0, 0).unwrap());
    RAIN_STOPPED.send_event(RainStopped { number: 4 });
    assert_eq!(numbers(&sent.events()), [1, 2, 3]);
    assert_eq!(sent.len(), 3);
    let metadata = sent.metadata();
    assert_eq!(metadata.len(), 3);
    assert!(metadata.iter().all(|metadata| metadata.event_type == LEAF_DROPPED.event_type()));
    assert_eq!(metadata[2].time.to_string(), "2024-02-29T00:00:00+00:00");
}

#[test]
fn receivers_run_while_events_are_captured() {
    let sent = testing::capture(&TIDE_TURNED);
    let _connection = TIDE_TURNED.connect(|event, _| if event.number == 1 { Err("no") } else { Ok(()) });
    assert_eq!(TIDE_TURNED.send_event(TideTurned { number: 1 }).failures().count(), 1);
    assert_eq!(TIDE_TURNED.send_event(TideTurned { number: 2 }).failures().count(), 0);
    assert_eq!(sent.len(), 2);
}

#[test]
fn capture_ends_when_it_is_dropped() {
    let first = testing::capture(&LEAF_DROPPED);
    drop_leaf(1);
    let kept = first.events();
    drop(first);
    drop_leaf(2);
    assert_eq!(numbers(&kept), [1]);
    let second = testing::capture(&LEAF_DROPPED);
    assert!(second.is_empty());
}

#[test]
fn captures_nest_and_may_end_in_any_order() {
    let outer = testing::capture(&LEAF_DROPPED);
    drop_leaf(1);
    let inner = testing::capture(&LEAF_DROPPED);
    drop_leaf(2);
    assert_eq!(numbers(&outer.events()), [1, 2]);
    assert_eq!(numbers(&inner.events()), [2]);
    drop(outer);
    drop_leaf(3);
    assert_eq!(numbers(&inner.events()), [2, 3]);
}

#[test]
fn other_threads_are_not_captured() {
    let sent = testing::capture(&LEAF_DROPPED);
    thread::spawn(|| drop_leaf(1)).join().unwrap();
    sent.assert_none();
}

#[test]
fn a_handle_takes_the_capture_to_other_threads() {
    let sent = testing::capture(&LEAF_DROPPED);
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let handle = sent.handle();
            thread::spawn(move || {
                let entered = handle.enter();
                drop_leaf(number);
                drop(entered);
                drop_leaf(number + 100);
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let mut numbers = numbers(&sent.events());
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 1, 2, 3]);
}

#[test]
fn the_scope_applies_only_while_the_future_is_polled() {
    let sent = testing::capture(&LEAF_DROPPED);
    let handle = sent.handle();
    thread::spawn(move || {
        let mut polls = 0;
        let mut future = pin!(handle.wrap(future::poll_fn(|_| {
            polls += 1;
            drop_leaf(polls);
            if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        })));
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        drop_leaf(100);
        assert!(future.as_mut().poll(&mut context).is_ready());
        drop_leaf(100);
    })
    .join()
    .unwrap();
    assert_eq!(numbers(&sent.events()), [1, 2]);
}

#[test]
fn a_cancelled_future_is_dropped_in_the_scope() {
    struct Cancelled;

    impl Drop for Cancelled {
        fn drop(&mut self) {
            drop_leaf(9);
        }
    }

    let sent = testing::capture(&LEAF_DROPPED);
    let mut future = Box::pin(sent.handle().wrap(async {
        let _cancelled = Cancelled;
        future::pending::<()>().await;
    }));
    thread::spawn(move || {
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
    })
    .join()
    .unwrap();
    assert_eq!(sent.assert_one().number, 9);
}

#[test]
fn assert_helpers_pass_and_panic_with_a_reason() {
    // Other tests may send the event at the same time, so the message may have more lines.
    let panic_line = |work: &dyn Fn()| panic_text(work).lines().next().unwrap_or_default().to_owned();
    let sent = testing::capture(&LEAF_DROPPED);
    sent.assert_none();
    assert_eq!(
        panic_line(&|| drop(sent.assert_one())),
        "expected one `LEAF_DROPPED` in this scope, but 0 were sent"
    );
    assert_eq!(
        panic_line(&|| sent.assert_any(|_| true)),
        "none of the 0 `LEAF_DROPPED` events that were sent matches"
    );
    drop_leaf(7);
    assert_eq!(sent.assert_one().number, 7);
    assert_eq!(
        panic_line(&|| sent.assert_none()),
        "expected no `LEAF_DROPPED` in this scope, but 1 were sent"
    );
    drop_leaf(8);
    assert_eq!(
        panic_line(&|| drop(sent.assert_one())),
        "expected one `LEAF_DROPPED` in this scope, but 2 were sent"
    );
    sent.assert_any(|event| event.number == 8);
    let none = panic_line(&|| sent.assert_any(|event| event.number == 9));
    assert_eq!(none, "none of the 2 `LEAF_DROPPED` events that were sent matches");
}

#[test]
fn panics_of_assert_helpers_point_at_the_test() {
    let line = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&line);
    let this_thread = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == this_thread {
            *seen.lock().unwrap() =
                info.location().map(|location| (location.file().to_owned(), location.line()));
        } else {
            before(info);
        }
    }));
    let sent = testing::capture(&LEAF_DROPPED);
    let expected = line!() + 1;
    panic_text(|| drop(sent.assert_one()));
    let one = line.lock().unwrap().take().unwrap();
    assert_eq!(one, (file!().to_owned(), expected));

    let _connection = CLOUD_MOVED.connect(|_, _| Err("no"));
    let _strict = testing::strict();
    let expected = line!() + 1;
    panic_text(|| drop(CLOUD_MOVED.send_event(CloudMoved { number: 1 })));
    let strict = line.lock().unwrap().take().unwrap();
    assert_eq!(strict, (file!().to_owned(), expected));
}

#[test]
fn strict_panics_with_the_error_of_the_receiver() {
    #[receiver(WIND_CHANGED)]
    fn parses(number: &i64) -> Result<(), std::num::ParseIntError> {
        if *number == 0 { Ok(()) } else { format!("{number}x").parse::<i64>().map(drop) }
    }

    assert_eq!(WIND_CHANGED.send_event(WindChanged { number: 1 }).failures().count(), 1);
    let strict = testing::strict();
    assert!(WIND_CHANGED.send_event(WindChanged { number: 0 }).all_ok());
    let text = panic_text(|| drop(WIND_CHANGED.send_event(WindChanged { number: 1 })));
    assert!(text.starts_with("receiver `testing_module::"), "{text}");
    assert!(text.contains("parses (") && text.ends_with("failed: invalid digit found in string"), "{text}");
    // Still strict after the panic, until the guard is dropped.
    panic_text(|| drop(WIND_CHANGED.send_event(WindChanged { number: 1 })));
    thread::spawn(|| assert!(!WIND_CHANGED.send_event(WindChanged { number: 1 }).all_ok())).join().unwrap();
    drop(strict);
    assert_eq!(WIND_CHANGED.send_event(WindChanged { number: 1 }).failures().count(), 1);
}

#[test]
fn strict_panics_with_the_panic_of_the_receiver() {
    let _connection = STORM_PASSED.connect(|event, _| assert_eq!(event.number, 1, "wrong storm"));
    let _strict = testing::strict();
    let text = panic_text(|| drop(STORM_PASSED.send_event(StormPassed { number: 2 })));
    assert!(text.contains("failed: panicked: assertion `left == right` failed: wrong storm"), "{text}");
}

thread_local! {
    static MELTED: Cell<u32> = const { Cell::new(0) };
}

#[receiver(SNOW_MELTED)]
fn melts() {
    MELTED.set(MELTED.get() + 1);
}

#[receiver(SNOW_MELTED)]
fn drips() -> Result<(), String> {
    Err("drip".to_owned())
}

fn melt() -> usize {
    SNOW_MELTED.send_event(SnowMelted { number: 1 }).len()
}

#[test]
fn mute_silences_all_receivers_of_a_signal() {
    let _connection = RAIN_STOPPED.connect(|_, _| -> () { panic!("muted") });
    let muted = testing::mute(&RAIN_STOPPED);
    let sent = testing::capture(&RAIN_STOPPED);
    assert!(RAIN_STOPPED.send_event(RainStopped { number: 1 }).is_empty());
    assert!(RAIN_STOPPED.try_send_event(RainStopped { number: 1 }).unwrap().is_empty());
    assert_eq!(sent.len(), 2, "muted events are captured");
    assert_eq!(melt(), 2, "other signals are not muted");
    drop(muted);
    assert_eq!(RAIN_STOPPED.send_event(RainStopped { number: 1 }).failures().count(), 1);
}

#[test]
fn mute_receiver_silences_one_receiver() {
    let before = MELTED.get();
    {
        let _muted = testing::mute_receiver(drips);
        let responses = SNOW_MELTED.send_event(SnowMelted { number: 1 });
        assert_eq!((responses.len(), responses.all_ok()), (1, true));
        let _also = testing::mute_receiver(melts);
        assert_eq!(melt(), 0);
        assert_eq!(thread::spawn(melt).join().unwrap(), 2, "on this thread only");
    }
    assert_eq!(melt(), 2);
    assert_eq!(MELTED.get(), before + 2);
}

#[test]
fn only_a_registered_receiver_can_be_muted() {
    fn forgotten() {}

    let text = panic_text(|| drop(testing::mute_receiver(forgotten)));
    let name = "testing_module::only_a_registered_receiver_can_be_muted::forgotten";
    assert_eq!(
        text,
        format!("not registered as receivers: `{name}`\nhelp: put `#[receiver(THE_SIGNAL)]` on each")
    );
    // A function pointer does not identify a function.
    panic_text(|| drop(testing::mute_receiver(melts as fn())));
}

#[test]
fn muted_receivers_come_back_after_a_panic() {
    let text = panic_text(|| {
        let _muted = testing::mute_receiver(drips);
        let _all = testing::mute(&RAIN_STOPPED);
        let _strict = testing::strict();
        assert_eq!(melt(), 1);
        panic!("halfway");
    });
    assert_eq!(text, "halfway");
    assert_eq!(melt(), 2, "neither muted nor strict");
}

#[test]
fn a_handle_takes_muting_to_other_threads() {
    let muted = testing::mute_receiver(drips);
    let handle = muted.handle();
    let there = thread::spawn(move || {
        let _entered = handle.enter();
        melt()
    });
    assert_eq!(there.join().unwrap(), 1);
}

#[test]
fn parallel_tests_do_not_affect_each_other() {
    let _connection = FROST_CLEARED.connect(|_, _| Err("no"));
    let both = Arc::new(Barrier::new(2));
    let run = |strict: bool| {
        let both = Arc::clone(&both);
        thread::spawn(move || {
            let sent = testing::capture(&FROST_CLEARED);
            let _strict = strict.then(testing::strict);
            let _muted = (!strict).then(|| testing::mute(&FROST_CLEARED));
            both.wait();
            for number in 0..200 {
                let responses = catch_unwind(|| FROST_CLEARED.send_event(FrostCleared { number }).len());
                assert_eq!(responses.ok(), if strict { None } else { Some(0) });
            }
            sent.len()
        })
    };
    // The strict thread panics two hundred times, as expected.
    let [first, second] = [run(true), run(false)];
    assert_eq!((first.join().unwrap(), second.join().unwrap()), (200, 200));
}

#[test]
fn scopes_can_be_stored_in_a_fixture() {
    struct Fixture {
        _strict: testing::Scope,
        sent: testing::Capture<LeafDropped>,
    }

    let fixture = Fixture { _strict: testing::strict(), sent: testing::capture(&LEAF_DROPPED) };
    drop_leaf(1);
    assert_eq!(fixture.sent.len(), 1);
}

#[test]
fn captured_events_may_send_when_they_are_dropped() {
    struct Sends;

    impl Drop for Sends {
        fn drop(&mut self) {
            drop_leaf(5);
        }
    }

    let sent = testing::capture(&PARCEL_SHIPPED);
    let all = testing::capture(&LEAF_DROPPED);
    PARCEL_SHIPPED.send_event(ParcelShipped { content: Mutex::new(Some(Box::new(Sends))) });
    assert_eq!((sent.len(), all.len()), (1, 0));
    drop(sent);
    assert_eq!(all.len(), 1);
}

/// An event whose data runs code when it is dropped.
#[event(type = "com.example.learning.parcel.shipped.v1", local_only = "the content is anything")]
pub struct ParcelShipped {
    /// The data.
    pub content: Mutex<Option<Box<dyn std::any::Any + Send>>>,
}

/// Defines two functions with the same path and mutes one of them.
fn muted_and_not() -> testing::Scope {
    let muted = {
        #[receiver(TWIG_SNAPPED)]
        fn same_name() -> Result<(), &'static str> {
            Err("the first")
        }
        testing::mute_receiver(same_name)
    };
    {
        #[receiver(TWIG_SNAPPED)]
        fn same_name() -> Result<(), &'static str> {
            Err("the second")
        }
        let _ = same_name;
    }
    muted
}

#[test]
fn muting_a_function_does_not_mute_another_with_the_same_path() {
    let _muted = muted_and_not();
    let responses = TWIG_SNAPPED.send_event(TwigSnapped { number: 1 });
    let errors: Vec<String> = responses.failures().map(|one| one.result().unwrap_err().to_string()).collect();
    assert_eq!(errors, ["the second"]);
}

#[test]
fn strict_returns_errors_of_try_send_event() {
    let _connection = TWIG_SNAPPED.connect(|_, _| Err("it is wet"));
    let _muted = muted_and_not();
    let _strict = testing::strict();
    let error = TWIG_SNAPPED.try_send_event(TwigSnapped { number: 1 }).unwrap_err();
    assert_eq!(error.to_string(), "the second");
}
