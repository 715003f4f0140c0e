//! Scripts, each of which the server runs as one command: no other client's command comes in between.

use crate::event_bus::broker::redis::bus::command::{Commands, Words};

/// A script on one stream, in Lua.
pub(super) struct Script(&'static str);

/// Compares what the stream has dropped with what the group has read. Then corrects the number of entries that the group
/// has read, so that only one member reports each loss: Redis 7.0 counts a jump over dropped entries as one entry, and
/// later versions count all of them as read.
///
/// Takes the group. Returns an empty list if there is no group, and a list of one number if the server refuses a command or
/// does not count. Otherwise it returns: the last id that the group delivered; the first id of the stream; the number of lost
/// entries; whether the number of read entries was known, and whether it is now; the newest deleted id.
pub(super) const CHECK: Script = Script(include_str!("check.lua"));

/// Renews the claims of a member on those entries that it still has and that the stream still has.
///
/// Takes the group, the member, and for each entry its id and the number of attempts.
pub(super) const RENEW: Script = Script(include_str!("renew.lua"));

impl Script {
    /// Begins a call with this many arguments. The caller adds them to the result.
    pub(super) fn call<'a>(&self, commands: &'a mut Commands, topic: &str, arguments: usize) -> Words<'a> {
        let mut words = commands.command(4 + arguments);
        words.word("EVAL").word(self.0).number(1).word(topic);
        words
    }
}
