//! The stream of the group's dead letters.

use std::time::{SystemTime, UNIX_EPOCH};

use super::link::Link;
use crate::event_bus::broker::{
    Subscription,
    redis::bus::{command::Commands, failure::Trouble, fields, reply, stream_id::StreamId},
};
use crate::event_bus::wire::{DeadLetter, Entry, Failure};

/// The number of old dead letters that are dropped for a new one. The next one drops the rest.
const DROPPED_AT_ONCE: u64 = 100;

/// Adds the dead letter of `entry` and acknowledges the entry, in one transaction. Drops dead letters that are too old
/// or too many.
pub(super) fn add(link: &mut Link, id: StreamId, entry: &Entry, failure: &Failure) -> Result<(), Trouble> {
    let Subscription { topic, group, consumer_name, .. } = &link.subscription.clone();
    let stream = &*DeadLetter::topic(topic, group);
    // This fails if the key is not a stream. The transaction would acknowledge the entry then, and not add the letter.
    let dropped = surplus(link, stream)?;
    let mut commands = Commands::new();
    commands.push(&["MULTI"]);
    let letter = DeadLetter::message_of(entry, failure, consumer_name);
    fields::write_add(&mut commands, stream, None, &letter);
    commands.command(4).word("XACK").word(topic).word(group).id(id);
    // Without old ones, this drops nothing.
    let oldest = dropped.last().map_or(StreamId::ZERO, |id| id.next());
    commands.command(4).word("XTRIM").word(stream).word("MINID").id(oldest);
    commands.push(&["EXEC"]);
    let [added, _acknowledged, _trimmed] = reply::transaction(link.call(&commands)?)?;
    reply::added(added)?;
    if !dropped.is_empty() {
        tracing::error!(stream, ids = ?dropped, "dead letters were dropped: too old, or too many");
    }
    link.handed_out.remove(id);
    Ok(())
}

/// Returns the dead letters that are too old, or that exceed the limit once another one is added.
fn surplus(link: &mut Link, stream: &str) -> Result<Vec<StreamId>, Trouble> {
    let Subscription { dead_letter_max_age, dead_letter_max_len, .. } = link.subscription;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let oldest = u64::try_from(now.saturating_sub(dead_letter_max_age).as_millis()).unwrap_or_default();
    let mut commands = Commands::new();
    commands.push(&["XLEN", stream]);
    commands.push(&["XRANGE", stream, "-", &format!("({oldest}-0"), "COUNT", &DROPPED_AT_ONCE.to_string()]);
    let mut replies = link.call(&commands)?.into_iter();
    let len = reply::count(replies.next().unwrap_or_default(), "XLEN")?;
    let mut entries = reply::entries(replies.next().unwrap_or_default(), "XRANGE")?;
    let surplus = (len + 1).saturating_sub(dead_letter_max_len).min(len).min(DROPPED_AT_ONCE);
    if surplus > entries.len() as u64 {
        let first = link.ask(&["XRANGE", stream, "-", "+", "COUNT", &surplus.to_string()])?;
        entries = reply::entries(first, "XRANGE")?;
    }
    Ok(entries.into_iter().map(|(id, _)| id).collect())
}
