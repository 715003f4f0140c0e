//! Dead letters that are replayed in batches.

use std::{
    mem,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use openedx_events::{
    BatchError, ReceiverError,
    event_bus::{DeadLetter, Entry, EntryId, Envelope, Failure, Replayed, Start, replay_all},
};

use super::{
    Parcel, receive,
    recording::Recording,
    world::{Calls, GROUP, MILLIS, PATIENCE, TOPIC, World, wait},
};

impl World {
    /// Makes a dead letter of each parcel. The named receivers failed; without names, no receiver had run.
    fn bury(&self, receivers: &[&str]) -> Vec<DeadLetter> {
        self.bury_from(0, receivers)
    }

    /// Makes a dead letter of each parcel except the first ones.
    fn bury_from(&self, first: usize, receivers: &[&str]) -> Vec<DeadLetter> {
        let mut operations = self.bus.operations().unwrap();
        let cursor = operations.cursor(TOPIC, &Start::Backlog).unwrap();
        let entries = operations.read(TOPIC, &cursor, 1000).unwrap().entries;
        let time = SystemTime::UNIX_EPOCH;
        let failure = Failure {
            error: "it rains".to_owned(),
            receivers: receivers.iter().map(|&name| name.to_owned()).collect(),
            attempts: 8,
            first: time,
            last: time,
        };
        let envelope = |entry: &Entry| Envelope {
            topic: DeadLetter::topic(TOPIC, GROUP).into(),
            key: None,
            message: DeadLetter::message_of(entry, &failure, "a"),
        };
        self.deliver(&entries[first..].iter().map(envelope).collect::<Vec<_>>());
        self.letters()
    }

    fn letters(&self) -> Vec<DeadLetter> {
        self.bus.operations().unwrap().dead_letters(TOPIC, GROUP, None, 1000).unwrap()
    }

    fn replay(&self, letters: &[DeadLetter]) -> Vec<String> {
        self.replay_within(letters, PATIENCE)
    }

    fn replay_within(&self, letters: &[DeadLetter], timeout: Duration) -> Vec<String> {
        let mut operations = self.bus.operations().unwrap();
        let replayed = replay_all(&mut *operations, TOPIC, GROUP, letters, timeout).unwrap();
        replayed.iter().map(text).collect()
    }

    fn replaying(&self) -> Vec<EntryId> {
        self.bus.operations().unwrap().replaying(TOPIC, GROUP).unwrap()
    }
}

/// The name of a receiver, and the numbers of its parcels.
type Call = (&'static str, Vec<i32>);

/// Returns the error; `handled` if there is none.
fn text(outcome: &Replayed) -> String {
    match outcome {
        Replayed::Handled(_) => "handled".to_owned(),
        Replayed::Failed(_, error) => error.clone(),
        Replayed::TimedOut(_, error) => format!("late: {error}"),
        other => panic!("{other:?}"),
    }
}

fn ids(letters: &[DeadLetter]) -> Vec<EntryId> {
    letters.iter().map(|letter| letter.id.clone()).collect()
}

#[test]
fn batches_are_as_large_as_the_receiver_allows() {
    let world = World::new("many");
    world.store(0..250);
    let letters = world.bury(&[]);
    let seen: Arc<Mutex<Vec<Vec<EntryId>>>> = Arc::default();
    let (records, bus) = (Arc::clone(&seen), Arc::clone(&world.bus));
    let calls = Calls::of("many", move |_| {
        records.lock().unwrap().push(bus.operations().unwrap().replaying(TOPIC, GROUP).unwrap());
        Ok(())
    });
    assert_eq!(world.replay(&letters), vec!["handled"; 250]);
    assert_eq!(calls.sizes(), [100, 100, 50]);
    assert_eq!(calls.all().concat(), (0..250).collect::<Vec<_>>(), "in their order");
    let expected: Vec<_> = letters.chunks(100).map(ids).collect();
    assert_eq!(
        *seen.lock().unwrap(),
        expected,
        "the bus remembers only the dead letters of the batch that is running"
    );
    assert!(world.letters().is_empty() && world.replaying().is_empty());
    assert!(world.replay(&[]).is_empty());
}

#[test]
fn listed_positions_stay_dead_letters() {
    let world = World::new("some stay");
    let calls = Calls::of("some stay", |_| Err(BatchError::some([(7, "no stamp"), (2, "no address")])));
    world.store(0..9);
    let letters = world.bury(&["batches::store"]);
    let replayed = world.replay(&letters);
    for (position, outcome) in replayed.iter().enumerate() {
        let expected = match position {
            2 => "batches::store: no address",
            7 => "batches::store: no stamp",
            _ => "handled",
        };
        assert_eq!(outcome, expected, "{position}");
    }
    assert_eq!(calls.sizes(), [9]);
    let left = world.letters();
    assert_eq!(
        ids(&left),
        [letters[2].id.clone(), letters[7].id.clone()],
        "unchanged, because nothing succeeded"
    );
    assert_eq!((left[0].failure.attempts, &*left[0].failure.error), (8, "it rains"));
    assert!(world.replaying().is_empty());
}

#[test]
fn poison_is_found_even_if_it_is_in_front() {
    for (name, poison) in
        [("front", &[0, 1, 2][..]), ("back", &[9]), ("all", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]
    {
        let world = World::new(name);
        let is_poison = |number: &i32| poison.contains(number);
        let calls = Calls::of(name, move |numbers| match numbers.iter().any(is_poison) {
            true if numbers.len() % 2 == 0 => panic!("poison"),
            true => Err("poison".into()),
            false => Ok(()),
        });
        world.store(0..10);
        let letters = world.bury(&[]);
        for (number, outcome) in (0..).zip(world.replay(&letters)) {
            let expected = if is_poison(&number) { "batches::store: poison" } else { "handled" };
            assert_eq!(outcome, expected, "{name}: {number}");
        }
        assert_eq!(world.letters().len(), poison.len(), "{name}");
        let successes = calls.all().into_iter().filter(|numbers| !numbers.iter().any(is_poison));
        assert_eq!(successes.map(|numbers| numbers.len()).sum::<usize>(), 10 - poison.len(), "each once");
        assert!(calls.sizes().len() <= 19 && world.replaying().is_empty());
    }
}

#[test]
fn an_unavailable_receiver_is_called_once_for_a_batch() {
    let world = World::new("away");
    let calls = Calls::of("away", |_| Err(ReceiverError::unavailable("503").into()));
    world.store(0..103);
    let letters = world.bury(&[]);
    let error = |len| format!("batches::store: the whole batch of {len} events failed: 503");
    let replayed = world.replay(&letters);
    assert_eq!(calls.sizes(), [100, 3]);
    assert!(replayed[1] == error(100) && replayed[102] == error(3), "{replayed:?}");
    assert_eq!(ids(&world.letters()), ids(&letters));
    assert!(world.replaying().is_empty());
}

#[test]
fn the_dead_letters_of_a_call_that_blocks_stay_and_are_replayed_one_by_one_next_time() {
    let world = World::new("blocked");
    let is_released = Arc::new(AtomicBool::new(false));
    let (released, has_ended) = (Arc::clone(&is_released), Arc::new(AtomicBool::new(false)));
    let ended = Arc::clone(&has_ended);
    let first = Calls::of("blocked", move |numbers| match numbers {
        [_, _, _, _, _] => Err("one of them".into()),
        [0, 1] => Ok(()),
        _ => {
            wait("the test releases it", || released.load(Ordering::SeqCst));
            ended.store(true, Ordering::SeqCst);
            Err("late".into())
        }
    });
    world.store(0..5);
    let letters = world.bury(&[]);
    let replayed = world.replay_within(&letters, MILLIS(500));
    let late = "late: batches::store: took longer than 500ms, and may still be running";
    assert_eq!(replayed, ["handled", "handled", late, late, late]);
    assert_eq!(first.sizes(), [5, 2, 3]);
    let left = world.letters();
    assert_eq!(ids(&left), ids(&letters[2..]));
    assert_eq!(world.replaying(), ids(&left), "the bus remembers those that did not end");

    // The call that blocked ends, and nothing runs after it.
    is_released.store(true, Ordering::SeqCst);
    wait("the call ends", || has_ended.load(Ordering::SeqCst));
    thread::sleep(MILLIS(50));
    assert_eq!(first.sizes(), [5, 2, 3]);
    let calls = Calls::of("blocked", |_| Ok(()));
    world.store(5..8);
    let letters = world.bury_from(5, &[]);
    assert_eq!(world.replay(&letters), vec!["handled"; 6]);
    assert_eq!(calls.all(), [vec![2], vec![3], vec![4], vec![5, 6, 7]]);
    assert!(world.letters().is_empty() && world.replaying().is_empty());
}

#[test]
fn receivers_run_one_after_another_and_a_dead_letter_names_those_that_failed() {
    let world = World::new("several");
    let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
    let records = Arc::clone(&calls);
    receive("several", move |receiver: &'static str, parcels: &[Parcel]| {
        let numbers: Vec<i32> = parcels.iter().map(|(number, _)| *number).collect();
        records.lock().unwrap().push((receiver, numbers.clone()));
        let position = |number: i32| numbers.iter().position(|one| *one == number);
        match receiver {
            "one_by_one" if numbers == [2] => Err("no stamp".into()),
            "in_batches" => Err(BatchError::some(position(3).map(|position| (position, "three")))),
            "in_async_batches" => Err(BatchError::some(position(2).map(|position| (position, "heavy")))),
            _ => Ok(()),
        }
    });
    world.sort(0..6);
    let letters = world.bury(&[]);
    let replayed = world.replay(&letters);
    let two = "batches::one_by_one: no stamp; batches::in_async_batches: heavy";
    assert_eq!(replayed, ["handled", "handled", two, "batches::in_batches: three", "handled", "handled"]);
    let of = |name: &str| -> Vec<Vec<i32>> {
        calls
            .lock()
            .unwrap()
            .iter()
            .filter(|(one, _)| *one == name)
            .map(|(_, numbers)| numbers.clone())
            .collect()
    };
    assert_eq!(of("one_by_one"), (0..6).map(|number| vec![number]).collect::<Vec<_>>());
    // The smallest limit holds for both.
    assert_eq!(
        (of("in_batches"), of("in_async_batches")),
        (vec![vec![0, 1, 2, 3], vec![4, 5]], vec![vec![0, 1, 2, 3], vec![4, 5]])
    );
    let left = world.letters();
    let names: Vec<_> = left.iter().map(|letter| letter.failure.receivers.clone()).collect();
    assert_eq!(
        names,
        [vec!["batches::one_by_one", "batches::in_async_batches"], vec!["batches::in_batches"]]
    );
    assert!(left.iter().all(|letter| letter.failure.attempts == 9));
    assert_eq!(left[1].failure.error, "batches::in_batches: three");

    // The two dead letters need different receivers, so each is replayed alone, and no receiver gets a parcel again.
    calls.lock().unwrap().clear();
    assert_eq!(world.replay(&left).len(), 2);
    assert_eq!(
        (of("one_by_one"), of("in_batches"), of("in_async_batches")),
        (vec![vec![2]], vec![vec![3]], vec![vec![2]])
    );
    assert!(world.replaying().is_empty());
}

#[test]
fn batches_do_not_overtake_dead_letters_of_other_events_and_an_unreadable_one_fails_alone() {
    let world = World::new("mixed");
    let calls = Calls::of("mixed", |_| Ok(()));
    world.store(0..2);
    world.post([2]);
    world.store(3..6);
    let mut letters = world.bury(&[]);
    let mut broken = letters[4].message.to_builder();
    broken.event_data(&b"\xff"[..]);
    letters[4].message = broken.build();
    let replayed = world.replay(&letters);
    assert_eq!(calls.all(), [vec![0, 1], vec![2], vec![3, 5]]);
    assert!(
        replayed.iter().enumerate().all(|(position, one)| (one == "handled") == (position != 4)),
        "{replayed:?}"
    );
    assert_eq!(ids(&world.letters()), ids(&letters[4..5]));
    assert!(world.replaying().is_empty());
}

#[test]
fn without_batch_receivers_dead_letters_are_replayed_one_by_one() {
    let world = World::new("plain");
    receive("plain", |_, _| Ok(()));
    world.sort(0..2);
    let letters = world.bury(&["batches::one_by_one"]);
    let mut operations = world.bus.operations().unwrap();
    let mut recording = Recording::of(&mut *operations);
    replay_all(&mut recording, TOPIC, GROUP, &letters, PATIENCE).unwrap();
    let each = letters.iter().flat_map(|letter| {
        let id = &letter.id;
        [format!("begin {id}"), "drop 1".to_owned(), format!("end {id}")]
    });
    let calls = mem::take(&mut recording.calls);
    assert_eq!(
        calls.into_iter().filter(|call| call != "replaying").collect::<Vec<_>>(),
        each.collect::<Vec<_>>()
    );
}

#[test]
fn the_bus_does_not_remember_the_dead_letters_of_a_batch_that_could_not_begin() {
    let world = World::new("refused");
    let calls = Calls::of("refused", |_| Ok(()));
    world.store(0..3);
    let letters = world.bury(&[]);
    let mut operations = world.bus.operations().unwrap();
    let mut recording = Recording::of(&mut *operations);
    recording.refused = Some(letters[2].id.clone());
    let error = replay_all(&mut recording, TOPIC, GROUP, &letters, PATIENCE).unwrap_err();
    assert_eq!(error.to_string(), "refused");
    assert!(calls.all().is_empty() && world.replaying().is_empty());
    assert_eq!(world.letters().len(), 3);

    // Each step is one call for the whole batch.
    let mut recording = Recording::of(&mut *operations);
    replay_all(&mut recording, TOPIC, GROUP, &letters, PATIENCE).unwrap();
    let list = ids(&letters).iter().map(EntryId::as_str).collect::<Vec<_>>().join(" ");
    let calls = ["replaying".to_owned(), format!("begin {list}"), "drop 3".to_owned(), format!("end {list}")];
    assert_eq!(recording.calls, calls);
}
