//! Receivers of many messages in one call.

use std::{sync::Arc, thread, time::Duration};

use crate::{
    BatchError, codec,
    conformance::{
        batching::{Batching, MAX},
        events::{ITEM_BATCHED, ITEM_CHECKED, ITEM_HELD, ItemBatched, ItemChecked, ItemHeld},
        fixture::{Fixture, Gate, Recorded},
        promise::promise_eq,
    },
    event_bus::{Consumer, Message},
    metadata::EventsMetadata,
    receiver::ReceiverError,
    signal::Connection,
};

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

/// The batches that a case received.
struct Batches {
    received: Recorded<Vec<i64>>,
    _batching: Batching,
    /// A consumer runs only if the program has receivers, and the suite's own receivers do not count.
    _receiver: Connection,
}

impl Batches {
    /// Records batches, and then does with each of them what the case wants.
    fn of(
        fixture: &Fixture,
        receive: impl Fn(&[i64]) -> Result<(), BatchError> + Send + Sync + 'static,
    ) -> Self {
        let received = Recorded::new();
        let records = received.clone();
        let batching = Batching::of(
            fixture.run,
            Arc::new(move |numbers| {
                records.push(numbers.to_vec());
                receive(numbers)
            }),
        );
        Self { received, _batching: batching, _receiver: fixture.receive(|_, _| Ok(())) }
    }

    fn numbers(&self) -> Vec<i64> {
        self.received.all().concat()
    }
}

fn batched(fixture: &Fixture, numbers: impl IntoIterator<Item = i64>) -> Vec<Message> {
    let message = |number| {
        let event = ItemBatched { run: fixture.run, number };
        Message::new(&ITEM_BATCHED.generate_signal_metadata(), codec::encode(&event))
    };
    numbers.into_iter().map(message).collect()
}

fn held(fixture: &Fixture, numbers: impl IntoIterator<Item = i64>) -> Vec<Message> {
    let message = |number| {
        let event = ItemHeld { run: fixture.run, number };
        Message::new(&ITEM_HELD.generate_signal_metadata(), codec::encode(&event))
    };
    numbers.into_iter().map(message).collect()
}

fn checked(fixture: &Fixture, numbers: impl IntoIterator<Item = i64>) -> Vec<Message> {
    let message = |number| {
        let event = ItemChecked { run: fixture.run, number };
        Message::new(&ITEM_CHECKED.generate_signal_metadata(), codec::encode(&event))
    };
    numbers.into_iter().map(message).collect()
}

pub(in crate::conformance) fn messages_come_in_full_batches_and_in_order(fixture: &Fixture) {
    let batches = Batches::of(fixture, |_| Ok(()));
    fixture.send(batched(fixture, 1..=25));
    let report = fixture.member("a", |consumer| consumer.count(25)).end_well();
    assert_eq!(report.handled, 25);
    let received = batches.received.all();
    assert_eq!(received.concat(), (1..=25).collect::<Vec<_>>());
    assert!(received.iter().all(|batch| batch.len() <= MAX), "{received:?}");
    assert!(received.len() < 25, "messages that are there should come together: {received:?}");
    assert!(fixture.pending().is_empty());
}

pub(in crate::conformance) fn a_batch_does_not_wait_for_another_message(fixture: &Fixture) {
    let batches = Batches::of(fixture, |_| Ok(()));
    let member = fixture.member("a", |consumer| consumer);
    fixture.send(batched(fixture, 1..=3));
    fixture.wait("all messages are handled", || batches.numbers() == [1, 2, 3]);
    fixture.wait_until_acknowledged();
    assert_eq!(member.stop_well().handled, 3);
}

pub(in crate::conformance) fn a_batch_is_acknowledged_only_after_it_was_handled(fixture: &Fixture) {
    let gate = Gate::new(fixture);
    let closed = gate.clone();
    let batches = Batches::of(fixture, move |_| {
        closed.pass();
        Ok(())
    });
    fixture.send(batched(fixture, 1..=3));
    let member = fixture.member("a", |consumer| consumer);
    fixture.wait("a batch is being handled", || gate.has_arrived());
    assert!(!fixture.is_acknowledged(), "no message of the batch is through");
    gate.open();
    fixture.wait("all messages are handled", || batches.numbers().len() == 3);
    fixture.wait_until_acknowledged();
    assert_eq!(member.stop_well().handled, 3);
}

pub(in crate::conformance) fn only_the_messages_to_blame_are_dead_lettered(fixture: &Fixture) {
    let batches = Batches::of(fixture, |numbers| match numbers {
        // The whole batch fails, and says nothing about 7.
        _ if numbers.contains(&7) => Err(ReceiverError::new("no").into()),
        _ => {
            let position = numbers.iter().position(|number| *number == 12);
            BatchError::some(position.map(|position| (position, ReceiverError::permanent("no"))))
                .into_result()
        }
    });
    fixture.send(batched(fixture, 1..=20));
    let report = fixture.member("a", |consumer| consumer.max_attempts(2).count(20)).end_well();
    assert_eq!((report.handled, report.dead_lettered), (18, 2), "{:?}", batches.received.all());
    let attempts: Vec<u32> = fixture.dead_letters().iter().map(|letter| letter.failure.attempts).collect();
    assert_eq!(attempts.len(), 2);
    assert!(attempts.contains(&2) && attempts.contains(&1), "7 is tried twice, and 12 once: {attempts:?}");
    assert!(fixture.pending().is_empty());
}

