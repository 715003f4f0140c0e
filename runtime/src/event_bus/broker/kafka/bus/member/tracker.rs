//! The place of a group in one partition: what comes next, what was handed out, what is finished.
//!
//! ```text
//!           committed          next              reserved
//!  finished │ F  h  F  F  h  h │ ready to read   │ not reserved
//!           └── slots ─────────┘
//!  h: handed out    F: finished, after an entry that is not
//! ```
//!
//! A commit says where the group is, and up to where entries may be handed out. Only then are they handed out: an entry that a
//! dead process may have received is before that mark. This file does not depend on Kafka's client.

use std::collections::VecDeque;

use super::super::marks::Marks;

/// How many entries may be reserved in advance. After a crash, they count as redelivered, although nobody received them.
const MOST_AHEAD: i64 = 1000;
/// How far a member reads beyond an entry that is not finished.
const MOST_SLOTS: usize = 10_000;

/// The place of a group in a partition. `R` is the part of an entry that the member keeps until the entry is finished.
pub(super) struct Tracker<R> {
    /// From the lowest unfinished entry on, in order. Finished entries at the front are removed.
    slots: VecDeque<Slot<R>>,
    /// The offset of the next entry to hand out, or a smaller one if the log has gaps.
    next: i64,
    /// What earlier members left behind from `next` on.
    inherited: Marks,
    /// Entries before this offset may be handed out, once a commit has said so.
    reserved: i64,
    /// The number of entries that the last reservation added in advance.
    ahead: i64,
    /// Counts the changes that a commit must contain.
    version: u64,
    /// The content of the last successful commit.
    told: Told,
}

struct Slot<R> {
    offset: i64,
    /// The attempts that are known to have begun.
    attempts: u32,
    /// `None` if the entry is finished.
    kept: Option<R>,
}

/// The state that a commit contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    version: u64,
    reserved: i64,
}

/// What to do with the entry that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It was finished, and the commit says so.
    Finished,
    /// A member may have received it. This many attempts have begun.
    Redelivered(u32),
    /// Nobody has received it.
    New,
}

impl<R> Tracker<R> {
    /// Continues at a committed offset, with the marks that the commit has.
    pub(super) fn new(committed: i64, marks: Option<Marks>) -> Self {
        let inherited = marks.unwrap_or_default();
        let reserved = inherited.handed.max(committed);
        Self {
            slots: VecDeque::new(),
            next: committed,
            reserved,
            inherited,
            ahead: 0,
            version: 0,
            told: Told { version: 0, reserved },
        }
    }

    /// Begins at an offset that is not committed yet.
    pub(super) fn begin(offset: i64) -> Self {
        Self { version: 1, ..Self::new(offset, None) }
    }

    /// Returns the offset to commit: everything before it is finished.
    pub(super) fn committed(&self) -> i64 {
        self.slots.front().map_or(self.next, |slot| slot.offset)
    }

    /// Returns the offset to read from.
    pub(super) fn next(&self) -> i64 {
        self.next
    }

    /// Returns the number of entries that are handed out and not finished.
    pub(super) fn in_hand(&self) -> usize {
        self.slots.iter().filter(|slot| slot.kept.is_some()).count()
    }

