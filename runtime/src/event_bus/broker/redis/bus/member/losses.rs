//! Losses that were found, and that the caller may not know yet.
//!
//! A loss shows only once: then the group moves on, or forgets the entries. So the script that finds it leaves a mark in the
//! group, in the same step: a consumer without entries whose name describes the loss and ends with the member that reports it.
//! That member deletes the mark once its caller has the loss. If the connection breaks or the process dies before, the mark is
//! left: the member finds it when it is back, and another one when it may claim the entries of the first. So a loss is reported
//! at least once, and perhaps twice.

use super::{LOST_AT_ONCE, link::Link};
use crate::event_bus::broker::{
    Lost, Polled,
    redis::bus::{command::Commands, failure::Trouble, reply, stream_id::StreamId},
};

/// The beginning of a mark.
const MARK: &str = "openedx-events.lost|";

/// The name in the mark of a loss that any member reports at once.
pub(in crate::event_bus::broker::redis::bus) const NOBODY: &str = "";

/// A loss, and its mark, if the server could make one.
pub(super) struct Loss {
    pub(super) lost: Lost,
    pub(super) mark: Option<String>,
}

#[derive(Default)]
pub(super) struct Losses {
    /// The marks of losses that were found.
    found: Vec<String>,
    /// The marks of losses that the caller has.
    told: Vec<String>,
}

impl Losses {
    /// Adds a loss to the result of the current poll.
    pub(super) fn add(&mut self, Loss { lost, mark }: Loss, found: &mut Polled) {
        self.found.extend(mark);
        found.lost.push(lost);
    }

    /// Notes that the caller has all losses that were found.
    pub(super) fn told(&mut self) {
        self.told.append(&mut self.found);
    }

    /// Deletes the marks of losses that the caller has.
    pub(super) fn delete_marks(&mut self, link: &mut Link) -> Result<(), Trouble> {
        if self.told.is_empty() {
            return Ok(());
        }
        let mut commands = Commands::new();
        for mark in &self.told {
            commands.push(&[
                "XGROUP",
                "DELCONSUMER",
                &link.subscription.topic,
                &link.subscription.group,
                mark,
            ]);
        }
        // A mark or a group that is already gone is fine too.
        link.call(&commands)?;
        self.told.clear();
        Ok(())
    }

    /// Adds the losses that this member, or one that is gone, found and did not report.
    pub(super) fn recover(&mut self, link: &mut Link, found: &mut Polled) -> Result<(), Trouble> {
        let subscription = link.subscription.clone();
        let consumers = match link.ask(&["XINFO", "CONSUMERS", &subscription.topic, &subscription.group]) {
            Err(Trouble::Server { .. }) => return Ok(()),
            consumers => reply::array(consumers?, "XINFO CONSUMERS")?,
        };
        for consumer in consumers {
            let Some(mark) = reply::name(&consumer) else { continue };
            let Some((lost, member)) = read(mark) else { continue };
            let is_known = self.found.iter().chain(&self.told).any(|known| known == mark);
            if is_known || found.lost.len() >= LOST_AT_ONCE {
                continue;
            }
            let idle = reply::info(&consumer, "idle").and_then(reply::number).unwrap_or_default();
            let is_old = u128::from(idle) >= subscription.claim_older_than.as_millis();
            let is_own = member == subscription.consumer_name;
            if member == NOBODY || is_old || (is_own && link.is_alone()?) {
                self.add(Loss { lost, mark: Some(mark.to_owned()) }, found);
            }
        }
        Ok(())
    }
}

/// Reads a mark: the loss, and the member that reports it.
fn read(mark: &str) -> Option<(Lost, &str)> {
    let id = |text: &str| StreamId::parse(text.as_bytes()).map(Into::into);
    let (kind, rest) = mark.strip_prefix(MARK)?.split_once('|')?;
    if kind == "pending" {
        let (ids, member) = rest.split_once('|')?;
        return Some((Lost::Pending(ids.split(' ').map(id).collect::<Option<_>>()?), member));
    }
    let mut parts = rest.splitn(4, '|');
    let mut next = || parts.next();
    let (after, before, count, member) = (next()?, next()?, next()?, next()?);
    Some((Lost::Unread { after: id(after)?, before: id(before), count: count.parse().ok() }, member))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_bus::wire::EntryId;

    #[test]
    fn a_mark_tells_the_loss_and_its_member() {
        let id = EntryId::new;
        let unread = |before: Option<&str>, count| Lost::Unread {
            after: id("1-1"),
            before: before.map(EntryId::new),
            count,
        };
        for (mark, lost) in [
            ("unread|1-1|2-0|7", unread(Some("2-0"), Some(7))),
            ("unread|1-1||", unread(None, None)),
            ("pending|1-1 2-3", Lost::Pending(vec![id("1-1"), id("2-3")])),
        ] {
            assert_eq!(read(&format!("{MARK}{mark}|a|b")), Some((lost, "a|b")), "{mark}");
        }
        for other in ["a", "openedx-events.lost|pending|x|a", "openedx-events.lost|unread|1-1|a"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
