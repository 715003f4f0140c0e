//! When events were sent and arrived.

use std::{
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{Result, worker::Latencies};

/// The pause between two events of a relay.
const PAUSE: Duration = Duration::from_millis(1);
/// The longest wait for an event of a relay.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures the time from the first event to the last one, without the time to join a group and to leave it.
#[derive(Default)]
pub(super) struct Span {
    seen: AtomicU64,
    first: OnceLock<Instant>,
    last: OnceLock<Instant>,
}

impl Span {
    /// Notes an event, of `count`.
    pub(super) fn note(&self, count: u64) {
        let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        if number == 1 {
            let _ = self.first.set(Instant::now());
        }
        if number == count {
            let _ = self.last.set(Instant::now());
        }
    }

    pub(super) fn seconds(&self) -> Result<f64> {
        let both = self.first.get().zip(self.last.get());
        Ok(both.map(|(first, last)| (*last - *first).as_secs_f64()).ok_or("not all events arrived")?)
    }
}

/// The times of numbered events on their way.
pub(super) struct Journey {
    began: Instant,
    sent: Vec<AtomicU64>,
    arrived: Vec<AtomicU64>,
    error: Mutex<Option<String>>,
}

impl Journey {
    pub(super) fn new(count: u64) -> Self {
        let times = || (0..count).map(|_| AtomicU64::new(0)).collect();
        Self { began: Instant::now(), sent: times(), arrived: times(), error: Mutex::default() }
    }

    /// Notes that an event has arrived.
    pub(super) fn note(&self, number: Option<usize>) {
        let place = number.and_then(|number| self.arrived.get(number));
        if let Some(place) = place {
            place.store(self.now(), Ordering::Release);
        }
    }

    /// Notes why events do not arrive.
    pub(super) fn fail(&self, error: &impl ToString) {
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }

    /// Sends the first event, waits for it, and then sends the others at an even pace. Returns the seconds within which half of
    /// them, 99 % and 99.9 % arrived.
    pub(super) fn run(&self, mut send: impl FnMut(u64) -> Result<()>) -> Result<Latencies> {
        send(0)?;
        self.wait(0)?;
        let start = Instant::now();
        for (turn, number) in (1..self.sent.len() as u64).enumerate() {
            let due = start + PAUSE * u32::try_from(turn)?;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.sent[usize::try_from(number)?].store(self.now(), Ordering::Relaxed);
            send(number)?;
        }
        let mut times = Vec::new();
        for number in 1..self.sent.len() {
            self.wait(number)?;
            let [began, ended] =
                [&self.sent, &self.arrived].map(|times| times[number].load(Ordering::Acquire));
            times.push(Duration::from_nanos(ended.saturating_sub(began)).as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        Ok([500, 990, 999].map(|part| times[(times.len() * part / 1000).min(times.len() - 1)]))
    }

    fn wait(&self, number: usize) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.arrived[number].load(Ordering::Acquire) == 0 {
            if let Some(error) = self.error.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(error.into());
            }
            if Instant::now() > deadline {
                return Err(format!("event {number} did not arrive").into());
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1)
    }
}
