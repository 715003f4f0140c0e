//! The tools of operators: streams, groups and dead letters.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use redis::Value;

use super::{
    command::Commands,
    connection::ServerConnection,
    connector::Connector,
    failure::Trouble,
    fields,
    group_start::{GroupStart, StreamInfo},
    member, reply,
    stream_id::StreamId,
};
use crate::event_bus::{
    broker::{BusError, Cursor, Lag, Operations, Page, Pending, Start, Subscription},
    wire::{DeadLetter, EntryId, Message},
};

pub(super) struct RedisOperations {
    connector: Arc<Connector>,
    connection: Option<ServerConnection>,
    client_name: String,
    /// Whether the operator knows that this user may not remember replays.
    warned: bool,
}

impl RedisOperations {
    pub(super) fn new(connector: Arc<Connector>) -> Self {
        let client_name = connector.client_name(&["operations"]);
        Self { connector, connection: None, client_name, warned: false }
    }

    /// Runs one command. Returns its reply.
    pub(super) fn ask(&mut self, words: &[&str]) -> Result<Value, Trouble> {
        let mut commands = Commands::new();
        commands.push(words);
        reply::checked(self.call(&commands)?.pop().unwrap_or_default())
    }

    /// Runs commands. Returns a reply for each, error replies included.
    pub(super) fn call(&mut self, commands: &Commands) -> Result<Vec<Value>, Trouble> {
        let timeout = self.connector.options.socket_timeout;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let limit = Instant::now() + self.connector.options.connect_timeout + timeout;
                self.connector.connect(&self.client_name, limit)?
            }
        };
        let replies = connection.call(commands, Instant::now() + timeout)?;
        if !replies.iter().any(reply::breaks_connection) {
            self.connection = Some(connection);
        }
        Ok(replies)
    }
}

impl RedisOperations {
    /// Returns the id of the newest entry; zero if the stream has none.
    fn newest(&mut self, stream: &str) -> Result<StreamId, Trouble> {
        let newest = reply::entries(self.ask(&["XREVRANGE", stream, "+", "-", "COUNT", "1"])?, "XREVRANGE")?;
        Ok(newest.first().map_or(StreamId::ZERO, |(id, _)| *id))
    }

    /// Adds a dead letter. If the connection breaks, looks whether it is there before adding it again.
    fn add_letter(&mut self, stream: &str, letter: &DeadLetter) -> Result<StreamId, Trouble> {
        let newest = self.newest(stream)?;
        let mut commands = Commands::new();
        fields::write_add(&mut commands, stream, None, &letter.to_message());
        let add = |this: &mut Self| reply::added_id(this.call(&commands)?.pop().unwrap_or_default());
        let trouble = match add(self) {
            Err(trouble @ Trouble::Connection { .. }) => trouble,
            added => return added,
        };
        let later = self.ask(&["XRANGE", stream, &format!("({newest}"), "+"]).map_err(|_| trouble)?;
        let is_it = |(id, message): (StreamId, Message)| {
            let entry_id = DeadLetter::from_message(id.into(), &message).entry_id;
            (entry_id == letter.entry_id).then_some(id)
        };
        let added = reply::entries(later, "XRANGE")?.into_iter().find_map(is_it);
        added.map_or_else(|| add(self), Ok)
    }
}

/// Returns the start of a range: after an id, or with the oldest entry.
fn start(after: Option<&EntryId>) -> Result<String, BusError> {
    after.map_or(Ok("-".to_owned()), |id| Ok(format!("({}", StreamId::read(id)?)))
}

/// How long [`RedisOperations::topics`] looks for streams. A server may have millions of other keys.
const SCAN_TIME: Duration = Duration::from_secs(1);

impl Operations for RedisOperations {
    fn ping(&mut self) -> Result<(), BusError> {
        match self.ask(&["PING"]) {
            // The server answers, but does not let this user ask.
            Err(trouble) if trouble.is_refused_command() => Ok(()),
            reply => reply.map(drop).map_err(|trouble| trouble.into_error("the server does not answer")),
        }
    }

    fn topics(&mut self) -> Result<Vec<String>, BusError> {
        let deadline = Instant::now() + SCAN_TIME;
        let (mut topics, mut cursor) = (Vec::new(), "0".to_owned());
        loop {
            let page = self
                .ask(&["SCAN", &cursor, "COUNT", "1000", "TYPE", "stream"])
                .and_then(reply::scanned)
                .map_err(|trouble| trouble.into_error("cannot list the streams"))?;
            cursor = page.0;
            topics.extend(page.1);
            if cursor == "0" || Instant::now() > deadline {
                return Ok(topics);
            }
        }
    }

    fn groups(&mut self, topic: &str) -> Result<Option<Vec<String>>, BusError> {
        let groups = self.ask(&["XINFO", "GROUPS", topic]).and_then(reply::groups);
        match groups {
            Err(trouble) if trouble.is_missing_key() => Ok(None),
            groups => {
                let action = || format!("cannot list the groups of stream `{topic}`");
                groups.map(Some).map_err(|trouble| trouble.into_error(&action()))
            }
        }
    }

    fn cursor(&mut self, topic: &str, at: &Start) -> Result<Cursor, BusError> {
        let newest = |this: &mut Self| {
            this.newest(topic).map_err(|trouble| trouble.into_error(&format!("cannot read stream `{topic}`")))
        };
        let id = match at {
            Start::New => newest(self)?,
            Start::Backlog => StreamId::ZERO,
            // Unlike a group, a reader may wait for an entry that the stream does not have yet.
            Start::After(id) => StreamId::read(id)?,
            // A reader at a time in the future would skip the entries that are added until then.
            Start::At(time) => StreamId::at(*time).previous().min(newest(self)?),
        };
        Ok(Cursor::new(id.text().as_str()))
    }

