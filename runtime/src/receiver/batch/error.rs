//! Which events of a batch failed, and why.

use std::fmt;

use crate::{avro::BoxError, receiver::ReceiverError};

/// The failure of a whole batch, or of some of its events.
///
/// Any error becomes the failure of the whole batch, with `?` or `into`. A consumer then calls the receiver again with each half of
/// the batch, until the events that fail are alone, and retries only those. [`some`](Self::some) and [`push`](Self::push) name the
/// events that failed by their positions in the batch; the others have succeeded, and are not passed to the receiver again.
///
/// Each error may be a [`ReceiverError`]: a [permanent](ReceiverError::permanent) one is not retried, and an
/// [unavailable](ReceiverError::unavailable) one pauses the consumer. If the whole batch is unavailable, it is not split.
///
/// ```
/// use openedx_events::{BatchError, ReceiverError};
///
/// fn post() -> Result<(), BatchError> {
///     std::fs::read("/nowhere")?;
///     Ok(())
/// }
/// assert!(post().unwrap_err().is_whole());
///
/// let error = BatchError::from(ReceiverError::unavailable("503 from the collector"));
/// assert!(error.is_whole());
///
/// let error = BatchError::some([(3, "no such course"), (7, "no such user")]);
/// assert_eq!(error.to_string(), "2 events failed; the first at position 3: no such course");
/// ```
///
/// It does not implement [`std::error::Error`], because `?` then could not make it from any error.
pub struct BatchError(Kind);

enum Kind {
    Whole(ReceiverError),
    Some(Vec<(usize, ReceiverError)>),
}

impl BatchError {
    /// Makes a list of failures without any. Until one is [pushed](Self::push), it means that all events have succeeded.
    #[must_use]
    pub const fn new() -> Self {
        Self(Kind::Some(Vec::new()))
    }

    /// Makes the failure of the events at the given positions, the first of which is 0. All other events have succeeded.
    ///
    /// If the batch has no event at one of the positions, a consumer trusts none of them: the whole batch has failed.
    pub fn some<E: Into<BoxError>>(failed: impl IntoIterator<Item = (usize, E)>) -> Self {
        let mut error = Self::new();
        for (position, one) in failed {
            error.push(position, one);
        }
        error
    }

    /// Adds the failure of the event at `position`. Does nothing if the whole batch has failed, or if that event has a failure
    /// already.
    pub fn push(&mut self, position: usize, error: impl Into<BoxError>) {
        if let Kind::Some(failed) = &mut self.0
            && let Err(index) = failed.binary_search_by_key(&position, |(position, _)| *position)
        {
            failed.insert(index, (position, ReceiverError::new(error)));
        }
    }

    /// Returns whether no event failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.0, Kind::Some(failed) if failed.is_empty())
    }

    /// Returns whether the whole batch failed.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self.0, Kind::Whole(_))
    }

    /// Returns the positions that failed, in order, with their errors. It has none if the whole batch failed.
    #[must_use]
    pub fn failures(&self) -> impl ExactSizeIterator<Item = (usize, &ReceiverError)> {
        let failed = match &self.0 {
            Kind::Whole(_) => &[][..],
            Kind::Some(failed) => failed,
        };
        failed.iter().map(|(position, error)| (*position, error))
    }

    /// Returns `Ok(())` if no event failed, and itself otherwise.
    ///
    /// # Errors
    ///
    /// Returns itself if it is not [empty](Self::is_empty).
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Returns the failure of each event of a batch of `len`, or the error of the whole batch.
    pub(super) fn outcomes(self, len: usize) -> Result<Vec<Result<(), ReceiverError>>, ReceiverError> {
        let failed = match self.0 {
            Kind::Whole(error) => return Err(error),
            Kind::Some(failed) => failed,
        };
        if let Some((position, error)) = failed.last().filter(|(position, _)| *position >= len) {
            let events = if len == 1 { "1 event" } else { &format!("{len} events") };
            let first = error.chain();
            return Err(ReceiverError::new(format!(
                "the receiver reported a failure at position {position} of a batch of {events} ({first}); the first position is 0"
            )));
        }
        let mut outcomes: Vec<_> = std::iter::repeat_with(|| Ok(())).take(len).collect();
        for (position, error) in failed {
            outcomes[position] = Err(error);
        }
        Ok(outcomes)
    }
}

impl Default for BatchError {
    fn default() -> Self {
        Self::new()
    }
}

/// Makes the failure of the whole batch.
impl<E: Into<BoxError>> From<E> for BatchError {
    fn from(error: E) -> Self {
        Self(Kind::Whole(ReceiverError::new(error)))
    }
}

/// Prints the error of the whole batch, or how many events failed, with the first error.
impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Whole(error) => error.fmt(f),
            Kind::Some(failed) => match &failed[..] {
                [] => f.write_str("no event failed"),
                [(position, error)] => write!(f, "the event at position {position} failed: {error}"),
                [(position, error), ..] => {
                    write!(f, "{} events failed; the first at position {position}: {error}", failed.len())
                }
            },
        }
    }
}

impl fmt::Debug for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Whole(error) => f.debug_tuple("BatchError").field(error).finish(),
            Kind::Some(failed) => f.debug_tuple("BatchError").field(failed).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the positions that failed.
    fn failed(error: BatchError, len: usize) -> Vec<usize> {
        let outcomes = error.outcomes(len).unwrap();
        assert_eq!(outcomes.len(), len);
        outcomes.iter().enumerate().filter(|(_, one)| one.is_err()).map(|(position, _)| position).collect()
    }

    #[test]
    fn positions_fail_alone() {
        assert_eq!(failed(BatchError::some([(4, "no"), (0, "no")]), 5), [0, 4]);
        assert!(failed(BatchError::new(), 3).is_empty());
    }

    #[test]
    fn an_error_of_any_type_fails_the_whole_batch() {
        let error = BatchError::from("down").outcomes(3).unwrap_err();
        assert_eq!(error.to_string(), "down");
    }

    #[test]
    fn a_position_out_of_range_fails_the_whole_batch() {
        for len in [0, 1, 3] {
            let error = BatchError::some([(0, "no"), (3, "no ink")]).outcomes(len).unwrap_err().to_string();
            assert!(error.contains("at position 3 of a batch of") && error.contains("no ink"), "{error}");
        }
        assert!(BatchError::some([(usize::MAX, "no")]).outcomes(1).is_err());
    }

    #[test]
    fn the_first_failure_of_a_position_stays() {
        let mut error = BatchError::some([(1, "first"), (1, "second")]);
        error.push(1, "third");
        let errors: Vec<String> = error.failures().map(|(_, error)| error.to_string()).collect();
        assert_eq!(errors, ["first"]);
    }

    #[test]
    fn the_whole_batch_stays_failed() {
        let mut error = BatchError::from("down");
        error.push(1, "no");
        assert!(error.is_whole() && error.failures().len() == 0 && !error.is_empty());
    }

    #[test]
    fn kinds_of_errors_stay() {
        let error =
            BatchError::some([(0, ReceiverError::permanent("no")), (1, ReceiverError::unavailable("no"))]);
        let kinds: Vec<_> =
            error.failures().map(|(_, error)| (error.is_permanent(), error.is_unavailable())).collect();
        assert_eq!(kinds, [(true, false), (false, true)]);
        let whole = BatchError::from(ReceiverError::unavailable("no")).outcomes(2).unwrap_err();
        assert!(whole.is_unavailable());
    }
}
