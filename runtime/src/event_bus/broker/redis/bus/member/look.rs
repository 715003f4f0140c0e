//! One look at the group and its stream, which also finds entries that the stream dropped unread.
//!
//! Redis silently moves the position of a group over dropped entries. Arithmetic shows them: the stream knows
//! how many entries it ever had and how many it has (so how many it *removed*), the group knows how many entries come up to
//! its position (*read*). If the oldest entry of the stream comes after the position, every removed entry that was not read
//! is lost, or somebody deleted it. The group does not know its number after it was moved by hand, and may not know it while
//! deleted entries are ahead: then entries may be lost, and nobody knows how many. If the entry that this member saw next is
//! still there, nothing is lost.

use redis::Value;

use super::losses::Loss;
use crate::event_bus::broker::{
    Lost, Subscription,
    redis::bus::{command::Commands, reply, stream_id::StreamId},
};

/// A script that looks at the group. The server runs it as one command.
///
/// If entries are lost, it [marks](super::losses) the loss in the group, and corrects the number of read entries, so that only
/// one member reports each loss.
///
/// Takes the group, the member, and what the member knows from its last look: the position and the oldest unread entry after
/// it. Returns an empty list without a group, and a list of one number if the server refuses a command or does not count.
const LOOK: &str = include_str!("look.lua");

/// The group and its stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    /// The last id that the group had delivered.
    pub(super) position: StreamId,
    /// The position after the look, which skips lost entries if the stream is empty.
    pub(super) at: StreamId,
    /// The oldest entry after the position, if there is one, and if this is known.
    pub(super) unread: Option<StreamId>,
    /// The newest id that the stream ever had.
    pub(super) newest: StreamId,
    /// The oldest entry of the stream.
    pub(super) first: Option<StreamId>,
    /// Whether the server knew how many entries there are up to the position.
    pub(super) was_counted: bool,
    /// The number of entries with ids up to the position.
    pub(super) read: Option<u64>,
    /// The number of entries that the stream ever had.
    pub(super) added: u64,
    /// The number of entries that the stream no longer has.
    pub(super) removed: u64,
    /// The newest id that was deleted (`XDEL`).
    pub(super) deleted: StreamId,
    /// The oldest entry that a member has not acknowledged.
    pub(super) oldest_pending: Option<StreamId>,
    /// Whether this group took the place of the one that the member knew.
    pub(super) is_other_group: bool,
}

/// The reply to a look.
pub(super) enum Sight {
    Seen(Box<Look>, Option<Loss>),
    /// The group does not exist.
    NoGroup,
    /// The server cannot answer now.
    Later,
    /// The server does not let this user look.
    Refused,
}

/// Adds a look.
pub(super) fn write(commands: &mut Commands, subscription: &Subscription, known: Option<&Look>) {
    let mut script = commands.script(LOOK, &subscription.topic, 4);
    script.word(&subscription.group).word(&subscription.consumer_name);
    for id in [known.map(|known| known.at), known.and_then(|known| known.unread)] {
        match id {
            Some(id) => script.id(id),
            None => script.word(""),
        };
    }
}

/// Reads the reply.
pub(super) fn read(reply: Value) -> Sight {
    match reply::checked(reply) {
        Ok(Value::Array(values)) if values.is_empty() => Sight::NoGroup,
        Ok(Value::Array(values)) => {
            parse(values).map_or(Sight::Refused, |(look, loss)| Sight::Seen(look, loss))
        }
        Err(trouble) if trouble.is_transient() => Sight::Later,
        _ => Sight::Refused,
    }
}

fn parse(values: Vec<Value>) -> Option<(Box<Look>, Option<Loss>)> {
    let [
        position,
        at,
        unread,
        newest,
        first,
        read_before,
        read,
        added,
        removed,
        deleted,
        oldest_pending,
        is_other,
        is_lost,
        count,
        after,
        mark,
    ] = <[Value; 16]>::try_from(values).ok()?;
    let is_true = |value: &Value| reply::number(value) == Some(1);
    let first = reply::id(&first);
    let loss = is_true(&is_lost).then(|| Loss {
        lost: Lost::Unread {
            after: reply::id(&after).unwrap_or_default().into(),
            before: first.map(Into::into),
            count: reply::number(&count),
        },
        mark: reply::text(mark).filter(|mark| !mark.is_empty()),
    });
    let look = Look {
        position: reply::id(&position)?,
        at: reply::id(&at)?,
        unread: reply::id(&unread),
        newest: reply::id(&newest)?,
        first,
        was_counted: reply::number(&read_before).is_some(),
        read: reply::number(&read),
        added: reply::number(&added)?,
        removed: reply::number(&removed)?,
        deleted: reply::id(&deleted)?,
        oldest_pending: reply::id(&oldest_pending),
        is_other_group: is_true(&is_other),
    };
    Some((Box::new(look), loss))
}

impl Look {
    /// Returns whether a stream with this newest id, which ever had `added` entries, can be the stream of this look, without
    /// a lost end.
    pub(super) fn is_of(&self, newest: StreamId, added: u64) -> bool {
        newest >= self.newest && added >= self.added
    }

    /// Returns the oldest entry that may not be handled, or rather the id before it, as far as this look shows.
    pub(super) fn handled_up_to(&self) -> StreamId {
        self.oldest_pending.map_or(self.at, |oldest| self.at.min(oldest.previous()))
    }

    /// Returns the entries that may be lost if another group took the place of this one, and is at `at` now.
    pub(super) fn lost_with_group(&self, at: StreamId) -> Option<Lost> {
        let after = self.handled_up_to();
        (at > after).then(|| Lost::Unread {
            after: after.into(),
            before: Some(at.next().into()),
            count: None,
        })
    }

    /// Returns the unread entries that are lost if the stream lost its end or was replaced: it was deleted, or the server
    /// lost data.
    pub(super) fn lost_with_end(&self, newest: StreamId) -> Option<Lost> {
        // If the ids continue, the stream was replaced.
        let after = if newest >= self.newest { self.at } else { self.at.max(newest) };
        (self.newest > after).then(|| Lost::Unread { after: after.into(), before: None, count: None })
    }

    /// Returns the entries that were lost between this look and a read, whose entries are `given`, as a later look shows.
    ///
    /// The look and the read arrive together, but the server may run commands of other clients between them.
    pub(super) fn lost_until(&self, given: &[StreamId], later: &Self) -> Option<Lost> {
        let has_next = later.first.is_some_and(|first| first <= self.unread.unwrap_or(self.newest));
        if has_next || self.read.is_some_and(|read| later.removed <= read) {
            return None;
        }
        let first_given = *given.first()?;
        // Given entries that were dropped since then are not lost.
        let dropped = match later.first {
            Some(first) => given.partition_point(|given| *given < first),
            None => given.len(),
        };
        // If older entries are left, other members read some of the missing ones.
        let is_exact = later.deleted <= self.at && later.first.is_none_or(|first| first >= first_given);
        let read = self.read.filter(|_| is_exact);
        let count = read.map(|read| (later.removed - read).saturating_sub(dropped as u64));
        let lost = Lost::Unread { after: self.at.into(), before: Some(first_given.into()), count };
        (count != Some(0)).then_some(lost)
    }
}
