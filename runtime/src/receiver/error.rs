//! Why a receiver failed.

use std::{any::Any, error::Error, fmt, iter, panic, time::Duration};

use super::panic_help;
use crate::{avro::BoxError, error::chain};

/// The failure of one receiver for one event: the error it returned, or its panic.
///
/// A receiver may return any error. It returns a `ReceiverError` to say that a retry cannot help, or that a service which it
/// needs is down:
///
/// ```
/// use std::time::Duration;
///
/// use openedx_events::ReceiverError;
///
/// let error = ReceiverError::permanent("the course has no such mode");
/// assert!(error.is_permanent());
/// assert_eq!(error.to_string(), "the course has no such mode");
///
/// let error = ReceiverError::unavailable("503 from the mail server").retry_after(Duration::from_secs(30));
/// assert!(error.is_unavailable());
/// ```
pub struct ReceiverError(Box<Inner>);

struct Inner {
    error: BoxError,
    kind: Kind,
    panicked: bool,
}

/// The reaction of a consumer to the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It tries again.
    Temporary,
    /// It gives up.
    Permanent,
    /// It pauses, at first for this time.
    Unavailable(Option<Duration>),
    /// It ends: the runtime of its receivers has ended.
    WithoutRuntime,
}

impl ReceiverError {
    /// Makes a failure that may be temporary: a consumer tries again.
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self::make(error.into(), Kind::Temporary)
    }

    /// Makes a permanent failure: a consumer does not try again.
    pub fn permanent(error: impl Into<BoxError>) -> Self {
        Self::make(error.into(), Kind::Permanent)
    }

    /// Makes the failure of a receiver that cannot work at the moment, for example because a database is down: a consumer counts
    /// no attempt, and [pauses](crate::guide::operating#outages) until the receiver works again.
    ///
    /// It is meant for the service that the receiver needs, and not for one event: while the consumer is paused, it handles no
    /// other events. A sender in this process sees it as any other error.
    pub fn unavailable(error: impl Into<BoxError>) -> Self {
        Self::make(error.into(), Kind::Unavailable(None))
    }

    /// Sets after which time a paused consumer tries again, for example the `Retry-After` of a server. It tries again after
    /// `EVENT_BUS_CONSUMER_PAUSE_MAX` at the latest. Has no effect unless the error is [unavailable](Self::unavailable).
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        if let Kind::Unavailable(after) = &mut self.0.kind {
            *after = Some(wait);
        }
        self
    }

    /// Makes the failure of a receiver whose runtime has ended: a consumer counts no attempt, and ends.
    pub(crate) fn without_runtime(error: String) -> Self {
        Self::make(error.into(), Kind::WithoutRuntime)
    }

    fn make(error: BoxError, kind: Kind) -> Self {
        match error.downcast::<Self>() {
            // The error may already be a `ReceiverError` in a `Box<dyn Error>`: it stays permanent or unavailable.
            Ok(mut inner) => {
                inner.0.kind = inner.0.kind.or(kind);
                *inner
            }
            Err(error) => {
                let kind = kind.or(kind_inside(&*error));
                Self(Box::new(Inner { error, kind, panicked: false }))
            }
        }
    }

    /// Makes an error that nobody sees, because a signal passes only events of its own type to its receivers.
    #[cold]
    pub(crate) fn wrong_event() -> Self {
        Self::permanent("the event has a different type than the receiver expects")
    }

    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Self {
        let message = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
            (Some(text), _) => (*text).to_owned(),
            (None, Some(text)) => text.clone(),
            (None, None) => "with a value that is not a string".to_owned(),
        };
        drop_payload(payload);
        let message = match panic_help::help(&message) {
            Some(help) => format!("{message} (help: {help})"),
            None => message,
        };
        Self(Box::new(Inner { error: message.into(), kind: Kind::Temporary, panicked: true }))
    }

    /// Returns whether a retry cannot help.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.0.kind == Kind::Permanent
    }

    /// Returns whether the receiver cannot work at the moment.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self.0.kind, Kind::Unavailable(_) | Kind::WithoutRuntime)
    }

    /// Returns whether the runtime of the receiver has ended.
    pub(crate) fn is_without_runtime(&self) -> bool {
        self.0.kind == Kind::WithoutRuntime
    }

    /// Returns the time after which to try again, as [`retry_after`](Self::retry_after) has set it.
    pub(crate) fn wait(&self) -> Option<Duration> {
        match self.0.kind {
            Kind::Unavailable(after) => after,
            _ => None,
        }
    }

    /// Returns whether the receiver panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        self.0.panicked
    }

    /// Returns the error that the receiver returned, to inspect or downcast it. For a panic, it is the message.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0.error
    }

    /// Returns the messages of the error and of its sources, joined by `: `. The user's code prints them, and a panic
    /// there must not keep the other receivers from running.
    pub(crate) fn chain(&self) -> String {
        let printed = panic::catch_unwind(panic::AssertUnwindSafe(|| chain(self)));
        printed.unwrap_or_else(|payload| {
            drop_payload(payload);
            "an error that panicked when it was printed".to_owned()
        })
    }
}

