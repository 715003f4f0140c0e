//! How a receiver is called: at once, or as a future that is polled until it ends.

use std::{any::Any, pin::Pin};

use super::{error::ReceiverError, parameter::Delivery};

/// The run of an `async` receiver. It borrows the event and its metadata.
pub type ReceiverFuture<'a> = Pin<Box<dyn Future<Output = Result<(), ReceiverError>> + Send + 'a>>;

/// The function of a receiver of events of type `E`.
pub(crate) enum Call<E> {
    /// Runs to its end on the thread that calls it.
    Sync(fn(&E, Delivery<'_>) -> Result<(), ReceiverError>),
    /// Returns a future.
    Async(for<'a> fn(&'a E, Delivery<'a>) -> ReceiverFuture<'a>),
}

/// A receiver that was called.
pub enum Called<'a> {
    /// It has ended.
    Done(Result<(), ReceiverError>),
    /// It runs while this is polled.
    Future(ReceiverFuture<'a>),
}

impl<E: 'static> Call<E> {
    /// Calls the function.
    #[inline]
    pub(super) fn call<'a>(&self, event: &'a (dyn Any + Send + Sync), delivery: Delivery<'a>) -> Called<'a> {
        let Some(event) = event.downcast_ref() else {
            return Called::Done(Err(ReceiverError::wrong_event()));
        };
        match self {
            Self::Sync(call) => Called::Done(call(event, delivery)),
            Self::Async(call) => Called::Future(call(event, delivery)),
        }
    }
}

/// Returns the future of an `async` receiver, which `outcome` ends.
///
/// Expansions call it. The compiler checks here that the future can go to other threads.
pub fn in_future<'a, T: 'a>(
    future: impl Future<Output = T> + Send + 'a,
    outcome: fn(T) -> Result<(), ReceiverError>,
) -> ReceiverFuture<'a> {
    Box::pin(async move { outcome(future.await) })
}
