//! Every transition of a message, one test each.

mod beginnings;
mod lanes;
mod next_steps;
mod pause;
mod revoked;
mod stop;

use std::time::{Duration, SystemTime};

use super::*;
use crate::event_bus::consumer::intake::Intake;
use crate::event_bus::wire::{Entry, Failure, Message};

const TIMEOUT: Duration = Duration::from_secs(10);

fn id(id: &str) -> EntryId {
    EntryId::new(id)
}

fn limited(entry: Entry, max_attempts: u32) -> Job {
    let room = Intake::new(0).take(&entry);
    Job::new(entry, 0, max_attempts, room)
}

/// Makes a message that can start at once.
fn job(name: &str, attempt: u32) -> Job {
    let mut entry = Entry::new(id(name), Message::builder().build(), attempt);
    entry.is_redelivered = false;
    limited(entry, 5)
}

impl Job {
    /// Sets the number of the key.
    fn of(mut self, key: u64) -> Self {
        self.key = key;
        self
    }
}

/// Makes two lanes: `a` and `b` are in the first, `c` is in the second.
fn three() -> InFlight {
    let mut in_flight = InFlight::new(2);
    in_flight.receive(job("a", 1).of(0)).unwrap();
    in_flight.receive(job("b", 1).of(0)).unwrap();
    in_flight.receive(job("c", 1).of(1)).unwrap();
    in_flight
}

fn start(in_flight: &mut InFlight, lane: usize) -> Option<String> {
    in_flight.start(lane).map(|job| job.entry.id.to_string())
}

fn waiting(name: &str, attempt: u32, until: Instant, step: NextStep) -> Waiting {
    Waiting { until, job: job(name, attempt), step }
}

fn dead_letter() -> NextStep {
    let now = SystemTime::now();
    let error = "no stock".to_owned();
    NextStep::DeadLetter(Failure { error, receivers: Vec::new(), attempts: 5, first: now, last: now })
}

fn sorted(mut list: Vec<(EntryId, u32)>) -> Vec<(String, u32)> {
    list.sort();
    list.into_iter().map(|(id, attempts)| (id.to_string(), attempts)).collect()
}

/// Revokes messages, and returns the ids of those that were dropped.
fn revoke<const N: usize>(in_flight: &mut InFlight, ids: [&str; N]) -> Vec<String> {
    in_flight.revoke(&ids.map(id)).into_iter().map(|job| job.entry.id.to_string()).collect()
}
