//! Sends from asynchronous code to an event bus that answers late.

use std::{
    fs,
    pin::pin,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Waker},
    thread,
    time::{Duration, Instant},
};

use openedx_events::{
    event_bus::{
        self, BusError, EntryId, Envelope, EventBus, EventBusConsumer, EventBusProducer, Guard, MemoryBus,
        Operations, ProduceError, Settings, Subscription,
    },
    prelude::*,
};
use openedx_events_tests::number_events;
use serde_json::json;

use super::{ends, process, single_threaded, tokio_runtime};

number_events! {
    ShipSailed "com.example.learning.ship.sailed.v1"
}

const TIMEOUT: Duration = Duration::from_secs(8);

/// A bus that answers when it is open.
#[derive(Default)]
struct Slow {
    is_open: Mutex<bool>,
    opened: Condvar,
    calls: AtomicUsize,
    sent: AtomicUsize,
}

impl Slow {
    fn set_open(&self, is_open: bool) {
        *self.is_open.lock().unwrap() = is_open;
        self.opened.notify_all();
    }
}

#[derive(Clone, Default)]
struct SlowBus(Arc<Slow>);

impl EventBus for SlowBus {
    fn producer(&self) -> Result<Arc<dyn EventBusProducer>, BusError> {
        Ok(Arc::new(self.clone()))
    }

    fn consumer(&self, subscription: &Subscription) -> Result<Box<dyn EventBusConsumer>, BusError> {
        MemoryBus::new().consumer(subscription)
    }

    fn operations(&self) -> Result<Box<dyn Operations>, BusError> {
        MemoryBus::new().operations()
    }
}

impl EventBusProducer for SlowBus {
    fn send(&self, envelopes: &[Envelope], deadline: Instant) -> Vec<Result<EntryId, BusError>> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        let mut is_open = self.0.is_open.lock().unwrap();
        while !*is_open {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return envelopes.iter().map(|_| Err(BusError::transient("the bus is closed"))).collect();
            }
            is_open = self.0.opened.wait_timeout(is_open, left).unwrap().0;
        }
        let number = self.0.sent.fetch_add(envelopes.len(), Ordering::SeqCst);
        (0..envelopes.len()).map(|index| Ok(EntryId::new((number + index).to_string()))).collect()
    }
}

struct Installed {
    bus: Arc<Slow>,
    guard: Guard,
    _alone: MutexGuard<'static, ()>,
}

fn install(timeout: Duration, delivery: &str) -> Installed {
    let alone = process();
    let bus = SlowBus::default();
    event_bus::register("slow", Arc::new(bus.clone()));
    let route = json!({"ships": {"event_key_field": "number", "enabled": true}});
    let settings = Settings::from_value(json!({
        "EVENTS_SERVICE_NAME": "harbour",
        "EVENT_BUS_PRODUCER": "slow",
        "EVENT_BUS_PRODUCER_DELIVERY": delivery,
        "EVENT_BUS_PRODUCER_TIMEOUT": timeout.as_secs_f64(),
        "EVENT_BUS_PRODUCER_CONFIG": {SHIP_SAILED.event_type(): route},
    }));
    let guard = event_bus::install(settings.unwrap()).unwrap();
    Installed { bus: bus.0, guard, _alone: alone }
}

async fn sail(number: i64) -> Responses {
    SHIP_SAILED.send_event_async(ShipSailed { number }).await
}

/// Returns the number of threads that wait for a bus.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.trim() == "events-awaited").count()
}

#[test]
fn a_thousand_sends_wait_on_one_thread() {
    ends(|| {
        let Installed { bus, guard, _alone } = install(TIMEOUT, "wait");
        let before = threads();
        // One thread polls all sends, so if one of them blocked it, the test would hang.
        single_threaded().block_on(async {
            let sends: Vec<_> = (0..1000).map(|number| tokio::spawn(sail(number))).collect();
            while bus.calls.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(sends.iter().all(|send| !send.is_finished()), "the broker has confirmed nothing");
            assert!(threads() <= before + 1, "{} threads", threads());
            bus.set_open(true);
            for send in sends {
                assert!(send.await.unwrap().delivered());
            }
        });
        assert_eq!(bus.sent.load(Ordering::SeqCst), 1000);
        assert!(bus.calls.load(Ordering::SeqCst) < 100, "sends that wait together share a call of the bus");
        guard.close(TIMEOUT).unwrap();
    });
}

