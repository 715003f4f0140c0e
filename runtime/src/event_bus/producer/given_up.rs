//! Messages that background delivery has given up: a callback gets them, or they stay until the next flush.

use std::{
    collections::VecDeque,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::error::{ProduceError, Undelivered};
use crate::{event_bus::budget::Permit, receiver::ReceiverError};

pub(super) type OnUndelivered = Arc<dyn Fn(Undelivered) + Send + Sync>;

/// The messages that were given up. All of them are in the log.
#[derive(Default)]
pub(super) struct GivenUp(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    callback: Option<OnUndelivered>,
    /// The messages that wait for a flush, because there is no callback. Their permits count in the budget of the queue.
    undelivered: VecDeque<(Undelivered, Permit)>,
    /// The number of messages that made room for others since the last flush.
    dropped: u64,
}

impl GivenUp {
    /// Gives `callback` the messages that are given up from now on, and those that stay here.
    pub(super) fn on_undelivered(&self, callback: OnUndelivered) {
        let mut kept = self.kept();
        let earlier = mem::take(&mut kept.undelivered);
        kept.callback = Some(callback);
        drop(kept);
        for (undelivered, permit) in earlier {
            self.add(undelivered, permit);
        }
    }

    /// Gives a message to the callback, or keeps it.
    pub(super) fn add(&self, undelivered: Undelivered, permit: Permit) {
        let mut kept = self.kept();
        let Some(callback) = kept.callback.clone() else {
            kept.undelivered.push_back((undelivered, permit));
            return;
        };
        drop(kept);
        if !call(&callback, undelivered.clone()) {
            self.kept().undelivered.push_back((undelivered, permit));
        }
    }

    /// Gives messages to the callback, if there is one. Otherwise returns them.
    pub(super) fn hand_over(&self, error: ProduceError) -> Result<(), ProduceError> {
        let Some(callback) = self.kept().callback.clone() else { return Err(error) };
        let dropped = error.dropped();
        let refused = error.into_undelivered().into_iter().filter(|one| !call(&callback, one.clone()));
        ProduceError::of(refused.collect(), dropped)
    }

    /// Drops the oldest message, so that a new one finds room. Returns `false` if there is none.
    pub(super) fn make_room(&self) -> bool {
        let mut kept = self.kept();
        let Some(oldest) = kept.undelivered.pop_front() else { return false };
        kept.dropped += 1;
        let is_first = kept.dropped == 1;
        drop(kept);
        drop(oldest);
        if is_first {
            tracing::error!(
                "undelivered messages are dropped to make room for others: take them with `flush` or `on_undelivered`"
            );
        }
        true
    }

    /// Takes out the messages, and the number of those that were dropped.
    pub(super) fn take(&self) -> (Vec<Undelivered>, u64) {
        let mut kept = self.kept();
        let (undelivered, dropped) = (mem::take(&mut kept.undelivered), mem::take(&mut kept.dropped));
        drop(kept);
        (undelivered.into_iter().map(|(undelivered, _)| undelivered).collect(), dropped)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whether the callback took the message.
fn call(callback: &OnUndelivered, undelivered: Undelivered) -> bool {
    let called = catch_unwind(AssertUnwindSafe(|| callback(undelivered)));
    let panic = called.map_err(|payload| ReceiverError::panicked(payload).chain()).err();
    if let Some(error) = &panic {
        tracing::error!(error, "`on_undelivered` failed: the message stays until the next flush");
    }
    panic.is_none()
}
