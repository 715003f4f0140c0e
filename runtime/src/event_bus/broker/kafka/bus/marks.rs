//! The marks of a member: the metadata that Kafka stores with a committed offset.
//!
//! Kafka counts neither deliveries nor attempts. A member stores in each commit which entries after the committed offset it may
//! have received, which attempts have begun, and which entries are finished already:
//!
//! ```text
//! oee1;NAME;MILLIS;HANDED;BEGUN;FINISHED
//!
//! NAME      the member, percent-encoded
//! MILLIS    when they were written, in milliseconds since 1970
//! HANDED    the number of offsets, from the committed one on, that the member may have received
//! BEGUN     runs of offsets with attempts: `3x2,7+4x1` is one attempt each of 7 to 10, and two of 3
//! FINISHED  runs of offsets: `5,9+2` is 5, 9 and 10
//! ```
//!
//! Offsets count from the committed one. Any other metadata comes from another client, such as Python's, and holds no marks.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The longest metadata that a broker stores by default (`offset.metadata.max.bytes`).
pub(super) const LONGEST: usize = 4096;
/// Begins the metadata, with the version of the format.
const VERSION: &str = "oee1";
/// The longest name in the metadata, so that the rest has room.
const LONGEST_NAME: usize = 255;
/// The number of offsets that one commit can mark. A member stops reading long before.
const MOST: i64 = 1_000_000;

/// The knowledge of a member about the entries after a committed offset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The member that wrote them.
    pub(super) consumer_name: String,
    /// When it wrote them, in milliseconds since 1970.
    pub(super) millis: u64,
    /// A member may have received the entries before this offset.
    pub(super) handed: i64,
    /// The number of attempts that have begun, by offset.
    pub(super) begun: BTreeMap<i64, u32>,
    /// Finished entries.
    pub(super) finished: BTreeSet<i64>,
}

impl Marks {
    /// Makes the marks of a group that continues at `offset`: no member has received anything from there on.
    pub(super) fn of_place(offset: i64) -> Self {
        Self { millis: now_millis(), handed: offset, ..Self::default() }
    }

    /// Reads the metadata of a commit. Returns `None` if no member of this crate wrote it.
    pub(super) fn read(committed: i64, text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        if parts.next()? != VERSION {
            return None;
        }
        let consumer_name = percent_decode_str(parts.next()?).decode_utf8().ok()?.into_owned();
        let millis = parts.next()?.parse().ok()?;
        let handed = committed.checked_add(parts.next()?.parse().ok().filter(|handed| *handed >= 0)?)?;
        let mut marks = Self { consumer_name, millis, handed, ..Self::default() };
        let mut room = MOST;
        for run in list(parts.next()?) {
            let (run, attempts) = run.split_once('x')?;
            let attempts = attempts.parse().ok()?;
            marks.begun.extend(offsets(committed, run, &mut room)?.map(|offset| (offset, attempts)));
        }
        for run in list(parts.next()?) {
            marks.finished.extend(offsets(committed, run, &mut room)?);
        }
        parts.next().is_none().then_some(marks)
    }

    /// Returns the metadata for a commit, at most `limit` bytes. If that is too long, leaves out finished entries first, which
    /// makes duplicates, and then first attempts.
    pub(super) fn write(&self, committed: i64, limit: usize) -> String {
        let Self { consumer_name, millis, .. } = self;
        let name: String = utf8_percent_encode(consumer_name, NON_ALPHANUMERIC).collect();
        let name = cut_encoded(&name);
        let handed = self.handed.saturating_sub(committed).max(0);
        let head = format!("{VERSION};{name};{millis};{handed};");
        if head.len() + 1 > limit {
            return String::new();
        }
        let mut room = limit - head.len() - 1;
        let begun = |least: u32| {
            let begun = self.begun.iter().filter(move |(_, attempts)| **attempts >= least);
            runs(begun.map(|(offset, attempts)| (*offset, *attempts)))
        };
        let write_begun = |run: &Run| format!("{}x{},", run.text(committed), run.attempts);
        let all: String = begun(1).iter().map(write_begun).collect();
        let begun = if all.len() <= room + 1 { all } else { fitting(&begun(2), room, write_begun) };
        let begun = begun.trim_end_matches(',');
        room -= begun.len();
        let finished = runs(self.finished.iter().map(|offset| (*offset, 0)));
        let finished = fitting(&finished, room, |run| format!("{},", run.text(committed)));
        format!("{head}{begun};{}", finished.trim_end_matches(','))
    }

