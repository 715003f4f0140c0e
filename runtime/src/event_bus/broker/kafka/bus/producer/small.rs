//! Topics that refuse messages if they are too large together: `max.message.bytes` limits a request, and not only a message.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

/// How long such a topic gets each message alone.
const LONGEST: Duration = Duration::from_mins(1);

#[derive(Default)]
pub(super) struct SmallTopics(RwLock<HashMap<Arc<str>, Instant>>);

impl SmallTopics {
    pub(super) fn add(&self, topic: &Arc<str>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(Arc::clone(topic), Instant::now());
    }

    pub(super) fn contains(&self, topic: &str) -> bool {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !all.is_empty() && all.get(topic).is_some_and(|since| since.elapsed() < LONGEST)
    }
}
