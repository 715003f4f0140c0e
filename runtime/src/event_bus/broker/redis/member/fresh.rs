//! Entries that no member was handed, and those that were dropped before any was.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use redis::Value;

use super::{RedisConsumer, group::find_group, script::CHECK};
use crate::event_bus::broker::{
    contract::Lost,
    redis::{
        command::Commands,
        failure::Trouble,
        reply::{self, Info},
        stream_id::StreamId,
    },
    subscription::Subscription,
};

/// Without a way to be woken, a wait is cut into pieces of this length.
const PIECE: Duration = Duration::from_millis(400);

/// How losses are noticed.
pub(super) struct Watch {
    means: Means,
    /// Where the group was, and whether its count was known, when this member last looked.
    group: Option<(StreamId, bool)>,
    /// An entry that comes next and was there, for servers that count nothing.
    next: Option<StreamId>,
}

/// What the server has and lets us call, the best first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Means {
    /// A script, from Redis 7.0: exact.
    Script,
    /// `XINFO`: certain losses only, and not how many.
    Info,
    /// Nothing.
    Blind,
}

impl Watch {
    pub(super) fn new(emulate_6_2: bool) -> Self {
        Self { means: if emulate_6_2 { Means::Info } else { Means::Script }, group: None, next: None }
    }

    pub(super) fn forget(&mut self) {
        self.group = None;
        self.next = None;
    }
}

impl RedisConsumer {
    /// Hands out new entries, without waiting.
    pub(super) fn fresh(&mut self, max: usize) -> Result<(), Trouble> {
        let entries = loop {
            let result = match self.watch.means {
                Means::Script => self.read_after_script(max),
                Means::Info => self.read_after_info(max),
                Means::Blind => self.read(max),
            };
            match (self.watch.means, result) {
                (Means::Script, Err(trouble)) if trouble.is_refused_command() => {
                    self.watch.means = Means::Info;
                }
                (Means::Info, Err(trouble)) if trouble.is_refused_command() => {
                    self.watch.means = Means::Blind;
                    let topic = &self.subscription.topic;
                    self.found.notes.push(format!(
                        "entries of stream `{topic}` that are dropped before they are read go unnoticed: the server \
                         forbids `XINFO`"
                    ));
                }
                (_, result) => break result?,
            }
        };
        let last = entries.last().map(|(id, _)| *id);
        if let (Some(last), Some((read, _))) = (last, &mut self.watch.group) {
            *read = last;
        }
        self.hand_out_new(entries);
        if self.watch.means == Means::Info {
            self.watch.next = match last {
                Some(last) if self.found.entries.len() >= max => self.peek(last)?,
                _ => None,
            };
        }
        Ok(())
    }

    fn read(&mut self, max: usize) -> Result<Vec<reply::StreamEntry>, Trouble> {
        let mut commands = Commands::new();
        self.write_read(&mut commands, max, None);
        let mut replies = self.call(&commands, Duration::ZERO)?;
        reply::read(replies.pop().unwrap_or_default())
    }

    fn write_read(&self, commands: &mut Commands, max: usize, block: Option<Duration>) {
        let Subscription { topic, group, consumer_name, .. } = &self.subscription;
        let mut command = commands.command(if block.is_some() { 11 } else { 9 });
        command
            .word("XREADGROUP")
            .word("GROUP")
            .word(group)
            .word(consumer_name)
            .word("COUNT")
            .number(max as u64);
        if let Some(block) = block {
            // Zero would be for ever.
            command.word("BLOCK").number(u64::try_from(block.as_millis()).unwrap_or(u64::MAX).max(1));
        }
        command.word("STREAMS").word(topic).word(">");
    }

    fn read_after_script(&mut self, max: usize) -> Result<Vec<reply::StreamEntry>, Trouble> {
        let mut commands = Commands::new();
        commands.push(&["MULTI"]);
        self.write_check(&mut commands);
        self.write_read(&mut commands, max, None);
        commands.push(&["EXEC"]);
        let replies = self.call(&commands, Duration::ZERO)?;
        let [check, read] = reply::transaction(replies)?;
        // A group that is missing is told by this one.
        let entries = reply::read(read)?;
        // What was read is in hand, whatever became of the script.
        self.take_check(check);
        Ok(entries)
    }

    fn write_check(&self, commands: &mut Commands) {
        let Subscription { topic, group, .. } = &self.subscription;
        CHECK.call(commands, topic, 1).word(group);
    }