    fn read(&mut self, topic: &str, cursor: &Cursor, max: usize) -> Result<Page, BusError> {
        let entries = self
            .ask(&["XRANGE", topic, &format!("({}", cursor.as_str()), "+", "COUNT", &max.to_string()])
            .and_then(|reply| reply::entries(reply, "XRANGE"))
            .map_err(|trouble| trouble.into_error(&format!("cannot read stream `{topic}`")))?;
        let entries = entries.into_iter().map(|(id, message)| id.deliver(message)).collect();
        Ok(Page::after(cursor, entries))
    }

    fn lag(&mut self, topic: &str, group: &str) -> Result<Vec<Lag>, BusError> {
        let lag = self.lag_of(topic, group).map_err(|trouble| {
            trouble.into_error(&format!(
                "cannot count the entries that group `{group}` of stream `{topic}` has not read"
            ))
        })?;
        Ok(vec![lag])
    }

    fn pending(
        &mut self,
        topic: &str,
        group: &str,
        after: Option<&EntryId>,
        max: usize,
    ) -> Result<Vec<Pending>, BusError> {
        let action = || format!("cannot list the pending entries of group `{group}` of stream `{topic}`");
        let pending = self
            .ask(&["XPENDING", topic, group, &start(after)?, "+", &max.to_string()])
            .and_then(reply::pending)
            .map_err(|trouble| trouble.into_error(&action()))?;
        let pending = pending.into_iter().map(|pending| Pending {
            id: pending.id.into(),
            consumer_name: pending.consumer_name,
            idle: Duration::from_millis(pending.idle_millis),
            // The count of deliveries is the number of the next attempt.
            attempts: u32::try_from(pending.deliveries.saturating_sub(1)).unwrap_or(u32::MAX),
        });
        Ok(pending.collect())
    }

    fn set_replaying(
        &mut self,
        topic: &str,
        group: &str,
        ids: &[EntryId],
        is_running: bool,
    ) -> Result<(), BusError> {
        let stream = DeadLetter::topic(topic, group);
        let ids: Vec<_> = ids.iter().map(StreamId::read).collect::<Result<_, _>>()?;
        let set = if ids.is_empty() {
            Ok(())
        } else if is_running {
            self.begin_replays(&stream, &ids)
        } else {
            self.end_replays(&stream, &ids)
        };
        match set {
            Err(trouble) if trouble.is_refused_command() => {
                if !std::mem::replace(&mut self.warned, true) {
                    let error = crate::error::chain(&trouble.into_error("the replay is not remembered"));
                    tracing::warn!(
                        stream,
                        error,
                        "if a receiver crashes this process, the next replay will not skip the dead letter"
                    );
                }
                Ok(())
            }
            set => set.map_err(|trouble| {
                trouble.into_error(&format!("cannot remember replays of dead letters of stream `{stream}`"))
            }),
        }
    }

    fn replaying(&mut self, topic: &str, group: &str) -> Result<Vec<EntryId>, BusError> {
        let stream = DeadLetter::topic(topic, group);
        self.replays(&stream)
            .map_err(|trouble| trouble.into_error(&format!("cannot list the replays of stream `{stream}`")))
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
            .map_err(|trouble| trouble.into_error(&format!("cannot drop dead letters of stream `{stream}`")))
    }

    fn replace_dead_letter(
        &mut self,
        topic: &str,
        group: &str,
        letter: &DeadLetter,
    ) -> Result<EntryId, BusError> {
        let stream = DeadLetter::topic(topic, group);
        let old = StreamId::read(&letter.id)?;
        // The old dead letter is removed only after the new one is stored.
        self.add_letter(&stream, letter)
            .and_then(|added| {
                let delete = |this: &mut Self| this.ask(&["XDEL", &stream, &old.to_string()]);
                match delete(self) {
                    Err(Trouble::Connection { .. }) => delete(self),
                    deleted => deleted,
                }?;
                Ok(added.into())
            })
            .map_err(|trouble| {
                trouble.into_error(&format!("cannot replace a dead letter of stream `{stream}`"))
            })
    }

    fn seek(&mut self, topic: &str, group: &str, to: &Start) -> Result<bool, BusError> {
        let stream = StreamInfo::read(self.ask(&["XINFO", "STREAM", topic])).unwrap_or(StreamInfo::Unknown);
        let to = GroupStart::of(to, &stream)?;
        // Marks the entries that the group has lost until now, so that its next member reports them. If this user may not do
        // that, they are forgotten.
        let mut look = Commands::new();
        member::write_look(&mut look, &Subscription::new(topic, group, member::NOBODY));
        let _ = self.call(&look);
        let mut result = to.with_words(&["XGROUP", "SETID", topic, group], &[], |words| self.ask(words));
        // Redis replies `NOGROUP` if the group is missing, and another error if the stream is.
        let is_new = matches!(&result, Err(Trouble::Server { code, text })
            if code == "NOGROUP" || text.contains("requires the key to exist"));
        if is_new {
            result =
                to.with_words(&["XGROUP", "CREATE", topic, group], &["MKSTREAM"], |words| self.ask(words));
        }
        result.map(|_| is_new).map_err(|trouble| {
            trouble.into_error(&format!("cannot move group `{group}` of stream `{topic}`"))
        })
    }
}
