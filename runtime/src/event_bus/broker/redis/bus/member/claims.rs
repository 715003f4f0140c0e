//! Renews this member's claims on entries, and stores how many attempts were begun.
//!
//! Redis counts deliveries: 1 after `XREADGROUP`, whether or not an attempt begins. So the stored count is the number of the
//! next attempt, and only this file changes it.

use redis::Value;

use super::link::Link;
use crate::event_bus::broker::{
    Subscription,
    redis::bus::{command::Commands, failure::Trouble, reply, stream_id::StreamId},
};

/// A script that renews the claims of a member on those entries that it still has and that the stream still has. The server
/// runs it as one command.
///
/// Takes the group, the member, and for each entry its id and the count to store.
const RENEW: &str = include_str!("renew.lua");

/// Renews the claims on `entries` and stores the number of attempts of each. Skips entries that another member has now.
///
/// If a member claims an entry that the stream has dropped, Redis forgets it. It must stay pending until it is
/// acknowledged: otherwise the next member would not report it as lost.
pub(super) fn renew(link: &mut Link, entries: &[(StreamId, u32)]) -> Result<(), Trouble> {
    let result = match renew_by_script(link, entries) {
        // The script, or a command in it, may be forbidden.
        Err(trouble @ Trouble::Server { .. }) if !trouble.is_transient() => renew_by_steps(link, entries),
        result => result,
    };
    // If the group is lost, its claims are too. The next poll creates it again.
    result.or_else(|trouble| if trouble.is("NOGROUP") { Ok(()) } else { Err(trouble) })
}

fn renew_by_script(link: &mut Link, entries: &[(StreamId, u32)]) -> Result<(), Trouble> {
    let Subscription { topic, group, consumer_name, .. } = &link.subscription;
    let mut commands = Commands::new();
    let mut call = commands.script(RENEW, topic, 2 + 2 * entries.len());
    call.word(group).word(consumer_name);
    for (id, attempts) in entries {
        call.id(*id).number(next_attempt(*attempts));
    }
    drop(call);
    reply::checked(link.call(&commands)?.pop().unwrap_or_default()).map(drop)
}

/// Lists the entries and then claims those that no member took in between, which shows in their idle time.
/// Redis forgets those that the stream drops in between.
fn renew_by_steps(link: &mut Link, entries: &[(StreamId, u32)]) -> Result<(), Trouble> {
    let Subscription { topic, group, consumer_name, .. } = &link.subscription.clone();
    let mut commands = Commands::new();
    commands.push(&["XRANGE", topic, "-", "+", "COUNT", "1"]);
    for (id, _) in entries {
        let mut command = commands.command(7);
        command.word("XPENDING").word(topic).word(group).id(*id).id(*id).number(1).word(consumer_name);
    }
    let mut replies = link.call(&commands)?.into_iter();
    let oldest = oldest(replies.next().unwrap_or_default())?;
    let mut commands = Commands::new();
    for ((id, attempts), pending) in entries.iter().zip(replies) {
        let pending = reply::pending(pending)?;
        let Some(pending) = pending.first().filter(|_| *id >= oldest) else { continue };
        let mut command = commands.command(9);
        command
            .word("XCLAIM")
            .word(topic)
            .word(group)
            .word(consumer_name)
            .number(pending.idle_millis)
            .id(*id);
        command.word("RETRYCOUNT").number(next_attempt(*attempts)).word("JUSTID");
    }
    if commands.len() == 0 {
        return Ok(());
    }
    link.call(&commands)?.into_iter().try_for_each(|reply| reply::checked(reply).map(drop))
}

fn next_attempt(begun: u32) -> u64 {
    u64::from(begun) + 1
}

/// Reads the id of the oldest entry in the stream. If the stream is empty, returns an id that comes after all others.
fn oldest(reply: Value) -> Result<StreamId, Trouble> {
    match reply::entries(reply, "XRANGE") {
        Ok(entries) => Ok(entries.first().map_or(StreamId::LAST, |(id, _)| *id)),
        // If this user may not read the stream, assume that it has dropped nothing.
        Err(trouble) if trouble.is_refused_command() => Ok(StreamId::ZERO),
        Err(trouble) => Err(trouble),
    }
}
