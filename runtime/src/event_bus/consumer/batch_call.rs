//! Calls a batch receiver, and splits a batch that fails as a whole until the messages that fail are alone.

use std::ops::Range;

use crate::receiver::{BatchOutcome, Outcome, ReceiverError};

/// A batch receiver's answer about a message.
#[derive(Debug)]
pub(super) enum Said {
    /// It handled the message, or it failed with the message alone.
    Outcome(Outcome),
    /// It failed with others. Nobody knows whether it would fail with this message.
    Nothing,
}

/// Calls a receiver with all of `len` messages, and if it fails as a whole, with each half, until the messages that fail are alone. A
/// single message that fails costs at most two more calls for each halving. Returns what the receiver said about each message.
///
/// If the receiver is unavailable, or if the first two messages that it gets alone fail and none has succeeded, the fault is
/// probably not theirs. Then the rest is not tried.
pub(super) fn call_in_parts(len: usize, call: impl FnMut(Range<usize>) -> BatchOutcome) -> Vec<Said> {
    call_parts(len, Some(2), call)
}

/// Calls a receiver in the same way, but for messages that have failed before: however many fail alone, the rest is tried, unless the
/// receiver is unavailable.
pub(super) fn call_in_all_parts(len: usize, call: impl FnMut(Range<usize>) -> BatchOutcome) -> Vec<Said> {
    call_parts(len, None, call)
}

fn call_parts(
    len: usize,
    suspicious: Option<usize>,
    call: impl FnMut(Range<usize>) -> BatchOutcome,
) -> Vec<Said> {
    let said = Vec::with_capacity(len);
    let mut parts = Parts { call, suspicious, said, has_succeeded: false, alone: 0, is_over: false };
    parts.call(0..len);
    parts.said.resize_with(len, || Said::Nothing);
    parts.said
}

struct Parts<C> {
    call: C,
    /// If this many messages fail alone before one succeeds, the messages are probably not to blame.
    suspicious: Option<usize>,
    /// The receiver's answers about the first messages.
    said: Vec<Said>,
    has_succeeded: bool,
    /// The number of messages that failed alone.
    alone: usize,
    is_over: bool,
}

impl<C: FnMut(Range<usize>) -> BatchOutcome> Parts<C> {
    fn call(&mut self, range: Range<usize>) {
        if self.is_over || range.is_empty() {
            return;
        }
        match (self.call)(range.clone()) {
            BatchOutcome::Each(outcomes) => self.take(outcomes),
            BatchOutcome::Whole(error) if error.is_unavailable() || range.len() == 1 => {
                self.is_over = error.is_unavailable();
                self.take([Err(error)]);
            }
            BatchOutcome::Whole(_) => {
                let middle = range.start + range.len() / 2;
                self.call(range.start..middle);
                self.call(middle..range.end);
            }
        }
    }

    fn take(&mut self, outcomes: impl IntoIterator<Item = Outcome>) {
        for outcome in outcomes {
            self.has_succeeded |= outcome.is_ok();
            self.alone += usize::from(outcome.is_err());
            self.is_over |= outcome.as_ref().is_err_and(ReceiverError::is_unavailable);
            self.said.push(Said::Outcome(outcome));
        }
        self.is_over |= !self.has_succeeded && self.suspicious.is_some_and(|most| self.alone >= most);
    }
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    /// Calls a receiver that fails as a whole if a batch has one of `poison`. Returns the number of calls, and what it said: `+` for
    /// a success, `-` for a failure, and `?` for nothing.
    fn run(len: usize, poison: &[usize]) -> (usize, String) {
        let mut calls = 0;
        let said = call_in_parts(len, |range| {
            calls += 1;
            match poison.iter().any(|position| range.contains(position)) {
                true if range.len() == 1 => BatchOutcome::Each(vec![Err(ReceiverError::new("poison"))]),
                true => BatchOutcome::Whole(ReceiverError::new("the whole batch")),
                false => BatchOutcome::Each(iter::repeat_with(|| Ok(())).take(range.len()).collect()),
            }
        });
        (calls, said.iter().map(sign).collect())
    }

    fn sign(said: &Said) -> char {
        match said {
            Said::Outcome(Ok(())) => '+',
            Said::Outcome(Err(_)) => '-',
            Said::Nothing => '?',
        }
    }

    #[test]
    fn a_batch_that_succeeds_takes_one_call() {
        assert_eq!(run(5, &[]), (1, "+++++".to_owned()));
        assert_eq!(run(0, &[]), (0, String::new()));
    }

    #[test]
    fn poison_is_found_with_two_calls_for_each_halving() {
        for len in [1_usize, 2, 3, 10, 100, 500] {
            let most = 1 + 2 * len.ilog2() as usize + if len.is_power_of_two() { 0 } else { 2 };
            for position in 0..len {
                let (calls, said) = run(len, &[position]);
                assert_eq!(said.find('-'), Some(position), "of {len}: {said}");
                assert_eq!(said.matches('+').count(), len - 1, "of {len}: {said}");
                assert!(calls <= most, "{calls} calls for {position} of {len}");
            }
        }
    }

    #[test]
    fn several_poisons_are_found_once_a_message_has_succeeded() {
        assert_eq!(run(8, &[2, 5, 6]).1, "++-++--+");
        assert_eq!(run(8, &[0, 2]).1, "-+-+++++");
    }

    #[test]
    fn a_receiver_that_always_fails_is_not_called_for_each_message() {
        let all: Vec<usize> = (0..512).collect();
        let (calls, said) = run(512, &all);
        assert!(calls <= 12, "{calls}");
        assert!(said.starts_with("--?") && said.ends_with('?'));
    }

    #[test]
    fn all_parts_are_tried_however_many_fail() {
        let mut calls = 0;
        let said = call_in_all_parts(4, |range| {
            calls += 1;
            match range.len() {
                1 => BatchOutcome::Each(vec![if range.start < 3 {
                    Err(ReceiverError::new("no"))
                } else {
                    Ok(())
                }]),
                _ => BatchOutcome::Whole(ReceiverError::new("the whole batch")),
            }
        });
        assert_eq!((calls, said.iter().map(sign).collect::<String>()), (7, "---+".to_owned()));
        let said = call_in_all_parts(4, |_| BatchOutcome::Whole(ReceiverError::unavailable("503")));
        assert_eq!(said.iter().map(sign).collect::<String>(), "-???");
    }

    #[test]
    fn an_unavailable_receiver_is_not_called_again() {
        let mut calls = 0;
        let said = call_in_parts(9, |_| {
            calls += 1;
            BatchOutcome::Whole(ReceiverError::unavailable("503"))
        });
        assert_eq!((calls, said.iter().map(sign).collect::<String>()), (1, "-????????".to_owned()));
    }

    #[test]
    fn listed_positions_are_not_tried_again() {
        let said =
            call_in_parts(3, |_| BatchOutcome::Each(vec![Ok(()), Err(ReceiverError::new("no")), Ok(())]));
        assert_eq!(said.iter().map(sign).collect::<String>(), "+-+");
        // A list of failures comes from a receiver that works.
        let said = call_in_parts(2, |_| {
            BatchOutcome::Each(vec![Err(ReceiverError::new("no")), Err(ReceiverError::new("no"))])
        });
        assert_eq!(said.iter().map(sign).collect::<String>(), "--");
    }
}