    /// Returns the offsets of entries that are handed out and not finished.
    pub(super) fn offsets_in_hand(&self) -> impl Iterator<Item = i64> + '_ {
        self.slots.iter().filter(|slot| slot.kept.is_some()).map(|slot| slot.offset)
    }

    /// Returns the offset after the last entry that an earlier member may have received.
    pub(super) fn handed(&self) -> i64 {
        self.inherited.handed
    }

    /// Returns the entries before `to` that earlier members may have received and did not finish, and that were not handed out
    /// since.
    pub(super) fn left_before(&self, to: i64) -> impl Iterator<Item = i64> + '_ {
        let left = self.next..self.inherited.handed.min(to);
        left.filter(|offset| !self.inherited.finished.contains(offset))
    }

    /// Returns whether too many entries wait for one that is not finished.
    pub(super) fn is_full(&self) -> bool {
        self.slots.len() >= MOST_SLOTS
    }

    /// Returns whether entries come next that a member may have received.
    pub(super) fn redelivers(&self) -> bool {
        self.next < self.inherited.handed || !self.inherited.begun.is_empty()
    }

    pub(super) fn classify(&self, offset: i64) -> Next {
        if self.inherited.finished.contains(&offset) {
            return Next::Finished;
        }
        match self.inherited.begun.get(&offset) {
            Some(attempts) => Next::Redelivered(*attempts),
            None if offset < self.inherited.handed => Next::Redelivered(0),
            None => Next::New,
        }
    }

    // Transitions.

    /// Makes sure that the entries before `end` may be handed out after the next commit. `hurries` says that the last
    /// reservation was not long ago: then more are reserved in advance, doubling each time.
    pub(super) fn reserve(&mut self, end: i64, hurries: bool) {
        if end <= self.reserved {
            return;
        }
        let added = end - self.reserved;
        self.ahead = if hurries { (self.ahead + added).min(MOST_AHEAD) } else { 0 };
        self.reserved = end + self.ahead;
        self.version += 1;
    }

    /// Returns whether a commit has recorded that the entries before `end` may be handed out.
    pub(super) fn may_hand_out(&self, end: i64) -> bool {
        end <= self.told.reserved
    }

    /// Hands out an entry. Returns the number of its attempts, and whether a member may have received it before.
    pub(super) fn hand_out(&mut self, offset: i64, kept: R) -> (u32, bool) {
        let (attempts, is_redelivered) = match self.classify(offset) {
            Next::Redelivered(attempts) => (attempts, true),
            Next::New | Next::Finished => (0, false),
        };
        self.advance(offset, Slot { offset, attempts, kept: Some(kept) });
        (attempts, is_redelivered)
    }

    /// Skips an entry that was finished before.
    pub(super) fn pass(&mut self, offset: i64) {
        self.advance(offset, Slot { offset, attempts: 0, kept: None });
        self.settle();
    }

    fn advance(&mut self, offset: i64, slot: Slot<R>) {
        self.next = offset + 1;
        self.slots.push_back(slot);
        // The slot now has the inherited state of this entry and of the gaps before it.
        self.inherited.begun = self.inherited.begun.split_off(&self.next);
        self.inherited.finished = self.inherited.finished.split_off(&self.next);
    }

    /// Finishes an entry. Returns the kept part of it, or `None` if it is not handed out.
    pub(super) fn finish(&mut self, offset: i64) -> Option<R> {
        let kept = self.slot(offset)?.kept.take()?;
        self.version += 1;
        self.settle();
        Some(kept)
    }

    /// Stores the number of attempts of an entry that is handed out. Returns whether a commit must store it.
    pub(super) fn hold(&mut self, offset: i64, attempts: u32) -> bool {
        let Some(slot) = self.slot(offset).filter(|slot| slot.kept.is_some()) else { return false };
        let is_new = slot.attempts != attempts;
        slot.attempts = attempts;
        self.version += u64::from(is_new);
        is_new
    }

    /// Returns the kept part of an entry that is handed out.
    pub(super) fn kept(&mut self, offset: i64) -> Option<&R> {
        self.slot(offset)?.kept.as_ref()
    }

    /// Forgets the reservation of entries that were not handed out, at an orderly end.
    pub(super) fn give_back(&mut self) {
        let handed = self.next.max(self.inherited.handed);
        if self.reserved > handed {
            self.reserved = handed;
            self.version += 1;
        }
    }

    /// Jumps over entries that the log no longer has.
    pub(super) fn jump(&mut self, to: i64) {
        self.next = to;
        self.inherited.begun = self.inherited.begun.split_off(&to);
        self.inherited.finished = self.inherited.finished.split_off(&to);
        self.reserved = self.reserved.max(to);
        self.version += 1;
    }

    fn slot(&mut self, offset: i64) -> Option<&mut Slot<R>> {
        let index = self.slots.binary_search_by_key(&offset, |slot| slot.offset).ok()?;
        self.slots.get_mut(index)
    }

    fn settle(&mut self) {
        while self.slots.front().is_some_and(|slot| slot.kept.is_none()) {
            self.slots.pop_front();
            self.version += 1;
        }
    }

    // Commits.

    /// Returns whether something has changed since the last successful commit.
    pub(super) fn is_dirty(&self) -> bool {
        self.told.version < self.version
    }

    /// Returns the state to commit now.
    pub(super) fn to_tell(&self) -> Told {
        Told { version: self.version, reserved: self.reserved }
    }

    /// Records that a commit succeeded.
    pub(super) fn told(&mut self, told: Told) {
        if told.version >= self.told.version {
            self.told = told;
        }
    }

    /// Returns the marks for a commit.
    pub(super) fn marks(&self, consumer_name: &str, millis: u64) -> Marks {
        let committed = self.committed();
        let mut begun = self.inherited.begun.clone();
        let mut finished = self.inherited.finished.clone();
        for slot in &self.slots {
            match slot {
                Slot { offset, kept: None, .. } => drop(finished.insert(*offset)),
                Slot { attempts: 0, .. } => {}
                Slot { offset, attempts, .. } => drop(begun.insert(*offset, *attempts)),
            }
        }
        let handed = self.reserved.max(committed);
        Marks { consumer_name: consumer_name.to_owned(), millis, handed, begun, finished }
    }
}

#[cfg(test)]
mod tests;
