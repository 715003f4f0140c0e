//! When a coordinator reads next.

use std::time::{Duration, Instant};

/// The longest wait for new entries, if the broker cannot be woken: a stop takes effect between two waits.
const SLICE: Duration = Duration::from_millis(400);
/// The longest wait if the broker can be woken: a connection that broke silently is noticed between two waits. Each wait
/// wakes two or three threads.
const WAKEABLE_SLICE: Duration = Duration::from_secs(6);
/// How often acknowledgements go out, new entries are read and deadlines are checked while messages are in flight, if hardly any
/// come.
pub(super) const TICK: Duration = Duration::from_millis(50);
/// The same after a poll that brought entries: others may follow soon.
const SHORT_TICK: Duration = Duration::from_millis(2);
/// How often this member contacts the broker, even if it has no room for entries.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(2);

/// When the broker is polled next.
pub(super) struct Pace {
    /// When the broker was polled last.
    pub(super) polled: Instant,
    /// Whether the last poll returned as many entries as requested, so that there are probably more.
    pub(super) has_more: bool,
    /// The number of entries that are on their way: the next poll returns them.
    pub(super) ahead: usize,
    /// The time between two polls while messages are in flight.
    pub(super) tick: Duration,
    /// The longest wait for new entries.
    pub(super) slice: Duration,
    /// Whether the broker has delivered all messages before the end of the consumer's work.
    pub(super) is_done: bool,
    /// Whether the broker has answered once. Until then, a permanent error means that the consumer is set up wrongly.
    pub(super) has_answered: bool,
}

impl Pace {
    pub(super) fn new(poll_timeout: Duration, can_be_woken: bool) -> Self {
        Self {
            polled: Instant::now(),
            has_more: false,
            ahead: 0,
            tick: TICK,
            slice: poll_timeout.min(if can_be_woken { WAKEABLE_SLICE } else { SLICE }),
            is_done: false,
            has_answered: false,
        }
    }

    /// Returns the time until the next poll is due while messages are in flight.
    pub(super) fn until_tick(&self) -> Duration {
        self.tick.saturating_sub(self.polled.elapsed())
    }

    /// Notes that the broker was polled.
    pub(super) fn has_polled(&mut self) {
        self.polled = Instant::now();
        (self.has_more, self.ahead) = (false, 0);
    }

    /// Notes how many entries a poll brought, and how many it asked for. Polls that bring none become rarer.
    pub(super) fn has_brought(&mut self, entries: usize, asked: usize) {
        self.has_more = asked > 0 && entries >= asked;
        self.tick = if entries > 0 { SHORT_TICK } else { (self.tick * 2).min(TICK) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_follow_each_other_quickly_only_while_entries_come() {
        let mut pace = Pace::new(Duration::MAX, true);
        assert_eq!(pace.tick, TICK);
        pace.has_brought(1, 100);
        assert_eq!((pace.tick, pace.has_more), (SHORT_TICK, false));
        pace.has_brought(100, 100);
        assert_eq!((pace.tick, pace.has_more), (SHORT_TICK, true));
        let ticks: Vec<u128> = (0..6)
            .map(|_| {
                pace.has_brought(0, 100);
                pace.tick.as_millis()
            })
            .collect();
        assert_eq!(ticks, [4, 8, 16, 32, 50, 50]);
    }
}
