//! How far a group is behind: the number of entries that it has not read.

use std::time::{Duration, Instant};

use super::{
    command::Commands, failure::Trouble, group_start::StreamInfo, operations::RedisOperations, reply,
    stream_id::StreamId,
};
use crate::event_bus::broker::Lag;

/// The number of entries that one call counts, since the server sends them with their data.
const PAGE: usize = 100;
/// The number of entries at which counting ends.
const MOST: u64 = 10_000;
/// How long counting may take.
const TIME: Duration = Duration::from_secs(1);

impl RedisOperations {
    pub(super) fn lag_of(&mut self, stream: &str, group: &str) -> Result<Lag, Trouble> {
        let mut commands = Commands::new();
        commands.push(&["XINFO", "STREAM", stream]);
        commands.push(&["XINFO", "GROUPS", stream]);
        let [info, groups] = reply::each(self.call(&commands)?)?;
        let info = StreamInfo::read(reply::checked(info))?;
        let missing = || Trouble::Permanent("the group does not exist".to_owned());
        let groups = match reply::array(groups, "XINFO GROUPS") {
            Err(trouble) if trouble.is_missing_key() => return Err(missing()),
            groups => groups?,
        };
        let found = groups.iter().find(|one| reply::name(one) == Some(group)).ok_or_else(missing)?;
        let read = reply::info(found, "last-delivered-id").and_then(reply::id);
        let read = read.ok_or(Trouble::Reply { to: "XINFO GROUPS" })?;
        let lag = |count, is_exact| Lag {
            partition: None,
            committed: Some(read.to_string()),
            end: info.end().map(|(newest, _added)| newest.to_string()),
            count,
            is_exact,
        };
        match info.unread(found, read) {
            Some(count) => Ok(lag(count, true)),
            None => self.count_after(stream, read).map(|(count, is_exact)| lag(count, is_exact)),
        }
    }

    /// Counts the entries after an id. Returns their number, and whether it is exact.
    fn count_after(&mut self, stream: &str, mut after: StreamId) -> Result<(u64, bool), Trouble> {
        let deadline = Instant::now() + TIME;
        let mut count = 0;
        while count < MOST && Instant::now() < deadline {
            let words = ["XRANGE", stream, &format!("({after}"), "+", "COUNT", &PAGE.to_string()];
            let page = reply::entries(self.ask(&words)?, "XRANGE")?;
            count += page.len() as u64;
            match page.last() {
                Some((last, _)) if page.len() == PAGE => after = *last,
                _ => return Ok((count, true)),
            }
        }
        Ok((count, false))
    }
}
