//! The entries that this member handed out and that are not acknowledged yet.

use std::collections::BTreeSet;

use crate::event_bus::broker::{BusError, redis::bus::stream_id::StreamId};
use crate::event_bus::wire::EntryId;

/// The entries that this member handed out, from then until the server has their acknowledgement.
#[derive(Default)]
pub(super) struct HandedOut {
    entries: BTreeSet<StreamId>,
    /// The finished ones, which the next command acknowledges.
    finished: Vec<StreamId>,
    pub(super) last_acknowledged: StreamId,
}

impl HandedOut {
    /// Adds an entry. Returns `false` if it was handed out already.
    pub(super) fn insert(&mut self, id: StreamId) -> bool {
        self.entries.insert(id)
    }

    pub(super) fn contains(&self, id: StreamId) -> bool {
        self.entries.contains(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Replaces the finished entries. The caller includes those that an earlier call could not acknowledge.
    pub(super) fn finish(&mut self, ids: &[EntryId]) -> Result<(), BusError> {
        self.finished = ids.iter().map(StreamId::read).collect::<Result<_, _>>()?;
        Ok(())
    }

    pub(super) fn finished(&self) -> &[StreamId] {
        &self.finished
    }

    /// Forgets the finished entries: the server has acknowledged them.
    pub(super) fn acknowledged(&mut self) {
        for id in std::mem::take(&mut self.finished) {
            self.remove(id);
        }
    }

    /// Forgets an entry that the server has acknowledged.
    pub(super) fn remove(&mut self, id: StreamId) {
        self.entries.remove(&id);
        self.last_acknowledged = self.last_acknowledged.max(id);
    }

    /// Returns the oldest entry that is not acknowledged.
    pub(super) fn first(&self) -> Option<StreamId> {
        self.entries.first().copied()
    }

    /// Returns the position after which a lost group must begin, so that it delivers unacknowledged entries again. This member
    /// knows only its own entries.
    pub(super) fn position(&self) -> StreamId {
        let acknowledged = self.last_acknowledged;
        self.entries.first().map_or(acknowledged, |first| acknowledged.min(first.previous()))
    }

    /// Forgets the position, because the stream starts over with ids below the acknowledged ones.
    pub(super) fn forget_position(&mut self) {
        self.last_acknowledged = StreamId::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> StreamId {
        StreamId { millis: 1, number }
    }

    #[test]
    fn a_lost_group_begins_before_the_first_entry_that_is_not_acknowledged() {
        let mut handed_out = HandedOut::default();
        assert_eq!(handed_out.position(), StreamId::ZERO);
        for number in 1..=4 {
            assert!(handed_out.insert(id(number)) && !handed_out.insert(id(number)));
        }
        assert_eq!(handed_out.position(), StreamId::ZERO, "nothing is acknowledged");
        handed_out.finish(&[id(3).into(), id(1).into()]).unwrap();
        assert!(handed_out.contains(id(3)), "until the server confirms it");
        handed_out.acknowledged();
        assert_eq!((handed_out.len(), handed_out.finished().len()), (2, 0));
        assert_eq!(handed_out.position(), id(1));
        handed_out.remove(id(2));
        handed_out.remove(id(4));
        assert_eq!((handed_out.position(), handed_out.last_acknowledged), (id(4), id(4)));
        handed_out.forget_position();
        assert_eq!(handed_out.position(), StreamId::ZERO);
        assert!(handed_out.finish(&[EntryId::new("yesterday")]).is_err());
    }
}