#[test]
fn a_bus_that_does_not_answer_in_time_is_a_failure_that_keeps_the_event() {
    ends(|| {
        let timeout = Duration::from_millis(600);
        let Installed { bus, guard: _guard, _alone } = install(timeout, "wait");
        let (first, second) = smol::block_on(async {
            let begun = Instant::now();
            let first = smol::spawn(sail(1));
            let second = smol::spawn(async {
                smol::Timer::after(Duration::from_millis(400)).await;
                sail(2).await
            });
            let first = first.await;
            assert!(begun.elapsed() < timeout * 2, "{:?}", begun.elapsed());
            let second = second.await;
            assert!(
                begun.elapsed() < timeout * 3,
                "no send takes longer than its timeout: {:?}",
                begun.elapsed()
            );
            (first, second)
        });
        for (sent, number) in [(first, 1), (second, 2)] {
            let error = sent.event_bus().unwrap().result().unwrap_err();
            let error = error.error().downcast_ref::<ProduceError>().unwrap();
            let [undelivered] = &error.undelivered().collect::<Vec<_>>()[..] else { panic!("{error}") };
            let event = openedx_events::codec::decode::<ShipSailed>(
                undelivered.envelope.message.event_data().unwrap(),
            );
            assert_eq!(event.unwrap().number, number);
        }
        assert_eq!(bus.sent.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn an_event_that_was_handed_to_the_bus_is_delivered_after_a_cancellation() {
    ends(|| {
        let Installed { bus, guard, _alone } = install(TIMEOUT, "wait");
        for number in 0..3 {
            let mut sending = pin!(sail(number));
            let context = &mut Context::from_waker(Waker::noop());
            assert!(sending.as_mut().poll(context).is_pending());
            while bus.calls.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
        }
        assert_eq!(bus.sent.load(Ordering::SeqCst), 0);
        // `close` waits for them, or returns them.
        let undelivered = event_bus::producer().unwrap().flush(Duration::from_millis(50)).unwrap_err();
        let numbers = |error: ProduceError| -> Vec<i64> {
            let decode = |undelivered: &event_bus::Undelivered| {
                let data = undelivered.envelope.message.event_data().unwrap().to_vec();
                openedx_events::codec::decode::<ShipSailed>(&data).unwrap().number
            };
            error.undelivered().map(decode).collect()
        };
        assert_eq!(numbers(undelivered), [0, 1, 2]);
        // The event that the bus had already taken may still arrive.
        let mut sending = Box::pin(sail(3));
        assert!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(sending);
        bus.set_open(true);
        guard.close(TIMEOUT).unwrap();
        assert_eq!(bus.sent.load(Ordering::SeqCst), 2, "the first and the last");
    });
}

#[test]
fn a_full_queue_of_background_delivery_does_not_block_the_executor() {
    ends(|| {
        let Installed { bus, guard, _alone } = install(TIMEOUT, "background");
        let runtime = single_threaded();
        runtime.block_on(async {
            // The queue holds 10,000 messages.
            let sends: Vec<_> = (0..10_100).map(|number| tokio::spawn(sail(number))).collect();
            let waiting = || sends.iter().filter(|send| !send.is_finished()).count();
            while waiting() > 100 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            assert!(waiting() > 0, "all events found room");
            bus.set_open(true);
            for send in sends {
                assert!(send.await.unwrap().delivered());
            }
        });
        guard.close(TIMEOUT).unwrap();
        assert_eq!(bus.sent.load(Ordering::SeqCst), 10_100);
    });
}

/// A synchronous send on a worker waits for the bus, and the runtime keeps running other tasks.
#[test]
fn a_synchronous_send_in_a_task_still_waits() {
    ends(|| {
        let Installed { bus, guard: _guard, _alone } = install(TIMEOUT, "wait");
        let runtime = tokio_runtime();
        let sends: Vec<_> = (0..4)
            .map(|number| runtime.spawn(async move { SHIP_SAILED.send_event(ShipSailed { number }) }))
            .collect();
        let opener = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            bus.set_open(true);
        });
        assert_eq!(runtime.block_on(runtime.spawn(async { 7 })).unwrap(), 7);
        for send in sends {
            assert!(runtime.block_on(send).unwrap().delivered());
        }
        opener.join().unwrap();
    });
}
