//! Outages: notices that a receiver cannot work, and decides when the consumer pauses and when it tries again.
//!
//! ```text
//!   unavailable, or the attempts of `after` messages in a row are used up       the message that is tried
//!   in one receiver ─────────────────────────────────────────────────► paused ──────────────────────────► resumed
//!                                                                       │  ▲      succeeds, or fails in another way
//!                                                                 due   ▼  │ fails in the same way
//!                                                                      trying
//! ```
//!
//! A pause is for one receiver, and a try runs no other.
//!
//! Nothing in this file knows threads, the broker or the log.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use crate::{
    event_bus::observe::{Outage, Resumed, Resumption},
    receiver::FullName,
};

/// The time between the beginning of a pause and the first try, and the shortest wait that a receiver can ask for.
const FIRST: Duration = Duration::from_secs(5);
const SHORTEST: Duration = Duration::from_millis(100);

pub(super) struct Outages {
    /// The number of messages in a row that use up their attempts in one receiver before the consumer pauses; 0 for never.
    after: u32,
    /// The longest wait between two tries.
    max: Duration,
    streaks: Vec<Streak>,
    pause: Option<Pause>,
    news: Vec<PauseNews>,
}

/// How many messages have used up their attempts in a receiver since it succeeded last.
struct Streak {
    receiver: FullName,
    count: u32,
}

struct Pause {
    outage: Outage,
    /// Whether the receiver said so itself.
    is_declared: bool,
    since: Instant,
    /// The wait before the next try.
    wait: Duration,
    /// The lane of the message that is tried.
    lane: usize,
    /// When it is tried next; `None` while it is tried.
    due: Option<Instant>,
    tries: u32,
}

/// The beginning or the end of a pause.
#[derive(Debug, PartialEq)]
pub(super) enum PauseNews {
    /// With the time until the first try.
    Paused(Outage, Duration),
    Resumed(Outage, Resumed),
}

impl Outages {
    pub(super) fn new(after: u32, max: Duration) -> Self {
        Self { after, max, streaks: Vec::new(), pause: None, news: Vec::new() }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.pause.is_some()
    }

    /// Returns whether successes matter.
    pub(super) fn counts(&self) -> bool {
        !self.streaks.is_empty()
    }

    pub(super) fn take_news(&mut self) -> Vec<PauseNews> {
        std::mem::take(&mut self.news)
    }

    /// Notes that a receiver reports itself as unavailable, and when to try it again. The message of the lane is held.
    pub(super) fn unavailable(
        &mut self,
        lane: usize,
        receiver: FullName,
        error: &str,
        after: Option<Duration>,
        now: Instant,
    ) {
        if let Some(pause) = &mut self.pause {
            if pause.lane == lane {
                pause.try_again(self.max, after, now);
            }
        } else {
            self.begin(lane, receiver, error, true, after, now);
        }
    }

    /// Notes that a message has used up its attempts in `receivers`. Returns whether it is held, and not given up.
    pub(super) fn use_up(&mut self, lane: usize, receivers: &[FullName], error: &str, now: Instant) -> bool {
        if let Some(Pause { outage, is_declared: false, .. }) = &self.pause
            && receivers.contains(&outage.receiver)
        {
            if let Some(pause) = self.pause.as_mut().filter(|pause| pause.lane == lane) {
                pause.try_again(self.max, None, now);
            }
            return true;
        }
        if self.after == 0 {
            return false;
        }
        let (mut down, last) = (None, self.after - 1);
        for &receiver in receivers {
            let count = self.count(receiver);
            if *count == last {
                down.get_or_insert(receiver);
            } else {
                *count += 1;
            }
        }
        if let Some(receiver) = down {
            match &mut self.pause {
                None => self.begin(lane, receiver, error, false, None, now),
                // The receiver that was tried still fails, even if it no longer reports itself as unavailable.
                Some(pause) if pause.lane == lane => {
                    pause.is_declared = false;
                    pause.try_again(self.max, None, now);
                }
                Some(_) => {}
            }
        }
        down.is_some()
    }