    fn take_check(&mut self, check: Value) {
        let check = match reply::checked(check) {
            Ok(Value::Array(check)) => check,
            Err(trouble) if trouble.is_transient() => return,
            _ => vec![Value::Int(0)],
        };
        match check.as_slice() {
            // There was no group a moment ago.
            [] => {}
            [Value::Int(1), read_to, first, dropped, was_known, is_known, deleted] => {
                let last = reply::id(read_to).unwrap_or_default();
                if let Some(count @ 1..) = reply::number(dropped) {
                    self.lost_unread(last, reply::id(first), Some(count));
                }
                let is_true = |value| reply::number(value) == Some(1);
                if !is_true(was_known) {
                    self.notice_move(last, reply::id(deleted).unwrap_or_default());
                }
                self.watch.group = Some((last, is_true(is_known)));
            }
            _ => self.watch.means = Means::Info,
        }
    }

    /// A group whose count became unknown was moved by hand, or by a Python consumer that started.
    fn notice_move(&mut self, last: StreamId, newest_deleted: StreamId) {
        let Some((before, true)) = self.watch.group else { return };
        if last == before || newest_deleted > before {
            return;
        }
        let Subscription { topic, group, .. } = &self.subscription;
        self.found.notes.push(if last > before {
            format!(
                "group `{group}` of stream `{topic}` was moved from {before} to {last}, and skips what was unread \
                 between them: a Python consumer that starts without `check_backlog` does this"
            )
        } else {
            format!(
                "group `{group}` of stream `{topic}` was moved back from {before} to {last}: what is after that is read \
                 again"
            )
        });
    }

    fn read_after_info(&mut self, max: usize) -> Result<Vec<reply::StreamEntry>, Trouble> {
        let Subscription { topic, group, .. } = self.subscription.clone();
        let mut commands = Commands::new();
        commands.push(&["MULTI"]);
        commands.push(&["XINFO", "STREAM", &topic]);
        commands.push(&["XINFO", "GROUPS", &topic]);
        self.write_read(&mut commands, max, None);
        commands.push(&["EXEC"]);
        let replies = self.call(&commands, Duration::ZERO)?;
        let [stream, groups, read] = reply::transaction(replies)?;
        let entries = reply::read(read)?;
        let first = match Info::read(stream, "XINFO STREAM")?.take("first-entry") {
            Value::Array(entry) => entry.first().and_then(reply::id),
            _ => None,
        };
        let group = find_group(reply::array(groups, "XINFO GROUPS")?, &group)?;
        let last = group.and_then(|mut group| reply::id(&group.take("last-delivered-id")));
        // The next entry is neither read nor there.
        if let (Some(next), Some(last)) = (self.watch.next, last)
            && last < next
            && first.is_none_or(|first| first > next)
        {
            self.lost_unread(last, first, None);
        }
        Ok(entries)
    }

    /// The id of the entry that comes after `last`.
    fn peek(&mut self, last: StreamId) -> Result<Option<StreamId>, Trouble> {
        let topic = self.subscription.topic.clone();
        let found = self.ask(&["XRANGE", &topic, &format!("({last}"), "+", "COUNT", "1"])?;
        Ok(reply::entries(found, "XRANGE")?.first().map(|(id, _)| *id))
    }

    fn lost_unread(&mut self, after: StreamId, before: Option<StreamId>, count: Option<u64>) {
        self.found.lost.push(Lost::Unread { after: after.into(), before: before.map(Into::into), count });
    }

    /// Waits for new entries until `deadline`, or until somebody wakes this member.
    pub(super) fn wait(&mut self, max: usize, deadline: Instant) -> Result<(), Trouble> {
        let can_be_woken =
            self.connection.as_ref().and_then(|link| link.client_id.filter(|_| link.can_unblock));
        let mut left = deadline.saturating_duration_since(Instant::now());
        if can_be_woken.is_none() {
            left = left.min(PIECE);
        }
        if left.is_zero() {
            return Ok(());
        }
        let mut commands = Commands::new();
        // Where many entries come, and are trimmed, before the read begins, it jumps over what is gone and does not wait.
        // The server does both commands at a stretch, as they arrive together.
        let checks = self.watch.means == Means::Script;
        if checks {
            self.write_check(&mut commands);
        }
        self.write_read(&mut commands, max, Some(left));
        let mut replies = Vec::with_capacity(3);
        self.wake.blocked.store(can_be_woken.unwrap_or_default(), Ordering::SeqCst);
        // Whoever woke us before that line did not see that we wait.
        let is_woken = self.wake.woken.load(Ordering::SeqCst);
        let result = if is_woken { Ok(()) } else { self.exchange(&commands, left, &mut replies) };
        self.wake.blocked.store(0, Ordering::SeqCst);
        let mut replies = replies.into_iter();
        // The server has told it to nobody else, whatever became of the read.
        if let Some(check) = if checks { replies.next() } else { None } {
            self.take_check(check);
        }
        result?;
        let entries = reply::read(replies.next_back().unwrap_or_default())?;
        self.watch.next = None;
        if let (Some((last, _)), Some((read, _))) = (entries.last(), &mut self.watch.group) {
            *read = *last;
        }
        self.hand_out_new(entries);
        Ok(())
    }
}
