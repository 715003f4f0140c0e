//! Reads the entries that no member has received yet.

use std::time::{Duration, Instant};

use redis::Value;

use super::{link::Link, watch::Watch, window};
use crate::event_bus::broker::{
    Polled, Subscription,
    redis::bus::{
        command::Commands,
        failure::Trouble,
        reply::{self, StreamEntry},
    },
};

/// Adds new entries to `found`, without waiting for them.
pub(super) fn read(
    watch: &mut Watch,
    link: &mut Link,
    max: usize,
    found: &mut Polled,
) -> Result<(), Trouble> {
    if watch.is_blind {
        let entries = read_only(link, max)?;
        hand_out(watch, link, entries, found);
        return Ok(());
    }
    let replies = link.call(&look_and_read(watch, &link.subscription, max))?;
    take(watch, link, replies, found)
}

/// Begins to read new entries.
pub(super) fn begin(watch: &Watch, link: &mut Link, max: usize) -> Result<(), Trouble> {
    let commands = look_and_read(watch, &link.subscription, max);
    link.begin(&commands)
}

/// Adds the entries of a read that was [begun](begin), if there is one.
pub(super) fn finish(watch: &mut Watch, link: &mut Link, found: &mut Polled) -> Result<(), Trouble> {
    match link.finish()? {
        Some(replies) => take(watch, link, replies, found),
        None => Ok(()),
    }
}

fn look_and_read(watch: &Watch, subscription: &Subscription, max: usize) -> Commands {
    let mut commands = Commands::new();
    // The server runs commands that arrive together without a pause, as a rule. (A transaction would need more rights; a
    // server without free memory refuses it; and a read whose `MULTI` was refused would take entries whose reply is lost.)
    watch.write_look(&mut commands, subscription);
    write_read(&mut commands, subscription, max, None);
    commands
}

fn take(watch: &mut Watch, link: &mut Link, replies: Vec<Value>, found: &mut Polled) -> Result<(), Trouble> {
    let [seen, read] = reply::each(replies)?;
    // Even if the read failed, the look may have found a loss.
    watch.take(seen, &link.subscription, found);
    hand_out(watch, link, reply::new_entries(read)?, found);
    // Another member read in between, or the stream dropped entries.
    if watch.is_in_doubt() { look(watch, link, found) } else { Ok(()) }
}

/// Looks at the group.
pub(super) fn look(watch: &mut Watch, link: &mut Link, found: &mut Polled) -> Result<(), Trouble> {
    let mut commands = Commands::new();
    watch.write_look(&mut commands, &link.subscription);
    watch.take(link.only(&commands)?, &link.subscription, found);
    Ok(())
}

/// Waits for new entries until `deadline`, or until this member is woken.
pub(super) fn wait(
    watch: &mut Watch,
    link: &mut Link,
    max: usize,
    deadline: Instant,
    found: &mut Polled,
) -> Result<(), Trouble> {
    let looks = !watch.is_blind;
    let (replies, result) = link.wait(deadline, |subscription, wait| {
        let mut commands = Commands::new();
        // More entries than the stream keeps may come before the read begins. It then jumps over a gap and does not
        // wait.
        if looks {
            watch.write_look(&mut commands, subscription);
        }
        write_read(&mut commands, subscription, max, Some(wait));
        if looks {
            watch.write_look(&mut commands, subscription);
        }
        commands
    });
    let mut replies = replies.into_iter();
    if looks && let Some(look) = replies.next() {
        watch.take(look, &link.subscription, found);
    }
    if let Some(read) = replies.next() {
        hand_out(watch, link, reply::new_entries(read)?, found);
    }
    if let Some(look) = replies.next() {
        watch.take(look, &link.subscription, found);
    }
    result
}

fn hand_out(watch: &mut Watch, link: &mut Link, entries: Vec<StreamEntry>, found: &mut Polled) {
    watch.has_read(entries.iter().map(|(id, _)| *id));
    let end = window::end(&link.subscription);
    for (id, message) in entries {
        // Meanwhile, another member has read some entries before the end. This one stays pending.
        if end.is_some_and(|end| id >= end) {
            continue;
        }
        // A group that was moved back delivers again what is not acknowledged yet.
        if link.handed_out.insert(id) {
            found.entries.push(id.deliver(message));
        }
    }
}

fn read_only(link: &mut Link, max: usize) -> Result<Vec<StreamEntry>, Trouble> {
    let mut commands = Commands::new();
    write_read(&mut commands, &link.subscription, max, None);
    reply::new_entries(link.call(&commands)?.pop().unwrap_or_default())
}

fn write_read(commands: &mut Commands, subscription: &Subscription, max: usize, block: Option<Duration>) {
    let Subscription { topic, group, consumer_name, .. } = subscription;
    let mut command = commands.command(if block.is_some() { 11 } else { 9 });
    command.word("XREADGROUP").word("GROUP").word(group).word(consumer_name);
    command.word("COUNT").number(max as u64);
    if let Some(block) = block {
        // Zero would mean no limit.
        command.word("BLOCK").number(u64::try_from(block.as_millis()).unwrap_or(u64::MAX).max(1));
    }
    command.word("STREAMS").word(topic).word(">");
}
