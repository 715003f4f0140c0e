//! The knowledge of a member about its group: from its last look, and from its reads since then. The member keeps it when the
//! connection breaks, and compares it with the next look.

use redis::Value;

use super::{
    handed_out::HandedOut,
    link::Link,
    look::{self, Look, Sight},
    losses::{Loss, Losses},
    moves::Moves,
};
use crate::event_bus::broker::{
    Lost, Polled, Subscription,
    redis::bus::{command::Commands, failure::Trouble, group_start::StreamInfo, reply, stream_id::StreamId},
};

/// The beginning of the name of a consumer without entries, which stays in a group that was re-created by a member that knew
/// its position. Such a group lost nothing: all entries that were unread or unacknowledged then are delivered again.
pub(super) const GOES_ON: &str = "openedx-events.goes-on-after|";

#[derive(Default)]
pub(super) struct Watch {
    /// Whether the server does not let this user look.
    pub(super) is_blind: bool,
    pub(super) losses: Losses,
    known: Option<Look>,
    /// A look, and the entries of a read after it, if the first was not the next one that the look had seen.
    doubt: Option<(Look, Vec<StreamId>)>,
    moves: Moves,
    /// A look at a group, and the position of the group that replaced it.
    replaced: Option<(Look, StreamId)>,
    /// Whether an operator moved the group; the move may have left a report of a loss.
    was_moved: bool,
}

impl Watch {
    /// Adds a look, whose reply goes to [`take`](Self::take).
    pub(super) fn write_look(&self, commands: &mut Commands, subscription: &Subscription) {
        look::write(commands, subscription, self.known.as_ref());
    }

    /// Reads the reply to a look.
    pub(super) fn take(&mut self, reply: Value, subscription: &Subscription, found: &mut Polled) {
        let (look, mut loss) = match look::read(reply) {
            Sight::Seen(look, loss) => (*look, loss),
            // According to the read, the group does not exist.
            Sight::NoGroup | Sight::Later => return,
            Sight::Refused => return self.give_up(subscription, found),
        };
        if let Some((before, given)) = self.doubt.take()
            && let Some(lost) = before.lost_until(&given, &look)
        {
            found.lost.extend(jumped(lost, &mut loss));
        }
        if let Some(known) = &self.known {
            if !known.is_of(look.newest, look.added) {
                found.lost.extend(known.lost_with_end(look.newest));
                self.moves.forget();
            } else if look.is_other_group {
                self.replaced = Some((known.clone(), look.position));
                self.moves.forget();
            } else if self.moves.compare(known, &look, subscription, found) {
                self.was_moved = true;
            }
        }
        if let Some(loss) = loss {
            self.losses.add(loss, found);
        }
        self.known = Some(look);
    }

    /// Notes that this member read entries.
    pub(super) fn has_read(&mut self, given: impl ExactSizeIterator<Item = StreamId> + Clone) {
        let (Some(known), Some(first)) = (&mut self.known, given.clone().next()) else { return };
        let (count, is_next) = (given.len() as u64, known.unread == Some(first));
        if !is_next {
            self.doubt = Some((known.clone(), given.clone().collect()));
        }
        known.read = known.read.filter(|_| is_next && known.deleted <= known.at).map(|read| read + count);
        (known.at, known.unread) = (given.last().unwrap_or(first), None);
    }

    /// Returns whether an operator moved the group since the last call.
    pub(super) fn take_move(&mut self) -> bool {
        std::mem::take(&mut self.was_moved)
    }

    /// Returns whether this member knows nothing of the group.
    pub(super) fn must_look(&self) -> bool {
        !self.knows_group() && !self.is_blind
    }

