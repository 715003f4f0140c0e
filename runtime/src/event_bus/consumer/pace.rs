//! When a coordinator calls the broker next.

use std::time::{Duration, Instant};

/// The longest wait for new entries, if the broker cannot be woken: a stop takes effect between two waits.
const SLICE: Duration = Duration::from_millis(400);
/// The longest wait if the broker can be woken: a connection that broke silently is noticed between two waits. Each wait
/// wakes two or three threads.
const WAKEABLE_SLICE: Duration = Duration::from_secs(6);
/// How often acknowledgements go out and deadlines are checked while messages are in flight.
pub(super) const TICK: Duration = Duration::from_millis(50);
/// How often the broker hears of this member, even if the member has no room for entries.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(2);

/// When the broker is called next.
pub(super) struct Pace {
    /// When the claims were renewed last.
    pub(super) claimed: Instant,
    /// When the broker was polled last.
    pub(super) polled: Instant,
    /// Whether the last poll returned as many entries as requested, so that there are probably more.
    pub(super) has_more: bool,
    /// The longest wait for new entries.
    pub(super) slice: Duration,
    /// Whether the broker has delivered all messages before the end of the consumer's work.
    pub(super) is_done: bool,
    /// Whether the broker has answered once. Until then, a permanent error means that the consumer is set up wrongly.
    pub(super) has_answered: bool,
    /// The end of the pause after a failed call.
    pub(super) rest_until: Option<Instant>,
    /// When the broker is asked next whether the topic may drop entries.
    pub(super) risk_due: Instant,
}

impl Pace {
    pub(super) fn new(poll_timeout: Duration, can_be_woken: bool) -> Self {
        let now = Instant::now();
        Self {
            claimed: now,
            polled: now,
            has_more: false,
            slice: poll_timeout.min(if can_be_woken { WAKEABLE_SLICE } else { SLICE }),
            is_done: false,
            has_answered: false,
            rest_until: None,
            risk_due: now,
        }
    }

    /// Returns the rest of the pause after a failed call.
    pub(super) fn rest(&self) -> Option<Duration> {
        let left = self.rest_until?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}
