//! Records what a replay asks its bus to do.

use openedx_events::event_bus::{BusError, DeadLetter, EntryId, Operations};
use openedx_events_tests::pass_on_operations;

/// Passes the calls of a replay on, and records those that change something.
pub(super) struct Recording<'a> {
    inner: &'a mut dyn Operations,
    pub(super) calls: Vec<String>,
    /// A dead letter whose replay the bus fails to remember.
    pub(super) refused: Option<EntryId>,
}

impl<'a> Recording<'a> {
    pub(super) fn of(inner: &'a mut dyn Operations) -> Self {
        Self { inner, calls: Vec::new(), refused: None }
    }
}

impl Operations for Recording<'_> {
    fn set_replaying(
        &mut self,
        topic: &str,
        group: &str,
        ids: &[EntryId],
        is_running: bool,
    ) -> Result<(), BusError> {
        let list = ids.iter().map(EntryId::as_str).collect::<Vec<_>>().join(" ");
        self.calls.push(format!("{} {list}", if is_running { "begin" } else { "end" }));
        if is_running && self.refused.as_ref().is_some_and(|refused| ids.contains(refused)) {
            return Err(BusError::permanent("refused"));
        }
        self.inner.set_replaying(topic, group, ids, is_running)
    }

    fn replaying(&mut self, topic: &str, group: &str) -> Result<Vec<EntryId>, BusError> {
        self.calls.push("replaying".to_owned());
        self.inner.replaying(topic, group)
    }

    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError> {
        self.calls.push(format!("drop {}", ids.len()));
        self.inner.drop_dead_letters(topic, group, ids)
    }

    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        self.calls.push(format!("replace {}", letter.id));
        self.inner.replace_dead_letter(topic, group, letter)
    }

    pass_on_operations!(ping topics groups cursor read lag pending seek);
}
