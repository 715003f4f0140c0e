//! Puts an entry among the group's dead letters: added and acknowledged in one transaction.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::RedisConsumer;
use crate::event_bus::{
    broker::{
        redis::{command::Commands, failure::Trouble, reply, stream_id::StreamId},
        subscription::Subscription,
    },
    wire::{
        dead_letter::{DeadLetter, Failure},
        entry::Entry,
    },
};

/// At most as many old dead letters are dropped for a new one; where there are more, for the next one.
const DROPPED_AT_ONCE: u64 = 100;

impl RedisConsumer {
    pub(super) fn add_dead_letter(
        &mut self,
        id: StreamId,
        entry: &Entry,
        failure: &Failure,
    ) -> Result<(), Trouble> {
        let Subscription { topic, group, consumer_name, .. } = self.subscription.clone();
        let letters = DeadLetter::topic(&topic, &group);
        // This also finds a key of that name that is no stream: in a transaction, the entry would be acknowledged and
        // not added.
        let dropped = self.surplus(&letters)?;
        let message = DeadLetter::message_of(entry, failure, &consumer_name);
        let mut commands = Commands::new();
        commands.push(&["MULTI"]);
        commands.add(&letters, &message);
        commands.push(&["XACK", &topic, &group, &id.to_string()]);
        if !dropped.is_empty() {
            let mut command = commands.command(2 + dropped.len());
            command.word("XDEL").word(&letters);
            for id in &dropped {
                command.word(id.to_string());
            }
        }
        commands.push(&["EXEC"]);
        let replies = self.call(&commands, Duration::ZERO)?;
        if dropped.is_empty() {
            let [added, _acknowledged] = reply::transaction(replies)?;
            reply::added(added)?;
        } else {
            let [added, _acknowledged, _deleted] = reply::transaction(replies)?;
            reply::added(added)?;
            tracing::error!(stream = letters, ids = ?dropped, "dead letters were dropped: too old, or too many");
        }
        self.in_hand.remove(&id);
        self.last_acknowledged = self.last_acknowledged.max(Some(id));
        Ok(())
    }

    /// The dead letters that are too old, or too many with another one.
    fn surplus(&mut self, letters: &str) -> Result<Vec<StreamId>, Trouble> {
        let Subscription { dead_letter_max_age, dead_letter_max_len, .. } = self.subscription;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let oldest = StreamId {
            millis: u64::try_from(now.saturating_sub(dead_letter_max_age).as_millis()).unwrap_or_default(),
            number: 0,
        };
        let mut commands = Commands::new();
        commands.push(&["XLEN", letters]);
        let before = format!("({oldest}");
        commands.push(&["XRANGE", letters, "-", &before, "COUNT", &DROPPED_AT_ONCE.to_string()]);
        let mut replies = self.call(&commands, Duration::ZERO)?.into_iter();
        let len = reply::count(replies.next().unwrap_or_default(), "XLEN")?;
        let old = reply::entries(replies.next().unwrap_or_default(), "XRANGE")?;
        let surplus = (len + 1).saturating_sub(dead_letter_max_len).min(len).min(DROPPED_AT_ONCE);
        let entries = if surplus > old.len() as u64 {
            commands.clear();
            commands.push(&["XRANGE", letters, "-", "+", "COUNT", &surplus.to_string()]);
            let mut replies = self.call(&commands, Duration::ZERO)?;
            reply::entries(replies.pop().unwrap_or_default(), "XRANGE")?
        } else {
            old
        };
        Ok(entries.into_iter().map(|(id, _)| id).collect())
    }
}
