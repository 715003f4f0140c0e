//! Hands out the entries of all partitions to one poll after another.

use std::{sync::Arc, time::Duration};

use rdkafka::error::KafkaError;

use super::{
    super::Connector,
    partition::{Loss, Taken},
    state::{Shared, State},
    unknown::UnknownSchemas,
};
use crate::event_bus::{broker::BusError, wire::Entry};

/// How soon acknowledgements follow each other if nothing else must be committed.
pub(super) const PACE: Duration = Duration::from_millis(20);

pub(super) struct Dealer {
    schemas: UnknownSchemas,
    /// Counts polls, so that each begins with another partition.
    turns: usize,
}

#[derive(Default)]
pub(super) struct Collected {
    pub(super) entries: Vec<Entry>,
    /// Whether entries wait for a commit that says that they are handed out.
    pub(super) waits: bool,
    /// Whether a record waits for its writer's schema.
    pub(super) is_unread: bool,
    pub(super) error: Option<KafkaError>,
}

impl Dealer {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        Self { schemas: UnknownSchemas::new(connector), turns: 0 }
    }

    /// Hands out entries that are there, at most `max`.
    pub(super) fn deal(&mut self, state: &mut State, max: usize, shared: &Arc<Shared>) -> Collected {
        let mut collected = Collected::default();
        if state.is_rebalancing || state.partitions.is_empty() {
            return collected;
        }
        self.turns = self.turns.wrapping_add(1);
        let count = state.partitions.len();
        let hurries = state.has_committed_within(PACE);
        // Entries that were delivered before come before new ones.
        for redelivers in [true, false] {
            for index in 0..count {
                let partition = &mut state.partitions[(self.turns + index) % count];
                if partition.tracker.redelivers() != redelivers || partition.loss != Loss::None {
                    continue;
                }
                let room = max - collected.entries.len();
                if let Some(error) = partition.fill(room) {
                    collected.error = Some(error);
                }
                collected.waits |= partition.reserve(room, hurries);
                while collected.entries.len() < max {
                    match partition.take(collected.entries.is_empty(), |record| self.schemas.read(record)) {
                        Taken::Entry(entry) => {
                            let is_alone = entry.attempt > 1;
                            collected.entries.push(entry);
                            if is_alone {
                                return collected;
                            }
                        }
                        Taken::Nothing => break,
                        Taken::Later => return collected,
                        Taken::Unread(id) => {
                            collected.is_unread = true;
                            self.schemas.ask(id, shared);
                            break;
                        }
                    }
                }
                if collected.entries.len() >= max {
                    return collected;
                }
            }
            if !collected.entries.is_empty() {
                return collected;
            }
        }
        collected
    }

    /// Returns why a schema cannot be read from the registry, until the registry answers or no record waits for a schema any more.
    pub(super) fn trouble(&self, is_waiting: bool) -> Option<BusError> {
        self.schemas.trouble(is_waiting)
    }
}
