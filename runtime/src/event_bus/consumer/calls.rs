//! The calls of receivers: which one each lane is in, and since when. A lane notes its calls here, so that it does not wait for
//! the state that all lanes share.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{clock::RunningClock, error::ConsumeError};
use crate::{event_bus::wire::EntryId, receiver::FullName};

pub(super) struct Calls {
    clock: Mutex<RunningClock>,
    timeout: Duration,
    /// One for each lane, `None` between two calls.
    lanes: Vec<Mutex<Option<Call>>>,
}

struct Call {
    receiver: FullName,
    entry: EntryId,
    since: Instant,
}

/// A receiver that took too long, and its message.
pub(super) struct Hung {
    receiver: FullName,
    entry: EntryId,
}

impl Hung {
    pub(super) fn into_error(self, timeout: Duration) -> ConsumeError {
        ConsumeError::ReceiverTimedOut { receiver: self.receiver.to_string(), entry: self.entry, timeout }
    }
}

impl Calls {
    /// Each call may take as long as `timeout`.
    pub(super) fn new(lanes: usize, timeout: Duration) -> Self {
        Self {
            clock: Mutex::new(RunningClock::new(timeout)),
            timeout,
            lanes: (0..lanes).map(|_| Mutex::new(None)).collect(),
        }
    }

    /// Returns the time by the clock that measures calls.
    pub(super) fn now(&self) -> Instant {
        lock(&self.clock).now()
    }

    /// Notes that a lane calls a receiver now. The receiver may take `grace` longer than others.
    pub(super) fn begin(
        &self,
        lane: usize,
        receiver: FullName,
        entry: &EntryId,
        now: Instant,
        grace: Duration,
    ) {
        let since = lock(&self.clock).at(now) + grace;
        *lock(&self.lanes[lane]) = Some(Call { receiver, entry: entry.clone(), since });
    }

    /// Notes that a lane is in no receiver.
    pub(super) fn end(&self, lane: usize) {
        *lock(&self.lanes[lane]) = None;
    }

    /// Returns the receiver of a lane if it takes too long.
    pub(super) fn hung(&self, lane: usize, now: Instant) -> Option<Hung> {
        let call = lock(&self.lanes[lane]);
        let Call { receiver, entry, since } = call.as_ref()?;
        let is_hung = now.saturating_duration_since(*since) > self.timeout;
        is_hung.then(|| Hung { receiver: *receiver, entry: entry.clone() })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_receiver_has_its_own_time() {
        let timeout = Duration::from_secs(10);
        let calls = Calls::new(2, timeout);
        let now = calls.now();
        assert!(calls.hung(0, now + timeout * 2).is_none(), "no receiver has begun");
        calls.begin(0, FullName::new("clinic", "greet"), &EntryId::new("a"), now, Duration::ZERO);
        assert!(calls.hung(0, now + timeout).is_none(), "it may take as long as that");
        let hung = calls.hung(0, now + timeout * 2).unwrap();
        assert_eq!((hung.receiver.to_string(), hung.entry), ("clinic::greet".to_owned(), EntryId::new("a")));
        assert!(calls.hung(1, now + timeout * 2).is_none(), "the other lane does nothing");
        calls.begin(0, FullName::new("clinic", "heal"), &EntryId::new("a"), now, timeout * 2);
        assert!(calls.hung(0, now + timeout * 2).is_none(), "this one may take longer");
        calls.end(0);
        assert!(calls.hung(0, now + timeout * 9).is_none());
    }
}
