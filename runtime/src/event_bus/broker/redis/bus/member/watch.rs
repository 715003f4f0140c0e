//! Notices entries that the stream dropped before any member received them, and groups that somebody moved.

use redis::Value;

use crate::event_bus::broker::{
    Lost, Polled, Subscription,
    redis::bus::{command::Commands, reply, stream_id::StreamId},
};

/// A script that compares what the stream has dropped with what the group has read. The server runs it as one command. Then
/// it corrects the number of entries that the group has read, so that only one member reports each loss: Redis 7.0 counts a
/// jump over dropped entries as one entry, and later versions count all of them as read.
///
/// Takes the group. Returns an empty list if there is no group, and a list of one number if the server refuses a command or
/// does not count. Otherwise it returns: the last id that the group delivered; the first id of the stream; the number of lost
/// entries; whether the number of read entries was known, and whether it is now; the newest deleted id.
const CHECK: &str = include_str!("check.lua");

#[derive(Default)]
pub(super) struct Watch {
    /// Whether the server refuses the check.
    pub(super) is_blind: bool,
    /// The group when this member last looked: its position, and whether the server knew how many entries it had read.
    group: Option<(StreamId, bool)>,
}

/// Adds the check, whose reply goes to [`Watch::take`].
pub(super) fn write_check(commands: &mut Commands, subscription: &Subscription) {
    commands.script(CHECK, &subscription.topic, 1).word(&subscription.group);
}

impl Watch {
    /// Forgets the group, because it may be a new one now.
    pub(super) fn forget(&mut self) {
        self.group = None;
    }

    /// Notes that this member read the entries up to `last`.
    pub(super) fn read_up_to(&mut self, last: StreamId) {
        if let Some((position, _)) = &mut self.group {
            *position = last;
        }
    }

    /// Stops checking, and tells the operator.
    pub(super) fn give_up(&mut self, subscription: &Subscription, found: &mut Polled) {
        self.is_blind = true;
        found.notes.push(format!(
            "entries that stream `{}` drops before a member reads them go unnoticed: the server does not let this user run \
             `EVAL` with `XINFO` and `XGROUP SETID`",
            subscription.topic
        ));
    }

    /// Reads the reply to the check.
    pub(super) fn take(&mut self, check: Value, subscription: &Subscription, found: &mut Polled) {
        let check = match reply::checked(check) {
            Ok(Value::Array(check)) => check,
            Err(trouble) if trouble.is_transient() => return,
            _ => return self.give_up(subscription, found),
        };
        let is_true = |value| reply::number(value) == Some(1);
        match check.as_slice() {
            // There is no group; the read says so.
            [] => {}
            [position, first, dropped, was_known, is_known, newest_deleted] => {
                let position = reply::id(position).unwrap_or_default();
                if let Some(count @ 1..) = reply::number(dropped) {
                    let before = reply::id(first).map(Into::into);
                    found.lost.push(Lost::Unread { after: position.into(), before, count: Some(count) });
                }
                if !is_true(was_known) {
                    let newest_deleted = reply::id(newest_deleted).unwrap_or_default();
                    found.notes.extend(self.note_of_move(position, newest_deleted, subscription));
                }
                self.group = Some((position, is_true(is_known)));
            }
            _ => self.give_up(subscription, found),
        }
    }

    /// Returns the note to the operator if the group was moved by hand, or by a Python consumer that started: then the
    /// server no longer knows how many entries it has read.
    fn note_of_move(
        &self,
        position: StreamId,
        newest_deleted: StreamId,
        Subscription { topic, group, .. }: &Subscription,
    ) -> Option<String> {
        let (before, true) = self.group? else { return None };
        if position == before || newest_deleted > before {
            return None;
        }
        let moved = format!("group `{group}` of stream `{topic}` was moved");
        Some(if position > before {
            format!(
                "{moved} from {before} to {position}, and skips the unread entries between them: a Python consumer that \
                 starts without `check_backlog` does this"
            )
        } else {
            format!("{moved} back from {before} to {position}: it delivers the entries after that again")
        })
    }
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
    fn a_server_that_refuses_the_check_is_reported_and_not_one_that_is_busy() {
        let error = |line: &[u8]| redis::parse_redis_value(line).unwrap();
        let watch = &mut Watch::default();
        assert_eq!(take(watch, error(b"-BUSY Redis is busy running a script\r\n")), "");
        assert!(!watch.is_blind);
        for refused in [error(b"-ERR Error running script\r\n"), Value::Array(vec![Value::Int(0)])] {
            let watch = &mut Watch::default();
            assert!(take(watch, refused).contains("go unnoticed") && watch.is_blind);
        }
    }
}
