//! What operators do to streams, groups and dead letters.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::Value;

use super::{
    command::Commands, connection::Connection, connector::Connector, failure::Trouble, reply,
    stream_id::StreamId,
};
use crate::event_bus::{
    broker::{
        error::BusError,
        operations::{Operations, Pending},
        subscription::Start,
    },
    wire::{
        dead_letter::DeadLetter,
        entry::{Entry, EntryId},
    },
};

pub(super) struct RedisOperations {
    connector: Arc<Connector>,
    connection: Option<Connection>,
    name: String,
}

impl RedisOperations {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        let name = super::member::client_name(&connector.options.service_name, &["operations"]);
        Self { connector, connection: None, name }
    }

    /// One command and its reply.
    fn ask(&mut self, words: &[&str]) -> Result<Value, Trouble> {
        let mut commands = Commands::new();
        commands.push(words);
        reply::checked(self.call(&commands)?.pop().unwrap_or_default())
    }

    /// Commands and their replies.
    fn call(&mut self, commands: &Commands) -> Result<Vec<Value>, Trouble> {
        let timeout = self.connector.options.socket_timeout;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let limit = Instant::now() + self.connector.options.connect_timeout + timeout;
                self.connector.connect(&self.name, limit)?
            }
        };
        let replies = connection.call(commands, Instant::now() + timeout)?;
        if !replies.iter().any(reply::breaks_connection) {
            self.connection = Some(connection);
        }
        Ok(replies)
    }

    fn range(&mut self, stream: &str, after: Option<&EntryId>, max: usize) -> Result<Vec<Entry>, BusError> {
        let start = start(after)?;
        let entries = self
            .ask(&["XRANGE", stream, &start, "+", "COUNT", &max.to_string()])
            .and_then(|reply| reply::entries(reply, "XRANGE"))
            .map_err(|trouble| trouble.into_error(&format!("cannot read stream `{stream}`")))?;
        let entries =
            entries.into_iter().filter_map(|(id, message)| Some(Entry::new(id.into(), message?, 1)));
        Ok(entries.collect())
    }
}

/// Where a range begins that has what comes after an id.
fn start(after: Option<&EntryId>) -> Result<String, BusError> {
    after.map_or(Ok("-".to_owned()), |id| Ok(format!("({}", StreamId::read(id)?)))
}

impl Operations for RedisOperations {
    fn read(&mut self, topic: &str, after: Option<&EntryId>, max: usize) -> Result<Vec<Entry>, BusError> {
        self.range(topic, after, max)
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError> {
        let start = start(after)?;
        let pending = self
            .ask(&["XPENDING", topic, group, &start, "+", &max.to_string()])
            .and_then(reply::pending)
            .map_err(|trouble| {
                trouble.into_error(&format!("cannot read what group `{group}` of `{topic}` has"))
            })?;
        let pending = pending.into_iter().map(|held| Pending {
            id: held.id.into(),
            consumer_name: held.consumer,
            idle: Duration::from_millis(held.idle_millis),
            attempts: u32::try_from(held.deliveries).unwrap_or(u32::MAX),
        });
        Ok(pending.collect())
    }

    fn dead_letters(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<DeadLetter>, BusError> {
        let letters = self.range(&DeadLetter::topic(topic, group), after, max)?;
        Ok(letters.into_iter().map(|entry| DeadLetter::from_message(entry.id, &entry.message)).collect())
    }

    fn drop_dead_letters(&mut self, topic: &str, group: &str, ids: &[EntryId]) -> Result<u64, BusError> {
        if ids.is_empty() {
            return Ok(0);
        }
        let stream = DeadLetter::topic(topic, group);
        for id in ids {
            StreamId::read(id)?;
        }
        let words: Vec<&str> = ["XDEL", &stream].into_iter().chain(ids.iter().map(EntryId::as_str)).collect();
        self.ask(&words)
            .and_then(|reply| reply::count(reply, "XDEL"))
            .map_err(|trouble| trouble.into_error(&format!("cannot drop dead letters of `{stream}`")))
    }

    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        let stream = DeadLetter::topic(topic, group);
        let old = StreamId::read(&letter.id)?.to_string();
        let mut commands = Commands::new();
        commands.push(&["MULTI"]);
        commands.add(&stream, &letter.to_message());
        commands.push(&["XDEL", &stream, &old]);
        commands.push(&["EXEC"]);
        self.call(&commands)
            .and_then(|replies| {
                let [added, _deleted] = reply::transaction(replies)?;
                reply::added(added)
            })
            .map_err(|trouble| trouble.into_error(&format!("cannot replace a dead letter of `{stream}`")))
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        let to = match to {
            Start::New => "$".to_owned(),
            Start::Backlog => "0".to_owned(),
            Start::After(id) => StreamId::read(id)?.to_string(),
        };
        let mut result = self.ask(&["XGROUP", "SETID", topic, group, &to]);
        // Redis says `NOGROUP` where the group is missing, and something else where the stream is.
        let missing = |trouble: &Trouble| match trouble {
            Trouble::Server { code, text } => code == "NOGROUP" || text.contains("requires the key to exist"),
            _ => false,
        };
        let is_new = result.as_ref().is_err_and(missing);
        if is_new {
            result = self.ask(&["XGROUP", "CREATE", topic, group, &to, "MKSTREAM"]);
        }
        result
            .map(|_| is_new)
            .map_err(|trouble| trouble.into_error(&format!("cannot move group `{group}` of `{topic}`")))
    }
}