    /// Notes that receivers succeeded. Only the message that is tried ends a pause: others may have begun before the outage.
    pub(super) fn succeed(&mut self, receivers: &[FullName]) {
        if self.pause.is_none() {
            self.streaks.retain(|streak| !receivers.contains(&streak.receiver));
        }
    }

    /// Ends the pause after a try that is not held: the receivers in `succeeded` did succeed.
    pub(super) fn tried(&mut self, succeeded: &[FullName], now: Instant) {
        let works = self.pause.as_ref().is_some_and(|pause| succeeded.contains(&pause.outage.receiver));
        self.end(if works { Resumption::Works } else { Resumption::FailedOtherwise }, now);
    }

    /// Returns the receiver to try, and the lane of the message to try it with, if it is time for that.
    pub(super) fn due(&self, now: Instant) -> Option<(usize, FullName)> {
        let Pause { outage, lane, due, .. } = self.pause.as_ref()?;
        due.is_some_and(|due| due <= now).then_some((*lane, outage.receiver))
    }

    /// Notes that the message of a lane is tried now.
    pub(super) fn begin_try(&mut self, lane: usize) {
        if let Some(pause) = &mut self.pause {
            (pause.lane, pause.due) = (lane, None);
            pause.tries += 1;
        }
    }

    /// Notes that the broker took back the message that was about to be tried. Another one is tried at once.
    pub(super) fn try_another(&mut self, now: Instant) {
        if let Some(pause) = &mut self.pause {
            pause.due = Some(now);
        }
    }

    /// Ends the pause because no message is left to try. If the receiver still fails, the next message that uses up its attempts
    /// begins another one.
    pub(super) fn abandon(&mut self, now: Instant) {
        let streak = self.pause.as_ref().map(|pause| (pause.outage.receiver, pause.outage.given_up));
        self.end(Resumption::NothingLeft, now);
        if let Some((receiver, given_up)) = streak.filter(|(_, given_up)| *given_up > 0) {
            *self.count(receiver) = given_up;
        }
    }

    fn count(&mut self, receiver: FullName) -> &mut u32 {
        let known = self.streaks.iter().position(|streak| streak.receiver == receiver);
        let index = known.unwrap_or_else(|| {
            self.streaks.push(Streak { receiver, count: 0 });
            self.streaks.len() - 1
        });
        &mut self.streaks[index].count
    }

    /// Begins a pause. A receiver that reports itself as unavailable may say `after` which time to try it again.
    fn begin(
        &mut self,
        lane: usize,
        receiver: FullName,
        error: &str,
        is_declared: bool,
        after: Option<Duration>,
        now: Instant,
    ) {
        let known = self.streaks.iter().find(|streak| streak.receiver == receiver);
        let given_up = known.map_or(0, |streak| streak.count);
        let outage = Outage { receiver, error: error.to_owned(), given_up };
        let wait = FIRST.min(self.max);
        let first = after.map_or(wait, |after| within(after, self.max));
        self.news.push(PauseNews::Paused(outage.clone(), first));
        let due = Some(now + first);
        self.pause = Some(Pause { outage, is_declared, since: now, wait, lane, due, tries: 0 });
    }

    fn end(&mut self, why: Resumption, now: Instant) {
        if let Some(Pause { outage, since, tries, .. }) = self.pause.take() {
            self.streaks.retain(|streak| streak.receiver != outage.receiver);
            let time = now.saturating_duration_since(since);
            self.news.push(PauseNews::Resumed(outage, Resumed { why, time, tries }));
        }
    }
}

impl Pause {
    fn try_again(&mut self, max: Duration, after: Option<Duration>, now: Instant) {
        self.wait = (self.wait * 2).min(max);
        self.due = Some(now + after.map_or(self.wait, |after| within(after, max)));
    }
}

/// Returns the wait that a receiver asks for, within bounds.
fn within(after: Duration, max: Duration) -> Duration {
    after.clamp(SHORTEST.min(max), max)
}
