//! Entries that were handed out before: to this member, or to one that has gone.
//!
//! They are listed, and then claimed one at a time, so that only the one in hand gains a delivery. `XCLAIM` takes an
//! entry only if it has been idle for at least as long as the list said: whatever another member has taken meanwhile
//! stays with it. (`XAUTOCLAIM` would take a whole page at once: were this process to die, all of the page would have to
//! grow old again.)

use std::time::{Duration, Instant};

use redis::Value;

use super::{RedisConsumer, group::entry_ids};
use crate::event_bus::{
    broker::{
        contract::Lost,
        redis::{
            command::Commands,
            failure::Trouble,
            reply::{self, PendingEntry},
            stream_id::StreamId,
        },
        subscription::Subscription,
    },
    wire::entry::Entry,
};

/// How many entries are listed at once, beyond those in hand.
const PAGE: usize = 64;

/// A walk over what is pending, from the oldest; another begins some time after one has ended.
pub(super) struct Scan {
    /// The last entry that was looked at, while a walk is under way.
    cursor: Option<StreamId>,
    /// Whether no other process has this member's name: asked once in a walk.
    alone: Option<bool>,
    next: Instant,
    period: Duration,
}

impl Scan {
    pub(super) fn new(claim_older_than: Duration) -> Self {
        /// Often enough that an entry waits little longer than it has to.
        const SHARE: u32 = 4;
        let period = (claim_older_than / SHARE).clamp(Duration::from_millis(50), Duration::from_secs(15));
        Self { cursor: None, alone: None, next: Instant::now(), period }
    }

    /// Begins at the oldest entry.
    pub(super) fn begin(&mut self) {
        self.cursor = Some(StreamId::ZERO);
        self.alone = None;
    }

    fn end(&mut self) {
        self.cursor = None;
        self.next = Instant::now() + self.period;
    }

    /// When there is something to do, even if no entry arrives.
    pub(super) fn next(&self) -> Instant {
        self.next
    }
}

/// What became of an entry that was to be claimed.
enum Claimed {
    Entry(Entry),
    /// It is no longer in the stream.
    Deleted,
    /// Another member has it, or it was acknowledged.
    Elsewhere,
}

impl RedisConsumer {
    /// Hands out one entry that was handed out before, where there is one.
    pub(super) fn redelivered(&mut self) -> Result<(), Trouble> {
        if self.scan.cursor.is_none() && Instant::now() >= self.scan.next {
            self.scan.begin();
        }
        let mut deleted = Vec::new();
        let result = self.walk(&mut deleted);
        if !deleted.is_empty() {
            self.found.lost.push(Lost::Pending(entry_ids(deleted)));
        }
        result
    }

    fn walk(&mut self, deleted: &mut Vec<StreamId>) -> Result<(), Trouble> {
        while let Some(cursor) = self.scan.cursor {
            let (candidates, last) = self.list(cursor)?;
            for candidate in candidates {
                let claimed = self.claim(&candidate)?;
                self.scan.cursor = Some(candidate.id);
                match claimed {
                    Claimed::Entry(entry) => {
                        self.in_hand.insert(candidate.id);
                        self.found.entries.push(entry);
                        return Ok(());
                    }
                    Claimed::Deleted => deleted.push(candidate.id),
                    Claimed::Elsewhere => {}
                }
                if deleted.len() >= super::LOST_AT_ONCE {
                    return Ok(());
                }
            }
            match last {
                Some(last) => self.scan.cursor = Some(last),
                None => self.scan.end(),
            }
        }
        Ok(())
    }

    /// Entries after `cursor` that may be handed out, oldest first, and how far the list goes if there may be more.
    fn list(&mut self, cursor: StreamId) -> Result<(Vec<PendingEntry>, Option<StreamId>), Trouble> {
        let Subscription { topic, group, consumer_name, claim_older_than, receiver_timeout, .. } =
            self.subscription.clone();
        let page = PAGE + self.in_hand.len();
        let (start, count) = (format!("({cursor}"), page.to_string());
        let idle = claim_older_than.as_millis().to_string();
        let mut commands = Commands::new();
        commands.push(&["XPENDING", &topic, &group, &start, "+", &count, &consumer_name]);
        commands.push(&["XPENDING", &topic, &group, "IDLE", &idle, &start, "+", &count]);
        let mut replies = self.call(&commands, Duration::ZERO)?.into_iter().map(reply::pending);
        let mut own = replies.next().transpose()?.unwrap_or_default();
        let mut others = replies.next().transpose()?.unwrap_or_default();
        // Where a list was cut off, the other one counts no further than it.
        let full = |list: &[PendingEntry]| list.last().filter(|_| list.len() >= page).map(|held| held.id);
        let last = [full(&own), full(&others)].into_iter().flatten().min();
        own.retain(|held| !self.in_hand.contains(&held.id));
        if !own.is_empty() && !self.is_alone()? {
            own.retain(|held| Duration::from_millis(held.idle_millis) > receiver_timeout);
        }
        others.retain(|held| held.consumer != consumer_name);
        own.append(&mut others);
        own.retain(|held| last.is_none_or(|last| held.id <= last));
        own.sort_unstable_by_key(|held| held.id);
        Ok((own, last))
    }