impl Kind {
    /// Combines the kinds of two errors of one chain. A permanent error stays permanent, and any other kind counts more than a
    /// temporary one.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Permanent, _) | (_, Self::Permanent) => Self::Permanent,
            (Self::WithoutRuntime, _) | (_, Self::WithoutRuntime) => Self::WithoutRuntime,
            (Self::Temporary | Self::Unavailable(None), other @ Self::Unavailable(_)) => other,
            (kind, _) => kind,
        }
    }
}

/// Returns the kind of the sources of an error: wrapping an error adds context and does not make it temporary.
fn kind_inside(error: &(dyn Error + 'static)) -> Kind {
    let sources = iter::successors(error.source(), |error| (*error).source());
    let errors = sources.filter_map(|error| error.downcast_ref::<ReceiverError>());
    errors.fold(Kind::Temporary, |kind, error| kind.or(error.0.kind))
}

/// Drops a panic's payload. It is a user's value, and its destructor may panic too.
fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(second) = panic::catch_unwind(panic::AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

impl fmt::Display for ReceiverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.panicked {
            f.write_str("panicked: ")?;
        }
        self.0.error.fmt(f)
    }
}

impl fmt::Debug for ReceiverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverError")
            .field("error", &self.0.error)
            .field("kind", &self.0.kind)
            .field("panicked", &self.0.panicked)
            .finish()
    }
}

impl Error for ReceiverError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.error.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[derive(Debug)]
    struct Context(ReceiverError);

    impl fmt::Display for Context {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("while posting")
        }
    }

    impl Error for Context {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn kind(error: &ReceiverError) -> (bool, bool, Option<Duration>) {
        (error.is_permanent(), error.is_unavailable(), error.wait())
    }

    #[test]
    fn an_unavailable_error_stays_unavailable_inside_another() {
        let down = || ReceiverError::unavailable("down").retry_after(SECOND);
        assert_eq!(kind(&down()), (false, true, Some(SECOND)));
        for wrapped in [ReceiverError::new(down()), ReceiverError::new(Context(down()))] {
            assert_eq!(kind(&wrapped), (false, true, Some(SECOND)), "{wrapped:?}");
        }
        assert_eq!(kind(&ReceiverError::unavailable(Context(down()))), (false, true, Some(SECOND)));
        assert_eq!(kind(&ReceiverError::unavailable("down")), (false, true, None));
    }

    #[test]
    fn a_permanent_error_is_never_unavailable() {
        let gone = || ReceiverError::permanent("gone");
        for error in [
            ReceiverError::unavailable(gone()),
            ReceiverError::unavailable(Context(gone())),
            ReceiverError::permanent(ReceiverError::unavailable("down")),
        ] {
            assert_eq!(kind(&error), (true, false, None), "{error:?}");
        }
    }

    #[test]
    fn a_wait_means_nothing_for_other_errors() {
        assert_eq!(kind(&ReceiverError::new("no").retry_after(SECOND)), (false, false, None));
        assert_eq!(kind(&ReceiverError::permanent("no").retry_after(SECOND)), (true, false, None));
    }
}
