//! Connections with the name of this member: old ones of this process, and connections of other processes, alive or dead.
//!
//! If only the client's side of a connection breaks, the server keeps sending entries to it. They would be delivered late,
//! after newer entries. The same happens if a machine dies and the member starts again elsewhere.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// A process that sends nothing for this time is dead. A live one sends something every two seconds, unless it waits.
const SILENT: Duration = Duration::from_secs(5);

/// A connection with the name of this member.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Twin {
    pub(super) id: u64,
    /// Whether this process made it.
    pub(super) is_ours: bool,
    /// Whether the server holds a read of it until an entry comes.
    pub(super) is_waiting: bool,
    /// How long ago the client sent something, in whole seconds.
    idle: Duration,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Alive,
    Dead,
    /// Its read must end. If it is alive, it begins another.
    Unblock,
    Unknown,
}

/// The knowledge of this member about its twins.
#[derive(Default)]
pub(super) struct Twins {
    seen: HashMap<u64, Instant>,
}

impl Twins {
    /// Judges a connection of another process.
    pub(super) fn judge(&mut self, twin: &Twin, now: Instant) -> Verdict {
        /// Idle times are in whole seconds.
        const INEXACT: Duration = Duration::from_millis(1500);
        let first = *self.seen.entry(twin.id).or_insert(now);
        let since = now.saturating_duration_since(first);
        if twin.is_waiting {
            // The first look ends the read. If the connection waits again at a later look, its process is alive.
            if since.is_zero() { Verdict::Unblock } else { Verdict::Alive }
        } else if twin.idle >= SILENT {
            Verdict::Dead
        } else if since >= twin.idle + INEXACT {
            Verdict::Alive
        } else {
            Verdict::Unknown
        }
    }
}

/// Finds the twins of the connection `own`, whose name is `name`, in the server's list of clients. A name consists of the service,
/// the member, and a random part for each process; another process may have another service.
pub(super) fn find(name: &str, own: u64, list: &str) -> Vec<Twin> {
    fn parts(name: &str) -> Option<(&str, &str)> {
        let (_service, rest) = name.split_once('/')?;
        rest.rsplit_once('/')
    }
    let Some((member, process)) = parts(name) else { return Vec::new() };
    let twin = |line: &str| {
        let field =
            |name: &str| line.split(' ').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        let (their_member, their_process) = parts(field("name")?)?;
        let id = field("id")?.parse().ok()?;
        (their_member == member && id != own).then(|| Twin {
            id,
            is_ours: their_process == process,
            is_waiting: field("flags").is_some_and(|flags| flags.contains('b')),
            idle: Duration::from_secs(field("idle").and_then(|idle| idle.parse().ok()).unwrap_or_default()),
        })
    };
    list.lines().filter_map(twin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twin(is_waiting: bool, idle: u64) -> Twin {
        Twin { id: 9, is_ours: false, is_waiting, idle: Duration::from_secs(idle) }
    }

    #[test]
    fn other_connections_with_the_name_of_this_member_are_found() {
        let find = |list: &str| find("shop/t/g/a/1f", 7, list);
        let own = "id=7 addr=1 name=shop/t/g/a/1f idle=0 flags=N cmd=client|list";
        assert_eq!(find(&format!("{own}\nid=9 name=shop/t/g/b/2f flags=N\nid=10 name= db=0\n")), []);
        let old = "id=8 name=shop/t/g/a/1f idle=3 flags=b";
        let other = "id=9 name=other-service/t/g/a/2f idle=3 flags=N";
        let found = find(&format!("{old}\n{own}\n{other}\n"));
        assert_eq!(found, [Twin { id: 8, is_ours: true, ..twin(true, 3) }, twin(false, 3)]);
    }

    #[test]
    fn a_twin_that_sends_nothing_is_dead() {
        let (mut twins, start) = (Twins::default(), Instant::now());
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        assert_eq!(twins.judge(&twin(false, 3), start), Verdict::Unknown);
        assert_eq!(twins.judge(&twin(false, 4), at(1)), Verdict::Unknown);
        assert_eq!(twins.judge(&twin(false, 5), at(2)), Verdict::Dead);
        assert_eq!(twins.judge(&twin(false, 0), at(2)), Verdict::Alive);
        let mut twins = Twins::default();
        assert_eq!(twins.judge(&twin(true, 3), start), Verdict::Unblock);
        assert_eq!(twins.judge(&twin(false, 1), at(1)), Verdict::Unknown);
        assert_eq!(twins.judge(&twin(true, 0), at(1)), Verdict::Alive);
    }
}
