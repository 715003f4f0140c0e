//! The outcomes of sending an event.

use std::{
    fmt,
    mem::{self, ManuallyDrop},
    ops::Deref,
    sync::Arc,
};

use crate::receiver::{ReceiverDefinition, ReceiverError};

/// The outcomes of all receivers of one event, in the order in which they ran. If the event went to the event bus, the last
/// response is the bus's.
///
/// This is the counterpart of the list of pairs that `send_robust` returns in Django. The caller may ignore it, because
/// each failure was logged.
#[derive(Default)]
pub struct Responses {
    list: ManuallyDrop<List>,
    /// Whether the list owns anything: an error, a shared definition, or a vector. If it does not, dropping it costs nothing.
    owns: bool,
}

/// A list that allocates nothing for up to four responses, which is more than most events have receivers.
#[derive(Default)]
enum List {
    #[default]
    Empty,
    One([Response; 1]),
    Two([Response; 2]),
    Three([Response; 3]),
    Four([Response; 4]),
    Many(Vec<Response>),
}

impl List {
    fn reserve(&mut self, additional: usize) {
        let mut all = mem::take(self).into_vec();
        all.reserve(additional);
        *self = Self::Many(all);
    }

    #[inline]
    fn push(&mut self, response: Response) {
        match self {
            // An empty list need not be dropped.
            Self::Empty => mem::forget(mem::replace(self, Self::One([response]))),
            Self::Many(all) => all.push(response),
            _ => self.grow(response),
        }
    }

    #[inline(never)]
    fn grow(&mut self, new: Response) {
        *self = match mem::take(self) {
            Self::Empty => Self::One([new]),
            Self::One([one]) => Self::Two([one, new]),
            Self::Two([one, two]) => Self::Three([one, two, new]),
            Self::Three([one, two, three]) => Self::Four([one, two, three, new]),
            Self::Four([one, two, three, four]) => Self::Many(vec![one, two, three, four, new]),
            Self::Many(mut all) => {
                all.push(new);
                Self::Many(all)
            }
        };
    }

    fn as_slice(&self) -> &[Response] {
        match self {
            Self::Empty => &[],
            Self::One(all) => all,
            Self::Two(all) => all,
            Self::Three(all) => all,
            Self::Four(all) => all,
            Self::Many(all) => all,
        }
    }

    fn into_vec(self) -> Vec<Response> {
        match self {
            Self::Empty => Vec::new(),
            Self::One(all) => all.into(),
            Self::Two(all) => all.into(),
            Self::Three(all) => all.into(),
            Self::Four(all) => all.into(),
            Self::Many(all) => all,
        }
    }
}

impl Responses {
    /// Makes room for more responses, if there are many.
    #[inline]
    pub(crate) fn reserve(&mut self, additional: usize) {
        if additional > 4 {
            self.list.reserve(additional);
            self.owns = true;
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, response: Response) {
        self.owns |= !matches!(response, Response { receiver: ReceiverHandle::Linked(_), result: Ok(()) });
        self.list.push(response);
        // The fifth response moves all of them into a vector.
        self.owns |= matches!(*self.list, List::Many(_));
    }

    /// Returns an iterator over the responses.
    pub fn iter(&self) -> std::slice::Iter<'_, Response> {
        self.list.as_slice().iter()
    }

    /// Returns the number of responses.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.as_slice().len()
    }

    /// Returns whether there are no responses: no receiver ran, and the event did not go to a bus.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.as_slice().is_empty()
    }

    /// Returns whether every receiver succeeded, and the event bus too if the event went there.
    ///
    /// Is also true if no bus is installed and if the event has no route: see [`delivered`](Self::delivered).
    #[must_use]
    pub fn all_ok(&self) -> bool {
        self.failures().next().is_none()
    }

    /// Returns whether the event bus took the event: it has confirmed it or, with background delivery, put it into its queue.
    ///
    /// Returns `false` if the bus failed, if none is installed, if the event has no enabled route, and if the event came from
    /// the bus.
    #[must_use]
    pub fn delivered(&self) -> bool {
        self.event_bus().is_some_and(|response| response.result().is_ok())
    }

    /// Returns the response of the event bus. There is one if the event has an enabled route and did not come from the bus.
    #[must_use]
    pub fn event_bus(&self) -> Option<&Response> {
        self.iter().find(|response| response.is_event_bus())
    }

    /// Returns the responses of the receivers that failed, and of the event bus if it failed.
    pub fn failures(&self) -> impl Iterator<Item = &Response> {
        self.iter().filter(|response| response.result().is_err())
    }
}

/// Most senders drop a list that owns nothing. The code that drops other lists is in a function of its own, so that this is
/// cheap.
impl Drop for Responses {
    #[inline]
    fn drop(&mut self) {
        #[inline(never)]
        fn free(responses: &mut List) {
            *responses = List::Empty;
        }
        if self.owns {
            free(&mut self.list);
        }
    }
}

impl fmt::Debug for Responses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Responses").field(&self.list.as_slice()).finish()
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
        mem::take(&mut *self.list).into_vec().into_iter()
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

    /// Returns the receiver's definition: its name, module, file and line.
    #[must_use]
    pub fn receiver(&self) -> &ReceiverDefinition {
        &self.receiver
    }

    /// Returns whether this is the response of the event bus. If the event was not delivered, the error is a
    /// [`ProduceError`](crate::event_bus::ProduceError).
    #[must_use]
    pub fn is_event_bus(&self) -> bool {
        matches!(self.receiver, ReceiverHandle::EventBus(_))
    }

    /// Returns the error by reference, if it failed.
    pub fn result(&self) -> Result<(), &ReceiverError> {
        self.result.as_ref().copied()
    }

    /// Returns the error by value, if it failed.
    pub fn into_result(self) -> Result<(), ReceiverError> {
        self.result
    }
}

/// A receiver's definition. Responses share it, and may outlive the connection of their receiver.
#[derive(Clone)]
pub(crate) enum ReceiverHandle {
    /// Registered with `#[receiver]`.
    Linked(&'static ReceiverDefinition),
    /// Connected at run time.
    Connected(Arc<ReceiverDefinition>),
    /// The event bus, described like a receiver.
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
