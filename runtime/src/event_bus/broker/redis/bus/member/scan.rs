//! Walks over pending entries: those that this member left before a restart, and those that other members abandoned.
//!
//! The walk lists entries, and then claims as many as the consumer has room for. An entry is claimed only if it has been idle
//! for at least as long as the list said, so that an entry that another member took meanwhile stays with that member.
//! (`XAUTOCLAIM` would take a whole page at once: if this process died then, other members would have to wait for the whole
//! page again.)

use std::time::{Duration, Instant};

use super::{LOST_AT_ONCE, adopt::adopt, link::Link, losses::Losses, window};
use crate::event_bus::broker::{
    Polled, Subscription,
    redis::bus::{
        command::Commands,
        failure::Trouble,
        reply::{self, PendingEntry},
        stream_id::StreamId,
    },
};

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

    /// Returns whether no walk runs or is due.
    pub(super) fn rests(&self) -> bool {
        self.cursor.is_none() && Instant::now() < self.due
    }

    /// Begins a walk if one is due. Returns whether one has just begun.
    pub(super) fn begins(&mut self) -> bool {
        if self.cursor.is_none() && Instant::now() >= self.due {
            self.begin();
        }
        self.cursor == Some(StreamId::ZERO)
    }

    /// Adds pending entries to `found` that this member may take: at most `max` whose attempts are not known to have begun, or
    /// one other. An entry that was only in the batch of a process that died costs nothing; one that was tried may be the one
    /// that ended the process.
    pub(super) fn take(
        &mut self,
        link: &mut Link,
        max: usize,
        losses: &mut Losses,
        found: &mut Polled,
    ) -> Result<(), Trouble> {
        while let Some(cursor) = self.cursor
            && found.entries.len() < max
            && found.lost.len() < LOST_AT_ONCE
        {
            let (candidates, last) = self.list(link, cursor, max)?;
            let taken = next_of(&candidates, max - found.entries.len(), !found.entries.is_empty());
            if taken.is_empty() && !candidates.is_empty() {
                break;
            }
            adopt(link, taken, losses, found)?;
            let is_page = taken.len() == candidates.len();
            self.cursor = if is_page { last } else { taken.last().map(|entry| entry.id) };
            if self.cursor.is_none() {
                self.due = Instant::now() + self.period;
            }
            if found.entries.last().is_some_and(|entry| entry.attempt > 1) {
                break;
            }
        }
        Ok(())
    }

    /// Returns the entries after `cursor` that this member may take, in order. If there may be more of them, also returns the
    /// last listed entry.
    fn list(
        &mut self,
        link: &mut Link,
        cursor: StreamId,
        max: usize,
    ) -> Result<(Vec<PendingEntry>, Option<StreamId>), Trouble> {
        let Subscription { topic, group, consumer_name, claim_older_than, receiver_timeout, .. } =
            &link.subscription.clone();
        let page = PAGE.max(max) + link.handed_out.len();
        let (start, count) = (format!("({cursor}"), page.to_string());
        let end = window::end(&link.subscription).map_or("+".to_owned(), |end| format!("({end}"));
        let idle = claim_older_than.as_millis().to_string();
        let mut commands = Commands::new();
        commands.push(&["XPENDING", topic, group, &start, &end, &count, consumer_name]);
        commands.push(&["XPENDING", topic, group, "IDLE", &idle, &start, &end, &count]);
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
}

/// Returns the `candidates` that may be taken together. `has_others` says whether some were taken before.
fn next_of(candidates: &[PendingEntry], max: usize, has_others: bool) -> &[PendingEntry] {
    let was_tried = |entry: &PendingEntry| entry.deliveries > 1;
    let len = match candidates.iter().position(was_tried) {
        Some(0) => usize::from(!has_others),
        Some(first) => first,
        None => candidates.len(),
    };
    &candidates[..len.min(max)]
}
