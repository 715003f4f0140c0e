//! Reads the entries that no member has received yet.

use std::time::{Duration, Instant};

use super::{
    link::Link,
    watch::{Watch, write_check},
};
use crate::event_bus::broker::{
    Polled, Subscription,
    redis::bus::{
        command::Commands,
        failure::Trouble,
        reply::{self, StreamEntry},
    },
};
use crate::event_bus::wire::Entry;

/// Adds new entries to `found`, without waiting for them.
pub(super) fn read(
    watch: &mut Watch,
    link: &mut Link,
    max: usize,
    found: &mut Polled,
) -> Result<(), Trouble> {
    let entries = if watch.is_blind { read_only(link, max)? } else { read_checked(watch, link, max, found)? };
    hand_out(watch, link, entries, found);
    Ok(())
}

/// Checks for losses and reads in one step.
fn read_checked(
    watch: &mut Watch,
    link: &mut Link,
    max: usize,
    found: &mut Polled,
) -> Result<Vec<StreamEntry>, Trouble> {
    let mut commands = Commands::new();
    // The server runs commands that arrive together without a pause, as a rule. (A transaction would need more rights; a
    // server without free memory refuses it; and a read whose `MULTI` was refused would take entries whose reply nobody sees.)
    write_check(&mut commands, &link.subscription);
    write_read(&mut commands, &link.subscription, max, None);
    let [check, read] = reply::each(link.call(&commands)?)?;
    // Even if the read failed: the server reports each loss only once.
    watch.take(check, &link.subscription, found);
    reply::new_entries(read)
}

/// Waits for new entries until `deadline`, or until somebody wakes this member.
pub(super) fn wait(
    watch: &mut Watch,
    link: &mut Link,
    max: usize,
    deadline: Instant,
    found: &mut Polled,
) -> Result<(), Trouble> {
    let checks = !watch.is_blind;
    let (replies, result) = link.wait(deadline, |subscription, wait| {
        let mut commands = Commands::new();
        // More entries than the stream keeps may come before the read begins. It then jumps over a gap and does not
        // wait.
        if checks {
            write_check(&mut commands, subscription);
        }
        write_read(&mut commands, subscription, max, Some(wait));
        commands
    });
    let mut replies = replies.into_iter();
    // Even if the read failed: the server reports each loss only once.
    if checks && let Some(check) = replies.next() {
        watch.take(check, &link.subscription, found);
    }
    result?;
    let entries = reply::new_entries(replies.next().unwrap_or_default())?;
    hand_out(watch, link, entries, found);
    Ok(())
}

fn hand_out(watch: &mut Watch, link: &mut Link, entries: Vec<StreamEntry>, found: &mut Polled) {
    if let Some((last, _)) = entries.last() {
        watch.read_up_to(*last);
    }
    for (id, message) in entries {
        // A group that was moved back delivers again what is not acknowledged yet.
        if link.handed_out.insert(id) {
            found.entries.push(Entry::new(id.into(), message, 1));
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
