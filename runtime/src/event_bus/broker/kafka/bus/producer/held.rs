//! Topics whose messages wait until all open calls have ended, because an earlier message failed and will be sent again.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

#[derive(Default)]
pub(super) struct Held {
    state: Mutex<State>,
    /// Whether any topic is held, which is cheap to check.
    is_any: AtomicBool,
}

#[derive(Default)]
struct State {
    /// The number of open calls.
    open: usize,
    topics: HashSet<Arc<str>>,
}

/// An open call. When the last one is dropped, all topics are released.
pub(super) struct OpenCall(Arc<Held>);

impl Held {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(self: &Arc<Self>) -> OpenCall {
        self.state().open += 1;
        OpenCall(Arc::clone(self))
    }

    /// Holds a topic, if a call is open.
    pub(super) fn hold(&self, topic: &str) {
        let mut state = self.state();
        if state.open > 0 {
            state.topics.insert(topic.into());
            self.is_any.store(true, Ordering::Release);
        }
    }

    pub(super) fn holds(&self, topic: &str) -> bool {
        self.is_any.load(Ordering::Acquire) && self.state().topics.contains(topic)
    }
}

impl OpenCall {
    /// Returns whether no other call is open.
    pub(super) fn is_only(&self) -> bool {
        self.0.state().open == 1
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        if state.open == 0 {
            state.topics.clear();
            self.0.is_any.store(false, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_held_until_all_calls_have_ended() {
        let held = Arc::<Held>::default();
        let first = held.open();
        assert!(first.is_only());
        let second = held.open();
        assert!(!first.is_only());
        assert!(!held.holds("a"));
        held.hold("a");
        assert!(held.holds("a") && !held.holds("b"));
        drop(first);
        let third = held.open();
        assert!(held.holds("a"), "the second call is open");
        drop((second, third));
        assert!(!held.holds("a"));
        held.hold("a");
        assert!(!held.holds("a"), "no call is open");
    }
}
