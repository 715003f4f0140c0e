//! Why a receiver failed.

use std::{any::Any, error::Error, fmt, iter, panic};

use crate::{avro::BoxError, error::chain};

/// The failure of one receiver for one event: the error it returned, or its panic.
///
/// A receiver may return any error. It returns a `ReceiverError` to say that a retry cannot help:
///
/// ```
/// use openedx_events::ReceiverError;
///
/// let error = ReceiverError::permanent("the course has no such mode");
/// assert!(error.is_permanent());
/// assert_eq!(error.to_string(), "the course has no such mode");
/// ```
pub struct ReceiverError(Box<Inner>);

struct Inner {
    error: BoxError,
    permanent: bool,
    panicked: bool,
}

impl ReceiverError {
    /// Makes a failure that may be temporary: a consumer tries again.
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self::make(error.into(), false)
    }

    /// Makes a permanent failure: a consumer does not try again.
    pub fn permanent(error: impl Into<BoxError>) -> Self {
        Self::make(error.into(), true)
    }

    fn make(error: BoxError, permanent: bool) -> Self {
        match error.downcast::<Self>() {
            // The error may already be a `ReceiverError` in a `Box<dyn Error>`: it stays permanent.
            Ok(mut inner) => {
                inner.0.permanent |= permanent;
                *inner
            }
            Err(error) => {
                let permanent = permanent || is_permanent_inside(&*error);
                Self(Box::new(Inner { error, permanent, panicked: false }))
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
        Self(Box::new(Inner { error: message.into(), permanent: false, panicked: true }))
    }

    /// Returns whether a retry cannot help.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.0.permanent
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

/// Returns whether one of the error's sources is permanent. Wrapping an error adds context and does not make it temporary.
fn is_permanent_inside(error: &(dyn Error + 'static)) -> bool {
    let mut sources = iter::successors(error.source(), |error| (*error).source());
    sources.any(|error| error.downcast_ref::<ReceiverError>().is_some_and(ReceiverError::is_permanent))
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
            .field("permanent", &self.0.permanent)
            .field("panicked", &self.0.panicked)
            .finish()
    }
}

impl Error for ReceiverError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.error.source()
    }
}