    /// Lists the entries that the member may have received and has not finished, before the offset `end`, each with its attempts.
    pub(super) fn pending(&self, committed: i64, end: i64) -> impl Iterator<Item = (i64, u32)> + '_ {
        let offsets = committed..self.handed.min(end).min(committed.saturating_add(MOST));
        offsets
            .filter(|offset| !self.finished.contains(offset))
            .map(|offset| (offset, self.begun.get(&offset).copied().unwrap_or_default()))
    }
}

/// Returns the time in milliseconds since 1970.
pub(super) fn now_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Consecutive offsets with the same number of attempts.
struct Run {
    first: i64,
    len: i64,
    attempts: u32,
}

impl Run {
    fn text(&self, committed: i64) -> String {
        let mut text = (self.first - committed).to_string();
        if self.len > 1 {
            // Writing to a string cannot fail.
            let _ = write!(text, "+{}", self.len);
        }
        text
    }
}

fn runs(offsets: impl Iterator<Item = (i64, u32)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (offset, attempts) in offsets {
        match runs.last_mut() {
            Some(run) if run.first + run.len == offset && run.attempts == attempts => run.len += 1,
            _ => runs.push(Run { first: offset, len: 1, attempts }),
        }
    }
    runs
}

/// Writes the first runs, as many as fit. The comma after the last one does not count.
fn fitting(runs: &[Run], room: usize, write: impl Fn(&Run) -> String) -> String {
    let mut text = String::new();
    for run in runs {
        let run = write(run);
        if text.len() + run.len() > room + 1 {
            break;
        }
        text.push_str(&run);
    }
    text
}

/// Cuts an encoded name that is too long, between two characters.
fn cut_encoded(name: &str) -> &str {
    let mut end = name.len().min(LONGEST_NAME);
    while percent_decode_str(&name[..end]).decode_utf8().is_err() || ends_within_escape(&name[..end]) {
        end -= 1;
    }
    &name[..end]
}

/// Returns whether an encoded string ends within an escape such as `%20`.
fn ends_within_escape(encoded: &str) -> bool {
    encoded.rfind('%').is_some_and(|at| at + 3 > encoded.len())
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|run| !run.is_empty())
}

