//! Walks over pending entries: those that this member left before a restart, and those that other members abandoned.
//!
//! The walk lists entries, and then claims them one at a time. `XCLAIM` takes an entry only if it has been idle for at least as long as the list said, so that an entry that
//! another member took meanwhile stays with that member. (`XAUTOCLAIM` would take a whole page at once: if this process died
//! then, other members would have to wait for the whole page again.)

use std::time::{Duration, Instant};

use super::{LOST_AT_ONCE, link::Link};
use crate::event_bus::broker::{
    Lost, Polled, Subscription,
    redis::bus::{
        command::Commands,
        failure::Trouble,
        reply::{self, PendingEntry},
        stream_id::StreamId,
    },
};
use crate::event_bus::wire::Entry;

/// The number of entries on a page, in addition to those that are handed out.
const PAGE: usize = 64;

/// A walk from the oldest pending entry to the newest. Another one begins some time after it has ended.
pub(super) struct Scan {
    /// The last entry that the walk looked at; none between two walks.
    cursor: Option<StreamId>,
    /// Whether no other process has this member's name. Each walk asks once.
    is_alone: Option<bool>,
    /// When the next walk is due.
    pub(super) due: Instant,
    period: Duration,
}

impl Scan {
    pub(super) fn new(subscription: &Subscription) -> Self {
        /// An abandoned entry waits for at most this part of the claim time longer than it must.
        const PART: u32 = 4;
        let period = subscription.claim_older_than / PART;
        let period = period.clamp(Duration::from_millis(50), Duration::from_secs(15));
        Self { cursor: None, is_alone: None, due: Instant::now(), period }
    }

    /// Begins a walk.
    pub(super) fn begin(&mut self) {
        self.cursor = Some(StreamId::ZERO);
        self.is_alone = None;
    }

    /// Adds one pending entry to `found`, if the walk finds one that this member may take.
    pub(super) fn next_entry(&mut self, link: &mut Link, found: &mut Polled) -> Result<(), Trouble> {
        if self.cursor.is_none() && Instant::now() >= self.due {
            self.begin();
        }
        let mut dropped = Vec::new();
        let result = self.walk(link, &mut dropped);
        if !dropped.is_empty() {
            found.lost.push(Lost::Pending(dropped.into_iter().map(StreamId::into).collect()));
        }
        found.entries.extend(result?);
        Ok(())
    }

    fn walk(&mut self, link: &mut Link, dropped: &mut Vec<StreamId>) -> Result<Option<Entry>, Trouble> {
        while let Some(cursor) = self.cursor {
            let (candidates, last) = self.list(link, cursor)?;
            for candidate in candidates {
                let entry = Self::claim(link, &candidate, dropped)?;
                self.cursor = Some(candidate.id);
                if entry.is_some() || dropped.len() >= LOST_AT_ONCE {
                    return Ok(entry);
                }
            }
            self.cursor = last;
            if last.is_none() {
                self.due = Instant::now() + self.period;
            }
        }
        Ok(None)
    }

    /// Returns the entries after `cursor` that this member may take, in order. If there may be more of them, also returns the
    /// last listed entry.
    fn list(
        &mut self,
        link: &mut Link,
        cursor: StreamId,
    ) -> Result<(Vec<PendingEntry>, Option<StreamId>), Trouble> {
        let Subscription { topic, group, consumer_name, claim_older_than, receiver_timeout, .. } =
            &link.subscription.clone();
        let page = PAGE + link.handed_out.len();
        let (start, count) = (format!("({cursor}"), page.to_string());
        let idle = claim_older_than.as_millis().to_string();
        let mut commands = Commands::new();
        commands.push(&["XPENDING", topic, group, &start, "+", &count, consumer_name]);
        commands.push(&["XPENDING", topic, group, "IDLE", &idle, &start, "+", &count]);
        let mut replies = link.call(&commands)?.into_iter();
        let mut own = reply::pending(replies.next().unwrap_or_default())?;
        let mut others = reply::pending(replies.next().unwrap_or_default())?;
        // If one list was cut off, entries of the other list after the cut do not count.
        let cut_at = |list: &[PendingEntry]| list.last().filter(|_| list.len() >= page).map(|entry| entry.id);
        let last = [cut_at(&own), cut_at(&others)].into_iter().flatten().min();
        own.retain(|entry| !link.handed_out.contains(entry.id));
        if !own.is_empty() && !self.is_alone(link)? {
            own.retain(|entry| Duration::from_millis(entry.idle_millis) > *receiver_timeout);
        }
        others.retain(|entry| entry.consumer_name != *consumer_name);
        own.append(&mut others);
        own.retain(|entry| last.is_none_or(|last| entry.id <= last));
        own.sort_unstable_by_key(|entry| entry.id);
        Ok((own, last))
    }

    fn is_alone(&mut self, link: &mut Link) -> Result<bool, Trouble> {
        if self.is_alone.is_none() {
            self.is_alone = Some(link.is_alone()?);
        }
        Ok(self.is_alone == Some(true))
    }

    /// Claims an entry, unless another member has it meanwhile or it was acknowledged. Adds it to `dropped` if the stream no
    /// longer has it.
    fn claim(
        link: &mut Link,
        candidate: &PendingEntry,
        dropped: &mut Vec<StreamId>,
    ) -> Result<Option<Entry>, Trouble> {
        let Subscription { topic, group, consumer_name, .. } = &link.subscription;
        let id = candidate.id;
        let mut commands = Commands::new();
        // The server runs commands that arrive together without a pause, as a rule. If another member acknowledges the entry
        // in between, the entry may be reported as lost although it was handled. (A transaction would need more rights, and a
        // server without free memory refuses it.)
        commands.command(6).word("XPENDING").word(topic).word(group).id(id).id(id).number(1);
        let mut claim = commands.command(8);
        claim.word("XCLAIM").word(topic).word(group).word(consumer_name).number(candidate.idle_millis).id(id);
        // A delivery is not an attempt, and the answer may be lost.
        claim.word("RETRYCOUNT").number(candidate.deliveries);
        drop(claim);
        commands.command(6).word("XPENDING").word(topic).word(group).id(id).id(id).number(1);
        let [before, claimed, after] = reply::each(link.call(&commands)?)?;
        let (before, after) = (reply::pending(before)?, reply::pending(after)?);
        // Redis forgets an entry that is claimed and that the stream has dropped.
        let Some((_, message)) = reply::entries(claimed, "XCLAIM")?.pop() else {
            if !before.is_empty() && after.is_empty() {
                dropped.push(id);
            }
            return Ok(None);
        };
        link.handed_out.insert(id);
        let attempt = u32::try_from(candidate.deliveries.max(1)).unwrap_or(u32::MAX);
        Ok(Some(Entry::redelivered(id.into(), message, attempt)))
    }
}
