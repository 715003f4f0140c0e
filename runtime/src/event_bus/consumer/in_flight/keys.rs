//! The lane of each key that has messages in flight. Messages with one key share a lane, so that they keep their order.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasherDefault, Hasher},
};

#[derive(Default)]
pub(super) struct Keys(HashMap<u64, Use, BuildHasherDefault<KeyHasher>>);

/// A key is already the hash of a string.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Where the messages of a key are.
struct Use {
    lane: usize,
    messages: usize,
}

impl Keys {
    /// Adds a message, and returns the lane of its key. `choose` selects a lane if the key has none.
    pub(super) fn add(&mut self, key: u64, choose: impl FnOnce() -> usize) -> usize {
        match self.0.entry(key) {
            Entry::Occupied(mut known) => {
                known.get_mut().messages += 1;
                known.get().lane
            }
            Entry::Vacant(new) => new.insert(Use { lane: choose(), messages: 1 }).lane,
        }
    }

    /// Removes a message. A key without messages has no lane.
    pub(super) fn remove(&mut self, key: u64) {
        if let Entry::Occupied(mut known) = self.0.entry(key) {
            known.get_mut().messages -= 1;
            if known.get().messages == 0 {
                known.remove();
            }
        }
    }

    /// Returns whether a key has one message.
    pub(super) fn is_single(&self, key: u64) -> bool {
        self.0.get(&key).is_some_and(|known| known.messages == 1)
    }

    /// Moves the messages of a key to another lane.
    pub(super) fn move_to(&mut self, key: u64, lane: usize) {
        if let Some(known) = self.0.get_mut(&key) {
            known.lane = lane;
        }
    }
}
