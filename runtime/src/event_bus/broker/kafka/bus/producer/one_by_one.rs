//! Topics that get their messages one by one.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

/// How long a topic gets each message alone after it refused some that were too large together.
const LONGEST: Duration = Duration::from_mins(1);

/// Why a topic gets its messages one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It refuses messages that are too large together: `max.message.bytes` limits a request, and not only a message.
    Small,
    /// In the background: it was refused, for example because a right is missing. The next message shows whether it still is.
    Refused,
}

#[derive(Default)]
pub(super) struct OneByOne(RwLock<HashMap<Arc<str>, (Why, Instant)>>);

impl OneByOne {
    pub(super) fn add(&self, topic: &Arc<str>, why: Why) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(Arc::clone(topic), (why, Instant::now()));
    }

    /// Notes that a topic is accepted again.
    pub(super) fn accept(&self, topic: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(topic);
    }

    pub(super) fn why(&self, topic: &str) -> Option<Why> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if all.is_empty() {
            return None;
        }
        let (why, since) = all.get(topic)?;
        (*why == Why::Refused || since.elapsed() < LONGEST).then_some(*why)
    }
}