    /// Whether no other process consumes under this name. Where the server does not tell, there may be one.
    fn is_alone(&mut self) -> Result<bool, Trouble> {
        if let Some(alone) = self.scan.alone {
            return Ok(alone);
        }
        let alone = match reply::checked(self.ask(&["CLIENT", "LIST", "TYPE", "normal"])?) {
            Ok(list) => {
                let list = reply::text(list).unwrap_or_default();
                let (_, same_member) = self.name.split_once('/').unwrap_or_default();
                // Without a number of our own, one connection of the name is ours.
                let mut spared = usize::from(self.own_connections.1.is_empty());
                !list.lines().any(|line| {
                    let field = |name| line.split(' ').find_map(|field: &str| field.strip_prefix(name));
                    let named = field("name=").and_then(|name| name.split_once('/'));
                    let id = field("id=").and_then(|id| id.parse::<u64>().ok());
                    let is_ours = id.is_some_and(|id| self.own_connections.1.contains(&id));
                    let same = named.is_some_and(|(_, member)| member == same_member) && !is_ours;
                    let other = same && spared == 0;
                    spared -= usize::from(same && spared > 0);
                    other
                })
            }
            Err(trouble) if trouble.is_refused_command() => false,
            Err(trouble) => return Err(trouble),
        };
        self.scan.alone = Some(alone);
        Ok(alone)
    }

    fn claim(&mut self, candidate: &PendingEntry) -> Result<Claimed, Trouble> {
        let Subscription { topic, group, consumer_name, .. } = self.subscription.clone();
        let (id, idle) = (candidate.id.to_string(), candidate.idle_millis.to_string());
        let deliveries = candidate.deliveries.to_string();
        // What came to this member after it joined and is not in hand was lost on the way: no attempt was begun.
        let is_own = candidate.consumer == consumer_name && self.scan.alone == Some(true);
        let never_begun = is_own && self.joined_at.is_some_and(|joined_at| candidate.id > joined_at);
        let mut commands = Commands::new();
        commands.push(&["MULTI"]);
        commands.push(&["XPENDING", &topic, &group, &id, &id, "1"]);
        if never_begun {
            commands.push(&["XCLAIM", &topic, &group, &consumer_name, &idle, &id, "RETRYCOUNT", &deliveries]);
        } else {
            commands.push(&["XCLAIM", &topic, &group, &consumer_name, &idle, &id]);
        }
        commands.push(&["XPENDING", &topic, &group, &id, &id, "1"]);
        commands.push(&["EXEC"]);
        let replies = self.call(&commands, Duration::ZERO)?;
        let [before, claimed, after] = reply::transaction(replies)?;
        let (before, after) = (reply::pending(before)?, reply::pending(after)?);
        // Redis 6.2 claims an entry that was deleted, and answers with nothing in its place; later ones forget it.
        let is_nothing = matches!(&claimed, Value::Array(entries) if entries.contains(&Value::Nil));
        if is_nothing {
            let mut commands = Commands::new();
            commands.push(&["XACK", &topic, &group, &id]);
            self.call(&commands, Duration::ZERO)?;
            return Ok(Claimed::Deleted);
        }
        let entry = reply::entries(claimed, "XCLAIM")?.pop();
        let Some((id, Some(message))) = entry else {
            let is_deleted = !before.is_empty() && after.is_empty();
            return Ok(if is_deleted { Claimed::Deleted } else { Claimed::Elsewhere });
        };
        let attempt = after.first().map_or(candidate.deliveries, |held| held.deliveries).max(1);
        Ok(Claimed::Entry(Entry::new(id.into(), message, u32::try_from(attempt).unwrap_or(u32::MAX))))
    }
}