    /// Returns whether another look is needed, to find out whether the last read jumped over lost entries.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.doubt.is_some() && !self.is_blind
    }

    /// Returns whether this member looks, and has nothing to find out about the group.
    pub(super) fn is_sure(&self) -> bool {
        self.knows_group()
            && !self.is_blind
            && self.doubt.is_none()
            && self.replaced.is_none()
            && !self.was_moved
    }

    /// Asks the server, if that is possible, whether the group was moved or replaced.
    pub(super) fn ask(&mut self, link: &mut Link, found: &mut Polled) -> Result<(), Trouble> {
        if self.is_blind {
            return Ok(());
        }
        if let Some((known, position)) = &self.replaced {
            let Subscription { topic, group, .. } = link.subscription.clone();
            let members = match link.ask(&["XINFO", "CONSUMERS", &topic, &group]) {
                Err(Trouble::Server { .. }) => Vec::new(),
                members => reply::array(members?, "XINFO CONSUMERS")?,
            };
            let goes_on = |member| reply::name(member).is_some_and(|name| name.starts_with(GOES_ON));
            if !members.iter().any(goes_on) {
                found.lost.extend(known.lost_with_group(*position));
            }
            found.notes.push(format!(
                "group `{group}` of stream `{topic}` was lost, and another member has re-created it"
            ));
            self.replaced = None;
        }
        self.moves.ask(link, found)
    }

    /// Stops looking, and warns the operator.
    pub(super) fn give_up(&mut self, subscription: &Subscription, found: &mut Polled) {
        self.is_blind = true;
        found.notes.push(format!(
            "entries that stream `{}` drops before a member reads them go unnoticed: the server does not let this user run \
             `EVAL` with `XINFO`, `XGROUP SETID` and `XGROUP HELP`",
            subscription.topic
        ));
    }

    /// Returns whether this member knows where the group was.
    pub(super) fn knows_group(&self) -> bool {
        self.known.is_some()
    }

    /// Returns where a lost group must begin again, so that it delivers every unread entry and every entry that a member had not
    /// acknowledged. Also returns the number of entries up to that position, if it is known.
    pub(super) fn resume(&self, handed_out: &HandedOut) -> (StreamId, Option<u64>) {
        let Some(known) = &self.known else { return (handed_out.position(), None) };
        let up_to = known.handled_up_to();
        let at = handed_out.first().map_or(up_to, |first| up_to.min(first.previous()));
        (at, known.read.filter(|_| at == known.at))
    }

    /// Forgets the lost group. If its stream is lost, too, returns the unread entries of the stream. `stream` describes it now.
    pub(super) fn forget_group(&mut self, stream: &StreamInfo) -> Option<Lost> {
        (self.doubt, self.replaced) = (None, None);
        self.moves.forget();
        let known = self.known.take()?;
        let (newest, added) = stream.end()?;
        if known.is_of(newest, added) { None } else { known.lost_with_end(newest) }
    }
}

