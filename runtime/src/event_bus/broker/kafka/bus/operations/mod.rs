//! The tools of operators: topics, groups and dead letters.

mod committed;
mod dead_letters;
mod groups;
mod merge;
mod obstacles;
mod pending;
mod seek;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::consumer::Consumer;

use self::merge::Merge;
use super::{
    Connector,
    admin::Admin,
    client_errors::create_command,
    dead_letters::{letters::Letters, writer::LetterWriter},
    ranges,
    reader::{Reader, left},
};
use crate::event_bus::{
    broker::{BusError, Cursor, Lag, Obstacle, Operations, Page, Pending, Start, TopicUse},
    wire::{DeadLetter, EntryId},
};

/// How long one call may take. A broker that restarts answers again within this time.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct KafkaOperations {
    connector: Arc<Connector>,
    reader: Reader,
    /// Set by the first request about groups.
    admin: Option<Admin>,
    /// The topic that was read last.
    merge: Option<Merge>,
    /// The dead letters that were listed last.
    letters: Option<Letters>,
    writer: Option<LetterWriter>,
    /// Whether the schema registry did not answer. Later calls do not wait for it again.
    registry_is_away: bool,
}

impl KafkaOperations {
    pub(super) fn new(connector: Arc<Connector>) -> Result<Self, BusError> {
        let reader = Reader::new(&connector)?;
        Ok(Self {
            connector,
            reader,
            admin: None,
            merge: None,
            letters: None,
            writer: None,
            registry_is_away: false,
        })
    }

    fn clients(&mut self) -> Result<(&Reader, &Admin), BusError> {
        let admin = match self.admin.take() {
            Some(admin) => admin,
            None => Admin::new(&self.connector)?,
        };
        Ok((&self.reader, self.admin.insert(admin)))
    }
}

fn deadline() -> Instant {
    Instant::now() + TIMEOUT
}

impl Operations for KafkaOperations {
    fn ping(&mut self) -> Result<(), BusError> {
        let metadata = self.reader.client().fetch_metadata(None, left(deadline()));
        self.reader.checked("cannot reach Kafka", metadata).map(drop)
    }

    fn topics(&mut self) -> Result<Vec<String>, BusError> {
        self.reader.topics(deadline())
    }

    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError> {
        let deadline = deadline();
        let Some(partitions) = self.reader.partitions(topic, deadline)? else { return Ok(None) };
        let (reader, admin) = self.clients()?;
        groups::of_topic(admin, reader, topic, &partitions, deadline).map(Some)
    }

    fn how_to_create(&self, topic: &str) -> Option<String> {
        let command = create_command(&self.connector.options.bootstrap_servers, topic);
        Some(format!("with `{command}`"))
    }

    fn cursor(&mut self, topic: &str, at: &Start) -> Result<Cursor, BusError> {
        let deadline = deadline();
        let Some(partitions) = self.reader.partitions(topic, deadline)? else {
            return Ok(merge::cursor(&BTreeMap::new()));
        };
        let ranges = ranges::of(&self.reader, topic, &partitions, deadline)?;
        Ok(merge::cursor(&ranges::start(&self.reader, topic, &ranges, at, deadline)?))
    }

    fn read(&mut self, topic: &str, cursor: &Cursor, max: usize) -> Result<Page, BusError> {
        let merge = match self.merge.take() {
            Some(merge) if merge.is_at(topic, cursor) => merge,
            _ => Merge::new(Arc::clone(&self.connector), topic, cursor)?,
        };
        self.merge.insert(merge).page(max)
    }

    fn general_obstacles(&mut self) -> Result<Vec<Obstacle>, BusError> {
        Ok(Vec::from_iter(self.registry_obstacle()))
    }

    fn obstacles(&mut self, topic_use: &TopicUse<'_>) -> Result<Vec<Obstacle>, BusError> {
        self.find_obstacles(topic_use)
    }

    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>, BusError> {
        let (reader, admin) = self.clients()?;
        pending::lag(reader, admin, topic, group, deadline())
    }

    fn lags(&mut self, topic: &str, groups: &[String]) -> Result<Vec<Vec<Lag>>, BusError> {
        let (reader, admin) = self.clients()?;
        pending::lags(reader, admin, topic, groups, deadline())
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError> {
        let (reader, admin) = self.clients()?;
        pending::list(reader, admin, topic, group, after, max, deadline())
    }

    fn dead_letters(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<DeadLetter>, BusError> {
        self.list_letters(topic, group, after, max)
    }

    fn set_replaying(
        &mut self,
        topic: &str,
        group: &str,
        ids: &[EntryId],
        is_running: bool,
    ) -> Result<(), BusError> {
        self.note_replays(topic, group, ids, is_running)
    }

    fn replaying(&mut self, topic: &str, group: &str) -> Result<Vec<EntryId>, BusError> {
        Ok(self.letters(topic, group)?.replaying().collect())
    }

    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError> {
        self.drop_letters(topic, group, ids)
    }

    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        self.replace_letter(topic, group, letter)
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        seek::seek(&self.connector, topic, group, to, deadline())
    }
}
