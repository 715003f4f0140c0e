//! Remembers the replays that run: as the pending entries of a group on the stream of dead letters, so that it needs no other
//! key and no other commands than consumers.

use super::{failure::Trouble, operations::RedisOperations, reply, stream_id::StreamId};
use crate::event_bus::wire::EntryId;

/// The name of the group, and of its only member.
const REPLAYS: &str = "replays";
/// The number of replays that are listed.
const MOST: &str = "10000";

impl RedisOperations {
    pub(super) fn begin_replays(&mut self, stream: &str, ids: &[StreamId]) -> Result<(), Trouble> {
        match self.ask(&["XGROUP", "CREATE", stream, REPLAYS, "0"]) {
            // The group exists.
            Err(trouble) if !trouble.is("BUSYGROUP") => return Err(trouble),
            _ => {}
        }
        self.ask_about(ids, &["XCLAIM", stream, REPLAYS, REPLAYS, "0"], &["FORCE", "JUSTID"])
    }

    pub(super) fn end_replays(&mut self, stream: &str, ids: &[StreamId]) -> Result<(), Trouble> {
        self.ask_about(ids, &["XACK", stream, REPLAYS], &[])
    }

    /// Makes one call for all ids.
    fn ask_about(&mut self, ids: &[StreamId], before: &[&str], after: &[&str]) -> Result<(), Trouble> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let words = before.iter().copied().chain(ids.iter().map(String::as_str)).chain(after.iter().copied());
        self.ask(&words.collect::<Vec<_>>()).map(drop)
    }

    pub(super) fn replays(&mut self, stream: &str) -> Result<Vec<EntryId>, Trouble> {
        match self.ask(&["XPENDING", stream, REPLAYS, "-", "+", MOST]).and_then(reply::pending) {
            Ok(pending) => Ok(pending.into_iter().map(|pending| pending.id.into()).collect()),
            // Nothing was replayed yet, or replays are not remembered.
            Err(trouble) if trouble.is("NOGROUP") || trouble.is_refused_command() => Ok(Vec::new()),
            Err(trouble) => Err(trouble),
        }
    }
}
