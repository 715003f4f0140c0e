//! Warns before the stream drops entries that the group has not read.

use super::link::Link;
use crate::event_bus::broker::redis::bus::{
    command::Commands, failure::Trouble, group_start::StreamInfo, reply,
};

/// The share of the stream's length, in hundredths, from which a group is at risk.
const SHARE: u64 = 80;

/// Returns a warning if the group has so much to read that producers may soon drop some of it, as far as the server reports.
pub(super) fn risk(link: &mut Link) -> Result<Option<String>, Trouble> {
    let (topic, group) = (link.subscription.topic.clone(), link.subscription.group.clone());
    let max_len = link.stream_max_len();
    let mut commands = Commands::new();
    commands.push(&["XINFO", "STREAM", &topic]);
    commands.push(&["XINFO", "GROUPS", &topic]);
    let [info, groups] = reply::each(link.call(&commands)?)?;
    // Without the right to ask, or without the stream, there is nothing to say.
    let (Ok(info), Ok(groups)) = (reply::checked(info), reply::array(groups, "XINFO GROUPS")) else {
        return Ok(None);
    };
    let info = StreamInfo::read(Ok(info))?;
    let lag = groups.iter().find(|one| reply::name(one) == Some(&group)).and_then(|found| {
        let read = reply::info(found, "last-delivered-id").and_then(reply::id)?;
        info.unread(found, read)
    });
    Ok(lag.filter(|lag| lag.saturating_mul(100) >= max_len.saturating_mul(SHARE)).map(|lag| {
        format!(
            "group `{group}` has {lag} entries of stream `{topic}` left to read, and the stream keeps about {max_len}: producers \
             soon drop entries that the group has not read; raise `EVENT_BUS_REDIS_STREAM_MAX_LEN` in all producers"
        )
    }))
}
