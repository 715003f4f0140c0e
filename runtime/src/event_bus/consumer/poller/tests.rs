//! Stops, and buses that hang.

use std::sync::{Arc, Mutex};

use super::*;
use crate::event_bus::wire::Message;

type Held = Arc<Mutex<Vec<(EntryId, u32)>>>;

const PATIENCE: Duration = Duration::from_secs(20);

/// A bus that hangs until the test lets it go, and then has an entry.
struct Hanging {
    let_go: Receiver<()>,
    held: Held,
    /// Told of each close.
    closed: Sender<()>,
}

impl EventBusConsumer for Hanging {
    fn poll(&mut self, _: &[EntryId], _: usize, _: Duration) -> Result<Polled, BusError> {
        self.let_go.recv().expect("the test lets it go");
        let entry = Entry::new(EntryId::new("1-1"), Message::builder().build(), 3);
        let mut answer = Polled::default();
        answer.entries.push(entry);
        Ok(answer)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        self.held.lock().unwrap().extend_from_slice(entries);
        Ok(())
    }

    fn dead_letter(&mut self, _: &Entry, _: &Failure) -> Result<(), BusError> {
        Err(no_answer())
    }

    fn close(&mut self, _: Instant) -> Result<(), BusError> {
        let _ = self.closed.send(());
        self.let_go.recv().map_err(|_| no_answer())
    }
}

struct Hung {
    poller: Poller,
    let_go: Sender<()>,
    held: Held,
    closed: Receiver<()>,
}

fn hanging(stop: &Stop) -> Hung {
    let ((let_go, gone), (close, closed), held) = (channel(), channel(), Held::default());
    let consumer = Hanging { let_go: gone, held: Arc::clone(&held), closed: close };
    let poller = Poller::start(Box::new(consumer), stop, &Observers::new([])).unwrap();
    Hung { poller, let_go, held, closed }
}

#[test]
fn a_stop_does_not_wait_for_a_bus_that_hangs() {
    let stop = Stop::new();
    let Hung { mut poller, let_go, held, closed } = hanging(&stop);
    stop.stop();
    let started = Instant::now();
    let answer = poller.wait(&[], 10, Duration::from_secs(50)).unwrap();
    assert!(answer.entries.is_empty() && started.elapsed() < Duration::from_secs(5));
    assert!(poller.hold(&[]).is_err() && poller.wait(&[], 10, Duration::ZERO).is_err());
    poller.close(Instant::now()).expect("the other thread leaves the group");
    assert!(closed.try_recv().is_err(), "the poll has not ended");
    let_go.send(()).unwrap();
    closed.recv_timeout(PATIENCE).expect("the group is left after the poll");
    assert_eq!(*held.lock().unwrap(), [(EntryId::new("1-1"), 2)], "the attempt had not begun");
}

#[test]
fn entries_that_arrive_soon_after_a_stop_are_returned() {
    let stop = Stop::new();
    let Hung { mut poller, let_go, held, closed: _closed } = hanging(&stop);
    let_go.send(()).unwrap();
    stop.stop();
    assert_eq!(poller.wait(&[], 10, Duration::from_secs(50)).unwrap().entries.len(), 1);
    poller.hold(&[(EntryId::new("1-1"), 2)]).unwrap();
    assert_eq!(held.lock().unwrap().len(), 1);
}

#[test]
fn leaving_the_group_does_not_wait_for_a_bus_that_hangs() {
    let Hung { mut poller, let_go, held: _held, closed } = hanging(&Stop::new());
    let started = Instant::now();
    assert!(poller.close(started + Duration::from_millis(50)).unwrap_err().is_transient());
    assert!(started.elapsed() < Duration::from_secs(5));
    closed.recv_timeout(PATIENCE).expect("the bus was asked");
    assert!(poller.poll(&[], 0).is_err(), "the consumer is gone");
    poller.close(started).expect("a consumer leaves once");
    drop(let_go);
}

#[test]
fn leaving_the_group_returns_the_outcome() {
    let Hung { mut poller, let_go, .. } = hanging(&Stop::new());
    let_go.send(()).unwrap();
    poller.close(Instant::now() + PATIENCE).unwrap();
    let Hung { mut poller, let_go, .. } = hanging(&Stop::new());
    drop(let_go);
    assert!(poller.close(Instant::now() + PATIENCE).is_err());
}

#[test]
fn a_panic_of_the_bus_reaches_the_caller() {
    let stop = Stop::new();
    let Hung { mut poller, let_go, .. } = hanging(&stop);
    let_go.send(()).unwrap();
    poller.wait(&[], 10, Duration::ZERO).unwrap();
    drop(let_go);
    let asked = catch_unwind(AssertUnwindSafe(|| poller.wait(&[], 10, Duration::ZERO)));
    assert!(asked.is_err());
    assert!(poller.wait(&[], 10, Duration::ZERO).unwrap_err().is_transient(), "the bus is gone");
}
