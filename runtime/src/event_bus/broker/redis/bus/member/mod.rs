//! A member of a consumer group.
//!
//! ```text
//! poll ──▶ link         sends everything, acknowledgements of handed-out entries first
//!          membership   creates the group, and creates it again after a loss
//!          scan         lists pending entries: those this member left, those other members abandoned;
//!          │            adopt claims them ────────────────────────────────────────────────────────┐
//!          reader       reads new entries, and looks at the group in the same step ───────────────┤
//!          window       keeps the member before the end of its work
//!          watch        compares each look with what the member knew: lost entries, moved groups ─┴─▶ found ──▶ Polled
//!          losses       marks losses in the group until the caller has them
//! hold ──▶ claims       renews the claims of this member
//! dead_letter ──▶ dead_letters   adds one and acknowledges its entry
//! at_risk ──▶ trimming    warns before the stream drops unread entries
//! ```
//!
//! Each part owns its state, and all use the link. The watch has parts of its own: `look` is one look at the group, and `moves`
//! and `losses` draw conclusions from looks.

mod adopt;
mod claims;
mod dead_letters;
mod handed_out;
mod link;
mod look;
mod losses;
mod membership;
mod moves;
mod reader;
mod scan;
mod trimming;
mod twins;
mod wake;
mod watch;
mod window;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{command::Commands, connector::Connector, failure::Trouble, stream_id::StreamId};
use crate::event_bus::broker::{BusError, EventBusConsumer, Polled, Subscription, Waker, bounded};
use crate::event_bus::wire::{Entry, EntryId, Failure};
use dead_letters::DeadLetters;
use link::Link;
pub(super) use losses::NOBODY;
use membership::{Membership, Recreated};
use scan::Scan;
use watch::Watch;

/// The number of lost entries that one poll reports; the next poll reports the rest.
const LOST_AT_ONCE: usize = 100;
/// The pause between two looks for other processes with the name of this member.
const SETTLING: Duration = Duration::from_millis(100);
/// How often one poll creates a lost group again before it returns the error.
const REJOINS: usize = 3;

pub(super) struct RedisMember {
    link: Link,
    membership: Membership,
    scan: Scan,
    watch: Watch,
    dead_letters: DeadLetters,
    /// Whether this member may call what it needs.
    has_rights: bool,
    /// The result of the current poll. If the poll fails, the next one returns it.
    found: Polled,
}

impl RedisMember {
    pub(super) fn new(connector: Arc<Connector>, subscription: &Subscription) -> Result<Self, BusError> {
        Ok(Self {
            link: Link::new(connector, subscription),
            membership: Membership::new(subscription)?,
            scan: Scan::new(subscription),
            watch: Watch::default(),
            dead_letters: DeadLetters::default(),
            has_rights: false,
            found: Polled::default(),
        })
    }

    /// Connects and joins the group, unless the member has done so already.
    fn join(&mut self) -> Result<(), Trouble> {
        if self.link.connect()? {
            // Looks at all pending entries again: the reply that delivered some of them may be lost.
            self.scan.begin();
        }
        if !self.has_rights {
            self.found.notes.extend(self.link.check_rights()?);
            self.has_rights = true;
        }
        self.membership.join(&mut self.link)
    }

    /// Polls, and creates the group again if it was lost.
    fn poll_until(&mut self, max: usize, deadline: Instant) -> Result<(), Trouble> {
        let mut rejoins = 0;
        loop {
            match self.look(max, deadline) {
                Err(trouble) if trouble.is_lost_group() && rejoins < REJOINS => {
                    rejoins += 1;
                    let Recreated { note, lost } = Membership::create_again(&mut self.link, &mut self.watch)?;
                    self.scan.begin();
                    self.found.notes.extend(note);
                    self.found.lost.extend(lost);
                }
                result => return result,
            }
        }
    }

