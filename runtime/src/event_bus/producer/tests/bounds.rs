//! The limits of background delivery: memory, time, and what happens to messages that are given up.

use std::{
    sync::{Arc, Mutex, mpsc::channel},
    thread,
    time::{Duration, Instant},
};

use super::{Envelope, Limits, ObservedProducer, SendOutcomes, message, scripted, soon, start, types};
use crate::event_bus::{
    broker::{BusError, EventBusProducer},
    producer::{Undelivered, background::Background},
    wire::EntryId,
};

fn envelope(topic: &str, text: &str) -> Envelope {
    Envelope { topic: topic.into(), key: None, message: message(text) }
}

/// Refuses topics for good, delivers the others, and records what it delivered.
#[derive(Default)]
struct Selective {
    refused: Mutex<Vec<&'static str>>,
    delivered: Mutex<Vec<String>>,
}

impl EventBusProducer for Selective {
    fn send(&self, envelopes: &[Envelope], _: Instant) -> SendOutcomes {
        let refused = self.refused.lock().unwrap().clone();
        let outcome = |envelope: &Envelope| {
            if refused.contains(&&*envelope.topic) {
                return Err(BusError::permanent("not permitted"));
            }
            let text = envelope.message.event_type().unwrap().to_owned();
            self.delivered.lock().unwrap().push(text);
            Ok(EntryId::new("1-0"))
        };
        envelopes.iter().map(outcome).collect()
    }
}

impl Selective {
    fn delivered(&self) -> Vec<String> {
        self.delivered.lock().unwrap().clone()
    }
}

/// Starts background delivery whose messages are given up `patience` after their deadline.
fn selective(bytes: usize, patience: Duration) -> (Background, Arc<Selective>) {
    let bus = Arc::new(Selective { refused: Mutex::new(vec!["refused"]), ..Selective::default() });
    let observed = ObservedProducer::new(Arc::clone(&bus) as _, None);
    let limits = Limits { patience, ..Limits::new(bytes) };
    (Background::start(observed, Duration::from_secs(1), limits).unwrap(), bus)
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = soon();
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn the_bytes_in_the_queue_are_bounded_and_a_sender_that_waits_in_vain_learns_it() {
    let (bus, calls, outcome) = scripted();
    let background = start(bus, 100_000);
    background.add(envelope("t", &"a".repeat(60_000)), soon()).unwrap();
    assert_eq!(calls.recv().unwrap(), 1);
    let second = envelope("t", &"b".repeat(60_000));
    let error = background.add(second.clone(), Instant::now()).unwrap_err().to_string();
    assert!(error.starts_with("1 messages (60") && error.contains("slower than the senders"), "{error}");
    thread::scope(|scope| {
        scope.spawn(|| background.add(second, soon()).unwrap());
        outcome.send(vec![Ok(EntryId::new("1-0"))]).unwrap();
        assert_eq!(calls.recv().unwrap(), 1, "the sender found room");
        outcome.send(vec![Ok(EntryId::new("1-0"))]).unwrap();
    });
    background.flush(soon()).unwrap();
}

#[test]
fn a_message_that_is_larger_than_the_queue_fails_at_once() {
    let (bus, _calls, _outcome) = scripted();
    let error = start(bus, 1000).add(envelope("t", &"a".repeat(2000)), soon()).unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("EVENT_BUS_PRODUCER_QUEUE_BYTES"), "{error}");
}

#[test]
fn a_refused_topic_waits_apart_and_keeps_its_order() {
    let (background, bus) = selective(1 << 20, Duration::from_hours(1));
    for number in 0..40 {
        let topic = if number % 2 == 0 { "refused" } else { "accepted" };
        background.add(envelope(topic, &number.to_string()), soon()).unwrap();
    }
    let numbers = |first: usize| (first..40).step_by(2).map(|number| number.to_string()).collect::<Vec<_>>();
    eventually("the other topic goes on", || bus.delivered() == numbers(1));
    bus.refused.lock().unwrap().clear();
    background.flush(soon()).unwrap();
    assert_eq!(bus.delivered(), [numbers(1), numbers(0)].concat());
}

#[test]
fn refused_topics_fill_at_most_half_of_the_queue() {
    let (background, bus) = selective(100_000, Duration::from_hours(1));
    let add = |topic| background.add(envelope(topic, &"a".repeat(10_000)), Instant::now());
    add("refused").unwrap();
    eventually("the bus refuses the first", || background.is_refused("refused"));
    let added = (0..20).filter(|_| add("refused").is_ok()).count();
    assert_eq!(added, 3, "four messages of a little more than 10,000 bytes");
    let error = add("refused").unwrap_err();
    assert!(error.to_string().contains("not permitted"), "{error}");
    for number in 1..10 {
        add("accepted").unwrap();
        eventually("the others go on", || bus.delivered().len() == number);
    }
}

#[test]
fn messages_of_a_refused_topic_are_given_up_in_the_end() {
    let (background, _bus) = selective(1 << 20, Duration::from_millis(100));
    background.add(envelope("refused", "late"), Instant::now()).unwrap();
    assert_eq!(types(background.flush(soon())), ["late"]);
}

#[test]
fn the_callback_gets_what_is_given_up_before_and_after_it_is_set() {
    let (background, _bus) = selective(1 << 20, Duration::ZERO);
    background.add(envelope("refused", "before"), Instant::now()).unwrap();
    let (given, undelivered) = channel();
    let keep = move |one: Undelivered| given.send(one).unwrap();
    eventually("it is given up", || !background.has_messages());
    background.on_undelivered(Arc::new(keep));
    background.add(envelope("refused", "after"), Instant::now()).unwrap();
    for text in ["before", "after"] {
        let one = undelivered.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(one.envelope.message.event_type(), Some(text));
        assert_eq!(one.error.to_string(), "not permitted");
    }
    background.flush(soon()).unwrap();
}

#[test]
fn a_message_whose_callback_panics_stays() {
    let (background, _bus) = selective(1 << 20, Duration::ZERO);
    background.on_undelivered(Arc::new(|_| panic!("the table is full")));
    background.add(envelope("refused", "first"), Instant::now()).unwrap();
    assert_eq!(types(background.flush(soon())), ["first"]);
}

#[test]
fn messages_that_are_given_up_make_room_for_others_and_are_counted() {
    let (background, bus) = selective(100_000, Duration::ZERO);
    let text = |number: usize| format!("{number}{}", "a".repeat(10_000));
    for number in 0..30 {
        let add = || background.add(envelope("refused", &text(number)), Instant::now());
        eventually("there is room", || add().is_ok());
    }
    eventually("all are given up", || !background.has_messages());
    for number in 30..40 {
        background.add(envelope("accepted", &text(number)), soon()).unwrap();
    }
    eventually("the others arrive", || bus.delivered().len() == 10);
    let error = background.flush(soon()).unwrap_err();
    let kept: Vec<_> = error.undelivered().collect();
    assert!(kept.len() < 10 && kept.len() as u64 + error.dropped() == 30, "{error}");
    assert!(error.to_string().starts_with("30 messages not delivered"), "{error}");
    assert!(error.to_string().contains(" of which made room for others"), "{error}");
    background.flush(soon()).unwrap();
}
