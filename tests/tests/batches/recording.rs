//! Records what a replay asks its bus to do.

use openedx_events::event_bus::{
    BusError, Cursor, DeadLetter, EntryId, Lag, Operations, Page, Pending, Start,
};

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

    fn ping(&mut self) -> Result<(), BusError> {
        self.inner.ping()
    }

    fn topics(&mut self) -> Result<Vec<String>, BusError> {
        self.inner.topics()
    }

    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError> {
        self.inner.groups(topic)
    }

    fn cursor(&mut self, topic: &str, at: &Start) -> Result<Cursor, BusError> {
        self.inner.cursor(topic, at)
    }

    fn read(&mut self, topic: &str, cursor: &Cursor, max: usize) -> Result<Page, BusError> {
        self.inner.read(topic, cursor, max)
    }

    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>, BusError> {
        self.inner.lag(topic, group)
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError> {
        self.inner.pending(topic, group, after, max)
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        self.inner.seek(topic, group, to)
    }
}
