//! A trouble that goes on: which of its failures are told.

use std::time::{Duration, Instant};

/// How long the end and the next beginning of the same trouble are not told. A client of several brokers fails again and again while
/// one of them is away, and works in between.
const AGAIN: Duration = Duration::from_mins(1);
/// The number of reasons that are remembered.
const REASONS: usize = 8;

/// Failures that repeat while their cause remains, such as those of calls of a broker that is away. The first one is told, each other
/// reason once, and the end.
#[derive(Debug, Default)]
pub(in crate::event_bus) struct Trouble {
    open: Option<Open>,
    /// The reasons that were told, and when each failed last.
    told: Vec<(String, Instant)>,
}

#[derive(Debug)]
struct Open {
    since: Instant,
    /// When it failed last.
    last: Instant,
    /// The first success since then.
    works_since: Option<Instant>,
    is_told: bool,
}

impl Trouble {
    /// Notes a failure. Returns whether it is told.
    pub(in crate::event_bus) fn failed(&mut self, reason: &str, now: Instant) -> bool {
        let open = self.open.get_or_insert(Open { since: now, last: now, works_since: None, is_told: false });
        (open.last, open.works_since) = (now, None);
        let since = open.since;
        self.told.retain(|(_, last)| *last >= since || now.saturating_duration_since(*last) < AGAIN);
        let is_new = match self.told.iter_mut().find(|(told, _)| told == reason) {
            Some((_, last)) => {
                *last = now;
                // It came again soon, and stays this time.
                !open.is_told && now.saturating_duration_since(since) >= AGAIN
            }
            None => {
                if self.told.len() == REASONS {
                    self.told.remove(0);
                }
                self.told.push((reason.to_owned(), now));
                true
            }
        };
        open.is_told |= is_new;
        is_new
    }

    /// Notes a success. The trouble is over if nothing has failed for `quiet`. Then this returns how long it was, if it was told.
    pub(in crate::event_bus) fn succeeded(&mut self, quiet: Duration, now: Instant) -> Option<Duration> {
        let open = self.open.as_mut()?;
        let works_since = *open.works_since.get_or_insert(now);
        if now.saturating_duration_since(open.last) < quiet {
            return None;
        }
        let Open { since, is_told, .. } = self.open.take()?;
        is_told.then(|| works_since.saturating_duration_since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_reason_and_the_end_are_told_once() {
        let (mut trouble, start) = (Trouble::default(), Instant::now());
        assert_eq!(trouble.succeeded(SECOND, start), None);
        let told = ["away", "away", "refused", "away", "refused"]
            .into_iter()
            .zip(0..)
            .map(|(reason, second)| trouble.failed(reason, start + second * SECOND));
        assert_eq!(told.collect::<Vec<_>>(), [true, false, true, false, false]);
        assert_eq!(trouble.succeeded(3 * SECOND, start + 5 * SECOND), None, "it may fail again soon");
        assert!(!trouble.failed("away", start + 6 * SECOND));
        assert_eq!(trouble.succeeded(3 * SECOND, start + 7 * SECOND), None);
        assert_eq!(trouble.succeeded(3 * SECOND, start + 9 * SECOND), Some(7 * SECOND));
        assert_eq!(trouble.succeeded(3 * SECOND, start + 10 * SECOND), None);
    }

    #[test]
    fn a_trouble_that_comes_and_goes_is_told_once_unless_it_stays() {
        let (mut trouble, start) = (Trouble::default(), Instant::now());
        let at = |second: u32| start + second * SECOND;
        assert!(trouble.failed("away", at(0)));
        assert_eq!(trouble.succeeded(Duration::ZERO, at(1)), Some(SECOND));
        for second in [30, 60, 90] {
            assert!(!trouble.failed("away", at(second)));
            assert_eq!(trouble.succeeded(Duration::ZERO, at(second + 1)), None);
        }
        assert!(!trouble.failed("away", at(120)));
        assert!(trouble.failed("away", at(180)), "it stays");
        assert_eq!(trouble.succeeded(Duration::ZERO, at(181)), Some(61 * SECOND));
        assert!(trouble.failed("away", at(300)), "much later");
    }
}