/// Returns a loss over which a read jumped. Redis 7.0 counts a jump as one entry, so that the next look may have found a loss
/// that contains the entries: then that one is corrected.
fn jumped(mut lost: Lost, next: &mut Option<Loss>) -> Option<Lost> {
    if let Lost::Unread { after: begin, count, .. } = &mut lost
        && let Some(Loss { lost: Lost::Unread { after, count: found, .. }, .. }) = next
    {
        *count = count.zip(*found).map(|(count, found)| count.saturating_sub(found));
        if count.is_none_or(|count| count == 0) {
            after.clone_from(begin);
            return None;
        }
    }
    Some(lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(watch: &mut Watch, check: Value) -> String {
        let mut found = Polled::default();
        watch.take(check, &Subscription::new("numbers", "readers", "a"), &mut found);
        found.notes.concat()
    }

    #[test]
    fn a_server_that_refuses_the_look_is_reported_and_not_one_that_is_busy() {
        let error = |line: &[u8]| redis::parse_redis_value(line).unwrap();
        let watch = &mut Watch::default();
        assert_eq!(take(watch, error(b"-BUSY Redis is busy running a script\r\n")), "");
        assert!(!watch.is_blind);
        for refused in [error(b"-ERR Error running script\r\n"), Value::Array(vec![Value::Int(0)])] {
            let watch = &mut Watch::default();
            assert!(take(watch, refused).contains("go unnoticed") && watch.is_blind);
        }
    }

    fn id(number: u64) -> StreamId {
        StreamId { millis: 1, number }
    }

    #[test]
    fn a_lost_group_begins_before_everything_that_may_not_be_handled() {
        let look = Look { at: id(9), newest: id(20), read: Some(9), unread: Some(id(10)), ..Look::default() };
        let mut watch = Watch { known: Some(look), ..Watch::default() };
        let mut handed_out = HandedOut::default();
        assert_eq!(watch.resume(&handed_out), (id(9), Some(9)));
        watch.has_read([id(10), id(11), id(12)].into_iter());
        assert!(!watch.is_in_doubt());
        assert_eq!(watch.resume(&handed_out), (id(12), Some(12)));
        handed_out.insert(id(11));
        assert_eq!(watch.resume(&handed_out), (id(10), None));
        watch.known.as_mut().unwrap().oldest_pending = Some(id(4));
        assert_eq!(watch.resume(&handed_out), (id(3), None), "another member has not acknowledged it");
    }

    #[test]
    fn unread_entries_are_lost_with_their_stream() {
        let known = Look { at: id(12), newest: id(20), added: 20, ..Look::default() };
        let lost = |after| Some(Lost::Unread { after: id(after).into(), before: None, count: None });
        assert!(known.is_of(id(20), 20) && known.is_of(id(30), 30));
        assert!(!known.is_of(id(15), 15), "the server lost the end");
        assert_eq!(known.lost_with_end(id(15)), lost(15));
        assert_eq!(known.lost_with_end(id(2)), lost(12));
        assert!(!known.is_of(id(30), 3), "another stream");
        assert_eq!(known.lost_with_end(id(30)), lost(12));
        assert_eq!(Look { at: id(20), ..known }.lost_with_end(id(2)), None, "all were read");
    }

    fn unread(after: u64, before: u64, count: Option<u64>) -> Lost {
        Lost::Unread { after: id(after).into(), before: Some(id(before).into()), count }
    }

    #[test]
    fn a_read_that_jumped_is_noticed_by_the_next_look() {
        let before = Look { at: id(9), newest: id(9), read: Some(9), ..Look::default() };
        let later = |first, removed| Look { first: Some(id(first)), removed, ..Look::default() };
        let lost = |given: &[u64], later| {
            before.lost_until(&given.iter().copied().map(id).collect::<Vec<_>>(), &later)
        };
        assert_eq!(lost(&[10], later(3, 2)), None, "older entries are left");
        assert_eq!(lost(&[10], later(10, 9)), None);
        assert_eq!(lost(&[50, 51], later(50, 49)), Some(unread(9, 50, Some(40))));
        assert_eq!(lost(&[50, 51], later(51, 50)), Some(unread(9, 50, Some(40))), "one was dropped since");
        assert_eq!(lost(&[50, 51], later(60, 59)), Some(unread(9, 50, Some(48))), "others, too");
        assert_eq!(lost(&[50], later(40, 39)), Some(unread(9, 50, None)), "other members read some");
        let deleted = Look { deleted: id(30), ..later(50, 49) };
        assert_eq!(lost(&[50], deleted), Some(unread(9, 50, None)));
    }

    #[test]
    fn a_loss_that_the_next_look_counts_as_well_is_reported_once() {
        let next = |after, count| Some(Loss { lost: unread(after, 60, count), mark: None });
        assert_eq!(jumped(unread(9, 50, Some(40)), &mut None), Some(unread(9, 50, Some(40))));
        // Redis 7.0 counts both losses at once, later versions only the second one.
        let both = &mut next(51, Some(48));
        assert_eq!(jumped(unread(9, 50, Some(48)), both), None);
        assert_eq!(both.as_ref().unwrap().lost, unread(9, 60, Some(48)));
        let second = &mut next(51, Some(8));
        assert_eq!(jumped(unread(9, 50, Some(48)), second), Some(unread(9, 50, Some(40))));
        assert_eq!(second.as_ref().unwrap().lost, unread(51, 60, Some(8)));
    }
}