pub(in crate::conformance) fn a_crash_before_a_batch_is_handled_loses_no_message(fixture: &Fixture) {
    let batches = Batches::of(fixture, |_| Ok(()));
    fixture.send(held(fixture, 1..=5));
    let member = fixture.member("a", |consumer| consumer);
    fixture.wait("all messages are delivered", || member.delivered().len() == 5);
    member.crash()();
    member.wait_for_crash();
    // A process that crashes passes nothing on. Here only the link to the bus is cut: the consumer may still pass the batch
    // to its receiver, but the bus does not learn of it.
    let passed_on = batches.received.all().len();
    // No other message can come, so the batch is complete.
    let report = fixture.member("a", |consumer| consumer.count(5)).end_well();
    let mut again: Vec<i64> = batches.received.all().into_iter().skip(passed_on).flatten().collect();
    again.sort_unstable();
    assert_eq!((report.handled, again), (5, vec![1, 2, 3, 4, 5]));
    assert!(fixture.pending().is_empty() && fixture.dead_letters().is_empty());
}

pub(in crate::conformance) fn a_stop_passes_on_what_was_collected(fixture: &Fixture) {
    let batches = Batches::of(fixture, |_| Ok(()));
    fixture.send(held(fixture, 1..=5));
    let decoded = Recorded::new();
    let records = decoded.clone();
    let member =
        fixture.member("a", |consumer| consumer.print(move |_, _: &EventsMetadata| records.push(())));
    fixture.wait("all messages are decoded", || decoded.len() == 5);
    thread::sleep(MILLIS(50));
    assert!(batches.received.all().is_empty(), "the batch should not be complete");
    let report = member.stop_well();
    assert_eq!((report.handled, batches.numbers()), (5, vec![1, 2, 3, 4, 5]));
    assert!(fixture.pending().is_empty());
}

pub(in crate::conformance) fn claims_are_renewed_or_batches_passed_on_in_time(fixture: &Fixture) {
    let batches = Batches::of(fixture, |_| Ok(()));
    fixture.send(held(fixture, 1..=3));
    let claim = MILLIS(700);
    let set_up = |consumer: Consumer| consumer.receiver_timeout(MILLIS(300)).claim_older_than(claim);
    let first = fixture.member("a", set_up);
    fixture.wait("all messages are delivered", || first.delivered().len() == 3);
    let second = fixture.member("b", set_up);
    thread::sleep(claim * 3);
    assert_eq!(second.delivered(), [], "the member should keep what it collects");
    first.stop_well();
    second.stop_well();
    assert_eq!(batches.numbers(), [1, 2, 3]);
}

pub(in crate::conformance) fn an_unavailable_service_costs_no_message_of_a_batch(fixture: &Fixture) {
    let is_up = Recorded::new();
    let up = is_up.clone();
    let batches = Batches::of(fixture, move |_| match up.len() {
        0 => Err(ReceiverError::unavailable("the service is down").into()),
        _ => Ok(()),
    });
    fixture.send(batched(fixture, 1..=5));
    let member = fixture.member("a", |consumer| consumer.max_attempts(2).pause_max(MILLIS(20)));
    fixture.wait("the service is asked often", || batches.received.len() > 5);
    let down = batches.received.len();
    is_up.push(());
    fixture.wait_until_acknowledged();
    let report = member.stop_well();
    assert_eq!((report.pauses, report.handled, report.dead_lettered), (1, 5, 0));
    let mut handled = batches.received.all().split_off(down).concat();
    handled.dedup();
    assert!(handled.ends_with(&[5]) && handled.is_sorted(), "{handled:?}");
}

pub(in crate::conformance) fn a_pause_for_another_receiver_keeps_the_order_of_a_batch(fixture: &Fixture) {
    let batches = Batches::of(fixture, |_| Ok(()));
    let (is_up, checked_items) = (Recorded::new(), Recorded::new());
    let (up, records, run) = (is_up.clone(), checked_items.clone(), fixture.run);
    let _checker = ITEM_CHECKED.connect(move |event, _| {
        if event.run != run {
            return Ok(());
        }
        records.push(event.number);
        match up.len() {
            0 if event.number == 3 => Err(ReceiverError::unavailable("the service is down")),
            _ => Ok(()),
        }
    });
    fixture.send(checked(fixture, 1..=5));
    // If only one attempt is allowed, the bus stores it before it begins. The pause must take it back.
    let member = fixture.member("a", |consumer| consumer.max_attempts(1).pause_max(MILLIS(20)).count(5));
    fixture.wait("the third message is tried often", || checked_items.count(&3) > 4);
    promise_eq!(batches.received.all(), Vec::<Vec<i64>>::new(), "no batch should overtake earlier messages");
    // The first two were checked, and wait for their batch.
    promise_eq!(fixture.begun().len(), 2, "a pause should count no attempt");
    is_up.push(());
    let report = member.end_well();
    promise_eq!((report.pauses, report.handled, report.dead_lettered), (1, 5, 0));
    promise_eq!(batches.numbers(), [1, 2, 3, 4, 5]);
    let mut once = checked_items.all();
    once.dedup();
    promise_eq!(once, [1, 2, 3, 4, 5], "no message should be checked again because of another one");
    promise_eq!(fixture.pending().len(), 0, "all messages should be acknowledged");
}
