//! Joining a group: connecting, creating it where there is none, and creating it again where it was lost.

use std::time::Instant;

use redis::Value;

use super::{RedisConsumer, is_lost_group};
use crate::event_bus::{
    broker::{
        redis::{
            command::Commands,
            failure::Trouble,
            reply::{self, Info},
            stream_id::StreamId,
        },
        subscription::{Start, Subscription},
    },
    wire::entry::EntryId,
};

/// How many of our own connections are told from those of others.
const OWN_CONNECTIONS: usize = 16;

impl RedisConsumer {
    /// Connects where there is no connection, and sees to it that there is a group.
    pub(super) fn join(&mut self) -> Result<(), Trouble> {
        if self.connection.is_none() {
            let options = &self.connector.options;
            let deadline = Instant::now() + options.connect_timeout + options.socket_timeout;
            let connection = self.connector.connect(&self.name, deadline)?;
            let (run_id, own) = &mut self.own_connections;
            if *run_id != connection.run_id {
                // A server that was started again counts from the beginning.
                run_id.clone_from(&connection.run_id);
                own.clear();
            }
            own.extend(connection.client_id);
            if own.len() > OWN_CONNECTIONS {
                own.remove(0);
            }
            self.connection = Some(connection);
            self.scan.begin();
            self.watch.forget();
        }
        if self.joined_at.is_none() {
            self.joined_at = Some(self.find_or_create()?);
        }
        Ok(())
    }

    /// Where the group is.
    fn find_or_create(&mut self) -> Result<StreamId, Trouble> {
        let Subscription { topic, group, start, .. } = self.subscription.clone();
        let at = match &start {
            Start::New => "$".to_owned(),
            Start::Backlog => "0".to_owned(),
            Start::After(id) => {
                StreamId::read(id).map_err(|error| Trouble::Settings(error.to_string()))?.to_string()
            }
        };
        if self.last_delivered()?.is_none() && self.create(&at)? {
            return Ok(self.last_delivered()?.unwrap_or(StreamId::ZERO));
        }
        if let Start::After(_) = &start {
            return Err(Trouble::GroupExists { topic, group });
        }
        Ok(self.last_delivered()?.unwrap_or(StreamId::ZERO))
    }

    /// Where the group is, if it is.
    fn last_delivered(&mut self) -> Result<Option<StreamId>, Trouble> {
        const TO: &str = "XINFO GROUPS";
        let topic = self.subscription.topic.clone();
        let groups = match reply::array(self.ask(&["XINFO", "GROUPS", &topic])?, TO) {
            Err(trouble) if is_missing_key(&trouble) => return Ok(None),
            // Whoever may not look can still read: creating says whether there is a group.
            Err(trouble) if trouble.is_refused_command() => return Ok(None),
            groups => groups?,
        };
        find_group(groups, &self.subscription.group)
            .map(|group| group.and_then(|mut group| reply::id(&group.take("last-delivered-id"))))
    }

    /// `false` where there is one already.
    fn create(&mut self, at: &str) -> Result<bool, Trouble> {
        let Subscription { topic, group, start, .. } = self.subscription.clone();
        match reply::checked(self.ask(&["XGROUP", "CREATE", &topic, &group, at, "MKSTREAM"])?) {
            Ok(_) => {
                start.log_new_group();
                Ok(true)
            }
            Err(trouble) if trouble.is("BUSYGROUP") => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    /// One command, without joining first.
    pub(super) fn ask(&mut self, words: &[&str]) -> Result<Value, Trouble> {
        let mut commands = Commands::new();
        commands.push(words);
        let deadline = Instant::now() + self.connector.options.socket_timeout;
        let connection =
            self.connection.as_mut().ok_or_else(|| Trouble::unreachable("there is no connection"))?;
        Ok(connection.call(&commands, deadline)?.pop().unwrap_or_default())
    }

    /// Creates a group that was lost: somebody deleted it or its stream, or the server lost its data.
    ///
    /// It begins where this process had come to. What is in hand comes before that where a later entry was
    /// acknowledged first, and would have no member any more.
    pub(super) fn create_again(&mut self) -> Result<(), Trouble> {
        let Subscription { topic, group, .. } = self.subscription.clone();
        let newest = match Info::read(self.ask(&["XINFO", "STREAM", &topic])?, "XINFO STREAM") {
            Ok(mut info) => reply::id(&info.take("last-generated-id")),
            Err(trouble) if is_missing_key(&trouble) => None,
            Err(trouble) if trouble.is_refused_command() => Some(StreamId::LAST),
            Err(trouble) => return Err(trouble),
        };
        let acknowledged = self.last_acknowledged.unwrap_or(StreamId::ZERO);
        let mut at = self.in_hand.first().map_or(acknowledged, |first| acknowledged.min(first.previous()));
        let restarted = newest.is_none_or(|newest| newest < acknowledged);
        if restarted {
            // The ids begin anew, below those that were acknowledged.
            at = StreamId::ZERO;
            self.last_acknowledged = None;
        }
        let created = self.create(&at.to_string())?;
        self.scan.begin();
        self.watch.forget();
        let newest = newest.filter(|_| !restarted || newest != Some(StreamId::ZERO));
        let seen_again = match newest {
            Some(newest) if newest > at && newest.millis < u64::MAX => format!(
                "entries after {at} up to {newest} are read again, those among them that were handled too"
            ),
            _ => format!("it begins after {at}"),
        };
        self.found.notes.push(if created {
            format!("group `{group}` of stream `{topic}` was lost, and is created again: {seen_again}")
        } else {
            format!("group `{group}` of stream `{topic}` was lost, and another member has created it again")
        });
        Ok(())
    }
}

/// `XINFO` answers so where there is no stream.
fn is_missing_key(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Server { text, .. } => text.contains("no such key"),
        _ => is_lost_group(trouble),
    }
}

/// What `XINFO GROUPS` says of one.
pub(super) fn find_group(groups: Vec<Value>, name: &str) -> Result<Option<Info>, Trouble> {
    for group in groups {
        let mut info = Info::read(group, "XINFO GROUPS")?;
        if reply::bytes(info.take("name")).is_some_and(|found| found == name.as_bytes()) {
            return Ok(Some(info));
        }
    }
    Ok(None)
}

/// Ids as texts that a person reads.
pub(super) fn entry_ids(ids: Vec<StreamId>) -> Vec<EntryId> {
    ids.into_iter().map(EntryId::from).collect()
}
