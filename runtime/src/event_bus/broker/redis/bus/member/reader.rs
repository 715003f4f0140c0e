//! Reads the entries that no member has received yet.

use std::time::{Duration, Instant};

use super::{
    link::Link,
    watch::{self, Watch},
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

#[derive(Default)]
pub(super) struct Reader {
    pub(super) watch: Watch,
}

impl Reader {
    /// Adds new entries to `found`, without waiting for them.
    pub(super) fn read(&mut self, link: &mut Link, max: usize, found: &mut Polled) -> Result<(), Trouble> {
        let checked = if self.watch.is_blind { None } else { Some(self.read_checked(link, max, found)) };
        let entries = match checked {
            Some(Err(trouble)) if trouble.is_refused_command() => {
                let entries = read_only(link, max)?;
                self.watch.give_up(&link.subscription, found);
                entries
            }
            Some(entries) => entries?,
            None => read_only(link, max)?,
        };
        self.hand_out(link, entries, found);
        Ok(())
    }

    /// Checks for losses and reads in one step.
    fn read_checked(
        &mut self,
        link: &mut Link,
        max: usize,
        found: &mut Polled,
    ) -> Result<Vec<StreamEntry>, Trouble> {
        let mut commands = Commands::new();
        commands.push(&["MULTI"]);
        watch::write_check(&mut commands, &link.subscription);
        write_read(&mut commands, &link.subscription, max, None);
        commands.push(&["EXEC"]);
        let [check, read] = reply::transaction(link.call(&commands)?)?;
        // If the group is missing, this reply says so, and the check found nothing.
        let entries = reply::new_entries(read)?;
        self.watch.take(check, &link.subscription, found);
        Ok(entries)
    }

    /// Waits for new entries until `deadline`, or until somebody wakes this member.
    pub(super) fn wait(
        &mut self,
        link: &mut Link,
        max: usize,
        deadline: Instant,
        found: &mut Polled,
    ) -> Result<(), Trouble> {
        let checks = !self.watch.is_blind;
        let (replies, result) = link.wait(deadline, |subscription, wait| {
            let mut commands = Commands::new();
            // More entries than the stream keeps may come before the read begins. It then jumps over a gap and does not
            // wait. The server runs commands that arrive together without a pause between them.
            if checks {
                watch::write_check(&mut commands, subscription);
            }
            write_read(&mut commands, subscription, max, Some(wait));
            commands
        });
        let mut replies = replies.into_iter();
        // Even if the read failed: the server reports each loss only once.
        if checks && let Some(check) = replies.next() {
            self.watch.take(check, &link.subscription, found);
        }
        result?;
        let entries = reply::new_entries(replies.next().unwrap_or_default())?;
        self.hand_out(link, entries, found);
        Ok(())
    }

    fn hand_out(&mut self, link: &mut Link, entries: Vec<StreamEntry>, found: &mut Polled) {
        if let Some((last, _)) = entries.last() {
            self.watch.read_up_to(*last);
        }
        for (id, message) in entries {
            // A group that was moved back delivers again what is not acknowledged yet.
            if link.handed_out.insert(id) {
                found.entries.push(Entry::new(id.into(), message, 1));
            }
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