/// Reads a run. It must fit into the room that is left.
fn offsets(committed: i64, run: &str, room: &mut i64) -> Option<std::ops::Range<i64>> {
    let (first, len) = run.split_once('+').unwrap_or((run, "1"));
    let (first, len): (i64, i64) = (first.parse().ok()?, len.parse().ok()?);
    if first < 0 || len < 1 || len > *room {
        return None;
    }
    *room -= len;
    let first = committed.checked_add(first)?;
    Some(first..first.checked_add(len)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMITTED: i64 = 1_000_000_000_000;

    fn marks(begun: &[(i64, u32)], finished: &[i64]) -> Marks {
        Marks {
            consumer_name: "worker-1 ü;".to_owned(),
            millis: 1_764_518_400_123,
            handed: COMMITTED + 120,
            begun: begun.iter().map(|(offset, attempts)| (COMMITTED + offset, *attempts)).collect(),
            finished: finished.iter().map(|offset| COMMITTED + offset).collect(),
        }
    }

    #[test]
    fn consecutive_offsets_are_runs() {
        let marks = marks(&[(3, 2), (7, 1), (8, 1), (9, 1), (10, 1), (11, 2)], &[5, 13, 14]);
        let text = marks.write(COMMITTED, LONGEST);
        assert_eq!(text, "oee1;worker%2D1%20%C3%BC%3B;1764518400123;120;3x2,7+4x1,11x2;5,13+2");
        assert_eq!(Marks::read(COMMITTED, &text), Some(marks));
    }

    #[test]
    fn other_metadata_holds_no_marks() {
        let others = [
            "",
            "oee1",
            "oee2;a;1;0;;",
            "oee1;a;1;0;;;",
            "oee1;a;1;-1;;",
            "oee1;a;1;0;5;",
            "oee1;a;1;0;;-1",
            "oee1;a;1;0;;1+0",
            "oee1;a;1;0;;1+-4",
            "oee1;a;1;0;1x;",
            "oee1;a;x;0;;",
            "oee1;%ff;1;0;;",
            "oee1;a;1;0;;0+1000001",
            "oee1;a;1;0;0+600000x1;0+600000",
            "oee1;a;1;9223372036854775807;;",
            "committed by hand",
        ];
        for other in others {
            assert_eq!(Marks::read(COMMITTED, other), None, "{other}");
        }
        assert!(Marks::read(COMMITTED, "oee1;a;1;0;;").is_some());
    }

    /// Yields numbers that look random, and are the same in each run.
    fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
        move |below| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        }
    }

    #[test]
    fn everything_is_read_again_and_cut_in_the_right_order() {
        for seed in 0..400 {
            let mut number = numbers(seed);
            let (len, spread) = (number(1200), 1 + number(4));
            let mut marks = marks(&[], &[]);
            marks.consumer_name = "näme %;".repeat(usize::try_from(number(60)).unwrap());
            let mut offset = COMMITTED;
            for _ in 0..len {
                offset += 1 + i64::try_from(number(spread)).unwrap();
                match number(4) {
                    0 => drop(marks.begun.insert(offset, u32::try_from(1 + number(3)).unwrap())),
                    1 => drop(marks.finished.insert(offset)),
                    _ => {}
                }
            }
            let limit = [LONGEST, LONGEST, 600, 100][usize::try_from(number(4)).unwrap()];
            let text = marks.write(COMMITTED, limit);
            assert!(text.len() <= limit, "{} of {limit}", text.len());
            let Some(read) = Marks::read(COMMITTED, &text) else {
                assert!(text.is_empty() && limit < LONGEST, "{text}");
                continue;
            };
            assert!(marks.consumer_name.starts_with(&read.consumer_name));
            assert_eq!((read.millis, read.handed), (marks.millis, marks.handed));
            let is_first = |set: &[i64], all: &[i64]| all.starts_with(set);
            let all: Vec<_> = marks.finished.iter().copied().collect();
            let finished: Vec<_> = read.finished.iter().copied().collect();
            assert!(is_first(&finished, &all), "the finished entries that come first stay");
            if read.begun != marks.begun {
                assert!(read.begun.values().all(|attempts| *attempts > 1), "first attempts go together");
                let all: Vec<_> = marks.begun.iter().filter(|(_, attempts)| **attempts > 1).collect();
                assert!(all.starts_with(&read.begun.iter().collect::<Vec<_>>()));
                if limit == LONGEST {
                    assert_eq!(all.len(), read.begun.len(), "later attempts stay");
                }
            }
        }
    }

    #[test]
    fn pending_entries_are_those_handed_out_and_not_finished() {
        let mut marks = marks(&[(1, 2)], &[2]);
        marks.handed = COMMITTED + 5;
        let pending =
            |end| marks.pending(COMMITTED, COMMITTED + end).map(|(at, n)| (at - COMMITTED, n)).collect();
        let all: Vec<_> = pending(100);
        assert_eq!(all, [(0, 0), (1, 2), (3, 0), (4, 0)]);
        let two: Vec<_> = pending(2);
        assert_eq!(two, [(0, 0), (1, 2)], "the topic has no more");
    }
}
