//! How a case that fails says so: its name, what the bus promised, and what the case saw, in a few lines.

use std::{
    fmt::{Arguments, Debug},
    thread,
};

use super::Case;

/// Checks that a case saw what the bus promised. The optional text states the promise.
macro_rules! promise_eq {
    ($seen:expr, $promised:expr $(,)?) => {
        $crate::conformance::promise::check(&$seen, &$promised, ::std::format_args!("the bus breaks a promise"))
    };
    ($seen:expr, $promised:expr, $($should:tt)+) => {
        $crate::conformance::promise::check(&$seen, &$promised, ::std::format_args!($($should)+))
    };
}
pub(super) use promise_eq;

/// The largest number of characters of each value in a message.
const MOST: usize = 160;

/// The number of characters before the first difference.
const BEFORE: usize = 40;

#[track_caller]
pub(super) fn check<S, P>(seen: &S, promised: &P, should: Arguments<'_>)
where
    S: PartialEq<P> + Debug + ?Sized,
    P: Debug + ?Sized,
{
    if seen != promised {
        let (seen, promised) = (format!("{seen:?}"), format!("{promised:?}"));
        let same = seen.chars().zip(promised.chars()).take_while(|(one, other)| one == other).count();
        let from = if seen.chars().count().max(promised.chars().count()) > MOST {
            same.saturating_sub(BEFORE)
        } else {
            0
        };
        panic!("{should}\n  promised: {}\n  seen:     {}", part(&promised, from), part(&seen, from));
    }
}

/// Returns the part of a long text that begins at the character `from`.
fn part(text: &str, from: usize) -> String {
    let before = if from > 0 { "…" } else { "" };
    let shown: String = text.chars().skip(from).take(MOST).collect();
    match text.chars().count().saturating_sub(from + MOST) {
        0 => format!("{before}{shown}"),
        more => format!("{before}{shown}… ({more} more characters)"),
    }
}

/// Prints the name of a case if it fails. The message of the panic may come from a thread without a name.
pub(super) struct Named<'a>(pub(super) &'a Case);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let Case { group, name, .. } = self.0;
            eprintln!("conformance: {group}::{name} failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic;

    fn message(failing: impl FnOnce() + panic::UnwindSafe) -> String {
        *panic::catch_unwind(failing).unwrap_err().downcast().unwrap()
    }

    #[test]
    fn a_failure_shows_both_values() {
        let text = message(|| promise_eq!(vec![1, 2], [1], "member {} should be alone", "a"));
        assert_eq!(text, "member a should be alone\n  promised: [1]\n  seen:     [1, 2]");
    }

    #[test]
    fn a_failure_with_large_values_shows_the_first_difference() {
        let mut seen = vec![7; 100_000];
        seen[50_000] = 8;
        let text = message(|| promise_eq!(seen, vec![7; 100_000]));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[1].starts_with("  promised: …") && lines[1].contains(" 7, 7"), "{text}");
        assert!(lines[2].contains(" 8, 7") && lines[2].ends_with(" more characters)"), "{text}");
        assert!(lines.iter().all(|line| line.chars().count() < 250), "{text}");
    }
}
