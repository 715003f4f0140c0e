//! How long a message waits before it is tried again.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use crate::event_bus::broker::bounded;

/// Exponential backoff with jitter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    /// The longest wait before the second attempt.
    pub(super) min: Duration,
    /// The longest wait before any attempt.
    pub(super) max: Duration,
}

impl Backoff {
    /// Limits the waits to times that a clock can count, and makes the longest one no shorter than the first.
    pub(super) fn new(min: Duration, max: Duration) -> Self {
        let min = bounded(min);
        Self { min, max: bounded(max).max(min) }
    }

    /// Returns how long to wait after attempt number `attempt`, from 1, has failed. The wait doubles with each attempt, and is
    /// a random share of it, at least half, so that members that failed together do not retry together.
    pub(super) fn after(&self, attempt: u32) -> Duration {
        let most = self.most(attempt);
        let random = RandomState::new().hash_one(attempt);
        let share = f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX);
        most.mul_f64(0.5 + share / 2.0)
    }

    fn most(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        self.min.saturating_mul(1 << doublings).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path, time::Instant};

    use super::*;
    use crate::event_bus::settings::ConsumerSettings;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(30));
        for (attempt, most) in [(1, 200), (2, 400), (3, 800), (8, 25_600), (9, 30_000), (u32::MAX, 30_000)] {
            let wait = backoff.after(attempt);
            let most = Duration::from_millis(most);
            assert!(wait >= most / 2 && wait <= most, "{attempt}: {wait:?}");
        }
    }

    #[test]
    fn the_longest_wait_can_be_added_to_the_clock() {
        let backoff = Backoff::new(Duration::MAX, Duration::ZERO);
        assert!(Instant::now().checked_add(backoff.after(u32::MAX)).is_some());
    }

    /// The end of the guide's page about operating. `UPDATE_SETTINGS=1` writes it.
    #[test]
    fn the_guide_shows_the_default_schedule() {
        let ConsumerSettings { max_attempts, retry_min, retry_max, pause_after, .. } =
            ConsumerSettings::default();
        let backoff = Backoff::new(retry_min, retry_max);
        let seconds = |time: Duration| format!("{} s", (time.as_secs_f64() * 10.0).round() / 10.0);
        let mut lines = vec![
            "| attempt | at the earliest | at the latest |".to_owned(),
            "|---|---|---|".to_owned(),
            "| 1 | at once | at once |".to_owned(),
        ];
        let mut latest = Duration::ZERO;
        for attempt in 1..max_attempts {
            latest += backoff.most(attempt);
            lines.push(format!(
                "| {} | after {} | after {} |",
                attempt + 1,
                seconds(latest / 2),
                seconds(latest)
            ));
        }
        assert!(latest / 2 >= Duration::from_mins(1), "a message is tried for at least a minute");
        let (earliest, latest, lost) = (seconds(latest / 2), seconds(latest), pause_after - 1);
        let page = format!(
            "# The schedule of attempts\n\nWith the default settings, a message is tried {max_attempts} times. The times count from \
             the first attempt, without the time that receivers take:\n\n{}\n\nIf a message fails for longer, it becomes a dead \
             letter: at the earliest after {earliest}, at the latest after {latest}. So an outage of up to {earliest} costs nothing. With \
             the [pause](#outages), an outage of any length costs at most {lost} messages for each receiver in each process, and \
             none if the receiver says that it is unavailable. Without the pause (`EVENT_BUS_CONSUMER_PAUSE_AFTER` is 0), a longer \
             outage costs a message for each {earliest} to {latest} on each lane.\n",
            lines.join("\n")
        );
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide/operating_schedule.md");
        if env::var_os("UPDATE_SETTINGS").is_some() {
            fs::write(&file, &page).unwrap();
        }
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            page,
            "UPDATE_SETTINGS=1 writes operating_schedule.md"
        );
    }
}
