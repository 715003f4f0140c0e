//! Notices that the group was moved: by an operator, or by a Python consumer that starts.

use std::time::{Duration, Instant};

use super::{link::Link, look::Look};
use crate::event_bus::broker::{
    Polled, Subscription,
    redis::bus::{failure::Trouble, reply, stream_id::StreamId},
};

/// The pause between two questions to the server.
const PAUSE: Duration = Duration::from_secs(1);

/// A move back is obvious from the position. A move forward looks as if other members had read quickly, above all if a member
/// reads again before the next look. Then the server's count of calls of `XGROUP SETID` decides, not counting the calls that looks
/// make.
#[derive(Default)]
pub(super) struct Moves {
    /// The number of calls of `XGROUP SETID` outside of looks, on all streams of the server.
    calls: Option<u64>,
    /// Where the group was and where it is, if it may have been moved in between.
    suspicion: Option<(StreamId, StreamId)>,
    /// When the server may be asked again.
    ask_at: Option<Instant>,
}

impl Moves {
    /// Compares a look with what the member knew before. Returns whether the group was moved back.
    pub(super) fn compare(
        &mut self,
        known: &Look,
        look: &Look,
        Subscription { topic, group, .. }: &Subscription,
        found: &mut Polled,
    ) -> bool {
        let (from, to) = (known.at, look.position);
        if to < from {
            found.notes.push(format!(
                "group `{group}` of stream `{topic}` was moved back from {from} to {to}: it delivers the entries after that again"
            ));
        } else if to > from && !look.was_counted && known.read.is_some() && look.deleted <= from {
            // Reads do not make the server forget the number of read entries.
            found.notes.push(skips(topic, group, "was moved", from, to));
        } else if to > from && to >= known.newest {
            let from = self.suspicion.map_or(from, |(earlier, _)| earlier);
            self.suspicion = Some((from, to));
        }
        to < from
    }

    /// Forgets where the group was: it is a new one.
    pub(super) fn forget(&mut self) {
        self.suspicion = None;
    }

    /// Asks the server if there is a suspicion, and at the beginning.
    pub(super) fn ask(&mut self, link: &mut Link, found: &mut Polled) -> Result<(), Trouble> {
        let is_first = self.ask_at.is_none();
        let is_time = self.ask_at.is_none_or(|at| Instant::now() >= at);
        if !is_time || !(is_first || (self.suspicion.is_some() && self.calls.is_some())) {
            return Ok(());
        }
        self.ask_at = Some(Instant::now() + PAUSE);
        let calls = match link.ask(&["INFO", "commandstats"]) {
            Ok(stats) => Some(moves(&reply::text(stats).unwrap_or_default())),
            // This user may not ask.
            Err(trouble) if !trouble.is_transient() => None,
            Err(trouble) => return Err(trouble),
        };
        let before = std::mem::replace(&mut self.calls, calls);
        if let Some((from, to)) = self.suspicion.take()
            && before.is_some_and(|before| calls.is_some_and(|calls| calls > before))
        {
            let Subscription { topic, group, .. } = &link.subscription;
            found.notes.push(skips(topic, group, "seems to have been moved", from, to));
        }
        Ok(())
    }
}

fn skips(topic: &str, group: &str, moved: &str, from: StreamId, to: StreamId) -> String {
    format!(
        "group `{group}` of stream `{topic}` {moved} from {from} to {to}, and skips the unread entries between them: a Python \
         consumer that starts without `check_backlog` does this. `seek --to {from}` delivers them"
    )
}

/// Returns the number of calls of `XGROUP SETID` outside of looks, from the reply to `INFO commandstats`. A look makes one
/// call of `XGROUP HELP` for each of its own, in the same step, so that it does not matter which member looked, and whether the reply
/// reached it.
fn moves(stats: &str) -> u64 {
    succeeded(stats, "cmdstat_xgroup|setid:").saturating_sub(succeeded(stats, "cmdstat_xgroup|help:"))
}

/// Returns the number of calls of a command that succeeded. Members that start make calls that fail.
fn succeeded(stats: &str, command: &str) -> u64 {
    let line = stats.lines().find_map(|line| line.strip_prefix(command)).unwrap_or_default();
    let number = |name: &str| {
        let value = line.split(',').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.trim_end().parse::<u64>().ok()).unwrap_or_default()
    };
    number("calls").saturating_sub(number("failed_calls"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn calls_are_found_in_the_statistics() {
        let stats = "# Commandstats\r\ncmdstat_xgroup|create:calls=9,usec=1\r\ncmdstat_xgroup|setid:calls=6,usec=3\r\n";
        assert_eq!((super::moves(stats), super::moves("")), (6, 0));
        let stats = "cmdstat_xgroup|help:calls=3,usec=1\r\n\
                     cmdstat_xgroup|setid:calls=6,usec=3,usec_per_call=0.50,rejected_calls=3,failed_calls=2\r\n";
        assert_eq!(super::moves(stats), 1, "three of four were part of looks");
    }
}
