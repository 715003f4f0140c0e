//! The tasks of operators: reading topics, pending entries and dead letters, and moving groups.

use std::time::Duration;

use super::{BusError, Start};
use crate::event_bus::wire::{DeadLetter, Entry, EntryId};

/// Inspects and changes topics and their groups, for operators.
///
/// Each method returns an error if the broker cannot be reached or refuses the call.
pub trait Operations: Send {
    /// Lists the full names of topics that exist, in any order, topics of dead letters included. They help to find what a
    /// misspelt name means, so a bus with very many topics may leave some out rather than take longer than a second.
    fn topics(&mut self) -> Result<Vec<String>, BusError>;

    /// Lists the groups of `topic`, or returns `None` if the topic does not exist. Never creates anything.
    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError>;

    /// Reads at most `max` entries of `topic` after the entry `after`, or from the oldest one if it is `None`. No group
    /// is involved.
    fn read(&mut self, topic: &str, after: Option<&EntryId>, max: usize) -> Result<Vec<Entry>, BusError>;

    /// Lists the entries that members of `group` received and have not acknowledged: at most `max`, after the entry `after`.
    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError>;

    /// Lists the dead letters of `group`: at most `max`, after the dead letter `after`. By default, reads the topic that
    /// [`DeadLetter::topic`] names.
    fn dead_letters(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<DeadLetter>, BusError> {
        let entries = self.read(&DeadLetter::topic(topic, group), after, max)?;
        Ok(entries.into_iter().map(|entry| DeadLetter::from_message(entry.id, &entry.message)).collect())
    }

    /// Remembers that a replay of the dead letter `id` runs, or forgets it. By default, remembers nothing: then the bus lacks
    /// [`Capability::RememberReplays`](super::Capability::RememberReplays).
    fn set_replaying(
        &mut self,
        topic: &str,
        group: &str,
        id: &EntryId,
        is_running: bool,
    ) -> Result<(), BusError> {
        let _ = (topic, group, id, is_running);
        Ok(())
    }

    /// Lists the dead letters whose replay began and has not ended: it still runs, or a receiver hung or ended its process. Some
    /// of them may no longer exist.
    fn replaying(&mut self, topic: &str, group: &str) -> Result<Vec<EntryId>, BusError> {
        let _ = (topic, group);
        Ok(Vec::new())
    }

    /// Removes dead letters for good. Returns how many of `ids` existed.
    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError>;

    /// Replaces the stored dead letter that has the id of `letter`. Returns the id under which it is stored now.
    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError>;

    /// Moves `group` to a position in `topic`, and creates the group if it does not exist. Returns whether it was
    /// created.
    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError>;
}

/// An entry that a member received and has not acknowledged.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The entry's id in the topic.
    pub id: EntryId,
    /// The member that received it.
    pub consumer_name: String,
    /// How long ago the member received it or renewed its claim.
    pub idle: Duration,
    /// How many attempts are known to have begun. A member stores a first attempt only when it renews its claims, or when
    /// the message fails.
    pub attempts: u32,
}