    fn look(&mut self, max: usize, deadline: Instant) -> Result<(), Trouble> {
        self.join()?;
        self.watch.losses.delete_marks(&mut self.link)?;
        reader::finish(&mut self.watch, &mut self.link, &mut self.found)?;
        // The entries of an earlier poll that failed come first.
        if max == 0 || !self.found.entries.is_empty() {
            return self.link.keep_alive();
        }
        while !self.link.settle()? {
            if self.link.is_over(deadline) {
                return Ok(());
            }
            std::thread::sleep(SETTLING.min(deadline.saturating_duration_since(Instant::now())));
        }
        let Self { link, scan, watch, found, .. } = self;
        loop {
            let begins = scan.begins();
            // If the group is lost while this member handles pending entries, it must know where the group was.
            if begins && watch.must_look() {
                reader::look(watch, link, found)?;
            }
            if begins || watch.take_move() {
                watch.losses.recover(link, found)?;
            }
            scan.take(link, max, &mut watch.losses, found)?;
            if !found.entries.is_empty() || found.lost.len() >= LOST_AT_ONCE {
                return Ok(());
            }
            let unread = window::unread(link, max)?;
            match unread {
                Some(0) if watch.is_blind => {}
                Some(0) => reader::look(watch, link, found)?,
                unread => reader::read(watch, link, unread.unwrap_or(max), found)?,
            }
            watch.ask(link, found)?;
            let found_something =
                !(found.entries.is_empty() && found.lost.is_empty() && found.notes.is_empty());
            if found_something || link.is_over(deadline) {
                return Ok(());
            }
            if unread.is_some() {
                if unread == Some(0) && window::is_over(link)? {
                    found.is_done = true;
                    return Ok(());
                }
                // A read that waits could take an entry that is stored after the end.
                std::thread::sleep(window::PAUSE.min(deadline.saturating_duration_since(Instant::now())));
                continue;
            }
            reader::wait(watch, link, max, deadline.min(scan.due), found)?;
            if !found.entries.is_empty() || link.is_over(deadline) {
                return Ok(());
            }
        }
    }
}

/// Adds a look at a group for a caller that is not one of its members. A loss that it finds is [marked](losses).
pub(super) fn write_look(commands: &mut Commands, subscription: &Subscription) {
    look::write(commands, subscription, None);
}

impl EventBusConsumer for RedisMember {
    fn poll(&mut self, acknowledge: &[EntryId], max: usize, wait: Duration) -> Result<Polled, BusError> {
        let deadline = Instant::now() + bounded(wait);
        self.link.handed_out.finish(acknowledge)?;
        let polled = self.poll_until(max, deadline);
        // Entries that came with a refused acknowledgement stay in `found`: no other member receives them.
        let polled = polled.and(self.link.take_refusal());
        polled.map_err(|trouble| self.link.fail(trouble))?;
        let mut found = std::mem::take(&mut self.found);
        self.watch.losses.told();
        if found.entries.len() > max {
            self.found.entries = found.entries.split_off(max);
        }
        Ok(found)
    }

    fn read_ahead(&mut self, max: usize) -> Result<usize, BusError> {
        let Self { link, scan, watch, found, .. } = self;
        // Pending entries come before new ones. A read that is begun has no end, and looks before it reads.
        let may_read = found.entries.is_empty() && scan.rests() && watch.is_sure() && window::is_open(link);
        if max == 0 || !may_read || !link.is_ready() {
            return Ok(0);
        }
        reader::begin(watch, link, max).map_err(|trouble| self.link.fail(trouble))?;
        Ok(max)
    }

    fn hold(&mut self, entries: &[(EntryId, u32)]) -> Result<(), BusError> {
        if entries.is_empty() {
            return Ok(());
        }
        let entries = entries.iter().map(|(id, attempts)| Ok((StreamId::read(id)?, *attempts)));
        let entries: Vec<_> = entries.collect::<Result<_, BusError>>()?;
        let renewed = self.join().and_then(|()| claims::renew(&mut self.link, &entries));
        renewed.map_err(|trouble| self.link.fail(trouble))
    }

    fn dead_letter(&mut self, entry: &Entry, failure: &Failure) -> Result<(), BusError> {
        let id = StreamId::read(&entry.id)?;
        let joined = self.join();
        let added = joined.and_then(|()| self.dead_letters.add(&mut self.link, id, entry, failure));
        added.map_err(|trouble| self.link.fail(trouble))
    }

    fn at_risk(&mut self) -> Result<Option<String>, BusError> {
        let risk = self.join().and_then(|()| trimming::risk(&mut self.link));
        risk.map_err(|trouble| self.link.fail(trouble))
    }

    fn waker(&self) -> Option<Waker> {
        Some(self.link.waker())
    }
}
