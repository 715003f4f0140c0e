//! Scripts, each of which the server runs as one command: nothing of others comes in between.

use crate::event_bus::broker::redis::command::{Commands, Words};

/// A script on one stream, in Lua.
pub(super) struct Script(&'static str);

/// Compares what the stream has lost with what the group has read, and then corrects the group's count, so that each
/// loss is told once, whichever member comes first. Redis 7.0 itself counts a jump over lost entries as one; later ones
/// count all of them as read.
///
/// Takes the group. Answers with nothing where there is no group, else with: whether the server counts, the last id the
/// group was handed, the first id of the stream, how many were lost, whether the group's count was known, and is now, the
/// newest deleted id.
pub(super) const CHECK: Script = Script(include_str!("check.lua"));

/// Claims, for the member that has them, those entries that the stream still has.
///
/// Takes the group, the member, and of each entry its id and the number of attempts.
pub(super) const HOLD: Script = Script(include_str!("hold.lua"));

impl Script {
    /// Begins a call with this many arguments, which follow.
    pub(super) fn call<'a>(&self, commands: &'a mut Commands, topic: &str, arguments: usize) -> Words<'a> {
        let mut words = commands.command(4 + arguments);
        words.word("EVAL").word(self.0).number(1).word(topic);
        words
    }
}
