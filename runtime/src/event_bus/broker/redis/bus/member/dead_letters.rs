//! The stream of the group's dead letters.
//!
//! Two streams change, and in a cluster they may be in different slots, so the steps cannot be one transaction: add the
//! letter, acknowledge the entry, drop letters above the limits. Each step can be repeated. A letter that may have been added
//! already is looked for first.

use std::collections::{BTreeSet, HashMap};

use super::link::Link;
use crate::event_bus::broker::{
    Subscription,
    redis::bus::{command::Commands, failure::Trouble, fields, reply, stream_id::StreamId},
};
use crate::event_bus::wire::{DeadLetter, Entry, Failure};

/// The number of old dead letters that are dropped for a new one. The next one drops the rest.
const DROPPED_AT_ONCE: u64 = 100;
/// The number of dead letters that one command reads.
const PAGE: usize = 100;

#[derive(Default)]
pub(super) struct DeadLetters {
    /// The entries whose letter this member may have added: it sent the letter, but the entry is not acknowledged yet.
    sent: BTreeSet<StreamId>,
    known: Option<KnownLetters>,
}

/// The letters in a part of the stream.
struct KnownLetters {
    from: StreamId,
    to: StreamId,
    /// The id of each letter by that of its entry.
    letters: HashMap<StreamId, StreamId>,
}

impl DeadLetters {
    /// Adds the dead letter of `entry`, unless it is there, and acknowledges the entry. Then drops dead letters that are too
    /// old or too many.
    pub(super) fn add(
        &mut self,
        link: &mut Link,
        id: StreamId,
        entry: &Entry,
        failure: &Failure,
    ) -> Result<(), Trouble> {
        let Subscription { topic, group, consumer_name, .. } = &link.subscription.clone();
        let stream = &*DeadLetter::topic(topic, group);
        // The member that had the entry before may have added the letter.
        let may_be_there = entry.is_redelivered || self.sent.contains(&id);
        let found = if may_be_there { self.find(link, stream, id)? } else { None };
        let letter = match found {
            Some(letter) => letter,
            None => {
                let mut commands = Commands::new();
                let letter = DeadLetter::message_of(entry, failure, consumer_name);
                fields::write_add(&mut commands, stream, None, &letter);
                self.sent.insert(id);
                let added = reply::added_id(link.only(&commands)?);
                if added.is_err() {
                    self.sent.remove(&id);
                }
                added?
            }
        };
        link.ask(&["XACK", topic, group, &id.to_string()])?;
        link.handed_out.remove(id);
        let dropped = drop_surplus(link, stream, letter);
        match dropped {
            Err(trouble) if !trouble.is_refused_command() => Err(trouble),
            _ => {
                self.sent.remove(&id);
                Ok(())
            }
        }
    }

    /// Returns the id of the letter of an entry. It is not older than the entry.
    fn find(&mut self, link: &mut Link, stream: &str, entry: StreamId) -> Result<Option<StreamId>, Trouble> {
        let start = StreamId { number: 0, ..entry };
        let known = match &mut self.known {
            Some(known) if known.from <= start => known,
            known => {
                known.insert(KnownLetters { from: start, to: start.previous(), letters: HashMap::new() })
            }
        };
        loop {
            let (start, count) = (format!("({}", known.to), PAGE.to_string());
            let page =
                reply::entries(link.ask(&["XRANGE", stream, &start, "+", "COUNT", &count])?, "XRANGE")?;
            let is_last = page.len() < PAGE;
            for (id, message) in page {
                known.to = id;
                let letter = DeadLetter::from_message(id.into(), &message);
                if let Some(entry) = StreamId::parse(letter.entry_id.as_str().as_bytes()) {
                    known.letters.insert(entry, id);
                }
            }
            if is_last {
                break;
            }
        }
        let Some(letter) = known.letters.get(&entry).copied() else { return Ok(None) };
        // An operator may have removed it since.
        let is_there = link.ask(&["XRANGE", stream, &letter.to_string(), &letter.to_string()])?;
        Ok(if reply::entries(is_there, "XRANGE")?.is_empty() { None } else { Some(letter) })
    }
}

/// Drops the dead letters before `newest` that are too old or exceed the limit. The id of `newest` tells the server's time: the
/// clock of this process may be wrong.
fn drop_surplus(link: &mut Link, stream: &str, newest: StreamId) -> Result<(), Trouble> {
    let Subscription { dead_letter_max_age, dead_letter_max_len, .. } = link.subscription;
    let max_age = u64::try_from(dead_letter_max_age.as_millis()).unwrap_or(u64::MAX);
    let oldest = newest.millis.saturating_sub(max_age);
    let mut commands = Commands::new();
    commands.push(&["XLEN", stream]);
    commands.push(&["XRANGE", stream, "-", &format!("({oldest}-0"), "COUNT", &DROPPED_AT_ONCE.to_string()]);
    let [len, entries] = reply::each(link.call(&commands)?)?;
    let len = reply::count(len, "XLEN")?;
    let mut entries = reply::entries(entries, "XRANGE")?;
    let surplus = len.saturating_sub(dead_letter_max_len).min(len.saturating_sub(1)).min(DROPPED_AT_ONCE);
    if surplus > entries.len() as u64 {
        let first = link.ask(&["XRANGE", stream, "-", "+", "COUNT", &surplus.to_string()])?;
        entries = reply::entries(first, "XRANGE")?;
    }
    let dropped: Vec<_> = entries.into_iter().map(|(id, _)| id).filter(|id| *id < newest).collect();
    if let Some(last) = dropped.last() {
        link.ask(&["XTRIM", stream, "MINID", &last.next().to_string()])?;
        tracing::error!(stream, ids = ?dropped, "dead letters were dropped: too old, or too many");
    }
    Ok(())
}
