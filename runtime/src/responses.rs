//! What became of an event.

use std::{
    fmt,
    mem::{self, ManuallyDrop},
    ops::Deref,
    sync::Arc,
};

use crate::receiver::{ReceiverDefinition, ReceiverError};

/// The outcomes of all receivers of one event, in the order in which they ran. The last one may be that of the event
/// bus.
///
/// The counterpart of the list of pairs that `send_robust` returns in Django. It may be ignored: each
/// failure was logged.
#[derive(Default)]
pub struct Responses(ManuallyDrop<Vec<Response>>);

impl Responses {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(ManuallyDrop::new(Vec::with_capacity(capacity)))
    }

    pub(crate) fn push(&mut self, response: Response) {
        self.0.push(response);
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Response> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no receiver ran, and the event went to no bus.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every receiver succeeded, and the event bus where the event went there.
    #[must_use]
    pub fn all_ok(&self) -> bool {
        self.failures().next().is_none()
    }

    /// What became of the event on its way to the event bus: it has an entry where the event has an enabled route, and
    /// did not come from the bus.
    #[must_use]
    pub fn event_bus(&self) -> Option<&Response> {
        self.0.iter().find(|response| response.is_event_bus())
    }

    /// Those of what failed.
    pub fn failures(&self) -> impl Iterator<Item = &Response> {
        self.0.iter().filter(|response| response.result().is_err())
    }
}

/// Where nobody listens, senders drop an empty list: nothing is set up there for the dropping of another one.
impl Drop for Responses {
    #[inline]
    fn drop(&mut self) {
        #[inline(never)]
        fn free(responses: Vec<Response>) {
            drop(responses);
        }
        if self.0.capacity() > 0 {
            free(mem::take(&mut *self.0));
        }
    }
}

impl fmt::Debug for Responses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Responses").field(&*self.0).finish()
    }
}

impl<'a> IntoIterator for &'a Responses {
    type Item = &'a Response;
    type IntoIter = std::slice::Iter<'a, Response>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Responses {
    type Item = Response;
    type IntoIter = std::vec::IntoIter<Response>;

    fn into_iter(mut self) -> Self::IntoIter {
        mem::take(&mut *self.0).into_iter()
    }
}

/// The outcome of one receiver, or of the event bus.
#[derive(Debug)]
pub struct Response {
    receiver: ReceiverHandle,
    result: Result<(), ReceiverError>,
}

impl Response {
    pub(crate) fn new(receiver: ReceiverHandle, result: Result<(), ReceiverError>) -> Self {
        Self { receiver, result }
    }

    /// The receiver: its name, module, file and line.
    #[must_use]
    pub fn receiver(&self) -> &ReceiverDefinition {
        &self.receiver
    }

    /// Whether this is no receiver, but the event bus. An event that was not delivered is in the error, a
    /// [`ProduceError`](crate::event_bus::ProduceError).
    #[must_use]
    pub fn is_event_bus(&self) -> bool {
        matches!(self.receiver, ReceiverHandle::EventBus(_))
    }

    /// Whether it succeeded, and if not, why.
    pub fn result(&self) -> Result<(), &ReceiverError> {
        self.result.as_ref().copied()
    }

    /// The error itself, where it failed.
    pub fn into_result(self) -> Result<(), ReceiverError> {
        self.result
    }
}

/// A receiver's definition, for as long as somebody has a response of it.
#[derive(Clone)]
pub(crate) enum ReceiverHandle {
    /// Registered with `#[receiver]`.
    Linked(&'static ReceiverDefinition),
    /// Connected at run time.
    Connected(Arc<ReceiverDefinition>),
    /// No receiver: the event bus, under the definition that says so.
    EventBus(Arc<ReceiverDefinition>),
}

impl Deref for ReceiverHandle {
    type Target = ReceiverDefinition;

    fn deref(&self) -> &ReceiverDefinition {
        match self {
            Self::Linked(definition) => definition,
            Self::Connected(definition) | Self::EventBus(definition) => definition,
        }
    }
}

impl fmt::Debug for ReceiverHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
