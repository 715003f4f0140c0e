//! Buses that take the next messages before the last ones are confirmed.

use std::{
    collections::VecDeque,
    sync::{Condvar, PoisonError},
};

use super::*;
use crate::event_bus::broker::{Begun, OpenSend};

/// Keeps the calls that are open. A test ends them in any order.
#[derive(Default)]
struct Patient {
    calls: Mutex<VecDeque<Arc<OpenCall>>>,
    begun: Condvar,
}

#[derive(Default)]
struct OpenCall {
    types: Vec<String>,
    outcomes: Mutex<Option<SendOutcomes>>,
    ended: Condvar,
}

impl Patient {
    /// Waits for the next call.
    fn next(&self) -> Arc<OpenCall> {
        let mut calls = self.calls.lock().unwrap();
        loop {
            if let Some(call) = calls.pop_front() {
                return call;
            }
            let (guard, waited) = self.begun.wait_timeout(calls, Duration::from_secs(10)).unwrap();
            assert!(!waited.timed_out(), "no call begins");
            calls = guard;
        }
    }

    fn has_none(&self) -> bool {
        std::thread::sleep(Duration::from_millis(50));
        self.calls.lock().unwrap().is_empty()
    }
}

impl OpenCall {
    fn end(&self, outcome: impl Fn() -> Result<EntryId, BusError>) {
        let outcomes = self.types.iter().map(|_| outcome()).collect();
        *self.outcomes.lock().unwrap() = Some(outcomes);
        self.ended.notify_all();
    }

    fn deliver(&self) {
        self.end(|| Ok(EntryId::new("1-0")));
    }
}

impl EventBusProducer for Patient {
    fn send(&self, _: &[Envelope], _: Instant) -> SendOutcomes {
        unreachable!("background delivery does not wait");
    }

    fn begin(&self, envelopes: &Arc<[Envelope]>, _: Instant) -> Begun {
        let types = envelopes.iter().map(|one| one.message.event_type().unwrap().to_owned()).collect();
        let call = Arc::new(OpenCall { types, ..OpenCall::default() });
        self.calls.lock().unwrap().push_back(Arc::clone(&call));
        self.begun.notify_all();
        Begun::Open(Box::new(Waiting(call)))
    }
}

struct Waiting(Arc<OpenCall>);

impl OpenSend for Waiting {
    fn wait(&mut self, deadline: Instant) -> Option<SendOutcomes> {
        let mut outcomes = self.0.outcomes.lock().unwrap();
        loop {
            if let Some(outcomes) = outcomes.take() {
                return Some(outcomes);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let waited = self.0.ended.wait_timeout(outcomes, left);
            outcomes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn reason(&self) -> BusError {
        BusError::transient("away")
    }

    fn take_back(&mut self) {
        self.0.end(|| Err(BusError::transient("taken back")));
    }
}

struct Setting {
    bus: Arc<Patient>,
    background: Background,
}

impl Setting {
    fn new(timeout: Duration) -> Self {
        let bus = Arc::<Patient>::default();
        let producer = ObservedProducer::new(Arc::clone(&bus) as Arc<dyn EventBusProducer>, None);
        let background = Background::start(producer, timeout, Limits::new(64_000_000)).unwrap();
        Self { bus, background }
    }

    fn add(&self, text: &str) {
        let envelope = Envelope { topic: "t".into(), key: None, message: message(text) };
        self.background.add(envelope, soon()).unwrap();
    }

    /// Adds a message, which gets a call of its own.
    fn begin(&self, text: &str) -> Arc<OpenCall> {
        self.add(text);
        let call = self.bus.next();
        assert_eq!(call.types, [text]);
        call
    }
}

#[test]
fn the_next_messages_do_not_wait_for_the_last_ones() {
    let setting = Setting::new(Duration::from_secs(10));
    let mut calls: VecDeque<_> = (0..8).map(|number| setting.begin(&number.to_string())).collect();
    (8..3000).for_each(|number| setting.add(&number.to_string()));
    assert!(setting.bus.has_none(), "the number of open calls is limited");
    calls[1].deliver();
    assert!(setting.bus.has_none(), "calls end in order");
    calls.drain(..2).next().unwrap().deliver();
    calls.extend([setting.bus.next(), setting.bus.next()]);
    assert_eq!((&*calls[6].types[0], &*calls[7].types[0], calls[7].types.len()), ("8", "508", 500));
    for call in &calls {
        call.deliver();
    }
    for _ in 0..4 {
        setting.bus.next().deliver();
    }
    setting.background.flush(soon()).unwrap();
}

#[test]
fn messages_that_fail_are_not_overtaken() {
    let setting = Setting::new(Duration::from_secs(10));
    let calls = ["first", "second", "third"].map(|text| setting.begin(text));
    calls[0].end(|| Err(BusError::transient("cut")));
    assert!(setting.bus.has_none(), "the others are open");
    setting.add("last");
    calls[1].end(|| Err(BusError::held_back()));
    assert!(setting.bus.has_none(), "the third is open");
    calls[2].deliver();
    let mut sent = Vec::new();
    while sent.len() < 3 {
        let call = setting.bus.next();
        sent.extend(call.types.iter().cloned());
        call.deliver();
    }
    assert_eq!(sent, ["first", "second", "last"]);
    setting.background.flush(soon()).unwrap();
}

#[test]
fn a_bus_that_is_late_keeps_its_messages() {
    let setting = Setting::new(Duration::from_millis(20));
    let call = setting.begin("first");
    assert!(setting.bus.has_none(), "nothing is sent again");
    call.deliver();
    setting.background.flush(soon()).unwrap();
}

#[test]
fn a_flush_that_times_out_takes_messages_back() {
    let setting = Setting::new(Duration::from_millis(20));
    let call = setting.begin("first");
    setting.begin("second");
    let late = setting.background.flush(Instant::now() + Duration::from_millis(50));
    assert_eq!(types(late), ["first", "second"]);
    setting.add("third");
    let next = setting.bus.next();
    assert_eq!(next.types, ["third"], "the first call was taken back, and is not repeated");
    drop(call);
    next.deliver();
    setting.background.flush(soon()).unwrap();
}
