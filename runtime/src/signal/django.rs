//! The methods that Django's signals have and ours do not. Calling one is a compile error that names the counterpart.

use super::Signal;
use crate::{event::Event, responses::Responses};

/// A type that no event has.
#[diagnostic::on_unimplemented(
    message = "Django's signals have this method; here it is called `send_event`\nnote: `send_event` runs every receiver, as Django's `send_robust` does; `try_send_event` stops at the first error, as `send` does\nhelp: write `send_event(…)`, with the struct of the event",
    label = "call `send_event`"
)]
#[doc(hidden)]
pub trait SendsByItself {}

/// A type that no event has.
#[diagnostic::on_unimplemented(
    message = "a signal has no method `disconnect`\nnote: `connect` returns a `Connection`, which disconnects its receiver when it is dropped; a receiver with `#[receiver]` is always connected\nhelp: drop the `Connection`",
    label = "drop the `Connection`"
)]
#[doc(hidden)]
pub trait Disconnects {}

/// A type that no event has.
#[diagnostic::on_unimplemented(
    message = "a signal has no method `has_listeners`\nhelp: `receivers()` returns the receivers that `#[receiver]` registered",
    label = "call `receivers`"
)]
#[doc(hidden)]
pub trait HasListeners {}

#[doc(hidden)]
#[allow(clippy::unused_self, clippy::needless_pass_by_value)]
impl<E: Event> Signal<E> {
    pub fn send<A>(&self, _: A) -> Responses
    where
        E: SendsByItself,
    {
        Responses::default()
    }

    pub fn send_robust<A>(&self, _: A) -> Responses
    where
        E: SendsByItself,
    {
        Responses::default()
    }

    pub fn asend<A>(&self, _: A) -> std::future::Ready<Responses>
    where
        E: SendsByItself,
    {
        std::future::ready(Responses::default())
    }

    pub fn asend_robust<A>(&self, _: A) -> std::future::Ready<Responses>
    where
        E: SendsByItself,
    {
        std::future::ready(Responses::default())
    }

    pub fn disconnect<A>(&self, _: A) -> bool
    where
        E: Disconnects,
    {
        false
    }

    pub fn has_listeners(&self) -> bool
    where
        E: HasListeners,
    {
        false
    }
}
