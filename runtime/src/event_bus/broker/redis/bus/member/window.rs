//! The end of a member's work: entries that were stored later stay with the group.
//!
//! A read of a group has no end, so the member counts the entries before the end first, and reads no more than these.

use std::time::{Duration, SystemTime};

use super::link::Link;
use crate::event_bus::broker::{
    Subscription,
    redis::bus::{command::Commands, failure::Trouble, reply, stream_id::StreamId},
};

/// How long a member waits before it looks again.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// Returns the first id that is not delivered.
pub(super) fn end(subscription: &Subscription) -> Option<StreamId> {
    subscription.until.map(StreamId::at)
}

/// Returns whether the member's work has no end.
pub(super) fn is_open(link: &Link) -> bool {
    end(&link.subscription).is_none()
}

/// Returns the number of entries before the end that the group has not read, at most `max`, or `None` without an end.
pub(super) fn unread(link: &mut Link, max: usize) -> Result<Option<usize>, Trouble> {
    let Some(end) = end(&link.subscription) else { return Ok(None) };
    let Subscription { topic, group, .. } = link.subscription.clone();
    let groups = reply::array(link.ask(&["XINFO", "GROUPS", &topic])?, "XINFO GROUPS")?;
    let found = groups.iter().find(|one| reply::name(one) == Some(&*group));
    let lost = || Trouble::Server { code: "NOGROUP".to_owned(), text: "the group does not exist".to_owned() };
    let read = reply::info(found.ok_or_else(lost)?, "last-delivered-id").and_then(reply::id);
    let read = read.ok_or(Trouble::Reply { to: "XINFO GROUPS" })?;
    count(link, &topic, &format!("({read}"), &format!("({end}"), max).map(Some)
}

/// Counts the entries between two ids, up to `max`. The server does not send them: the read does.
fn count(link: &mut Link, topic: &str, from: &str, end: &str, max: usize) -> Result<usize, Trouble> {
    const COUNT: &str = "return #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])";
    let mut commands = Commands::new();
    commands.script(COUNT, topic, 3).word(from).word(end).number(max as u64);
    match reply::count(link.only(&commands)?, "XRANGE") {
        Ok(count) => Ok(usize::try_from(count).unwrap_or(max)),
        // The script may be forbidden.
        Err(trouble) if !trouble.is_transient() => {
            let entries = link.ask(&["XRANGE", topic, from, end, "COUNT", &max.to_string()])?;
            Ok(reply::entries(entries, "XRANGE")?.len())
        }
        Err(trouble) => Err(trouble),
    }
}

/// Returns whether no entry before the end can come any more. The clock of the server decides, as far as its entries show.
pub(super) fn is_over(link: &mut Link) -> Result<bool, Trouble> {
    let Subscription { topic, until: Some(until), .. } = link.subscription.clone() else { return Ok(false) };
    if SystemTime::now() >= until {
        return Ok(true);
    }
    let later = link.ask(&["XRANGE", &topic, &StreamId::at(until).to_string(), "+", "COUNT", "1"])?;
    Ok(!reply::entries(later, "XRANGE")?.is_empty())
}
