//! All events and receivers of the program, whichever crate defines them.
//!
//! They are available from the start, and no call registers them. A crate takes part if the program is linked with it, which
//! requires a `use`: see [`expect_receivers!`](crate::expect_receivers).
//!
//! All functions except [`findings`] panic if two linked definitions have the same event type, whether they are in two
//! crates, in functions, or in two versions of one crate. The message names the type, the constants, the files and the
//! lines. A test can call [`testing::assert_no_findings`](crate::testing::assert_no_findings).

// This folder uses signals and receivers. The event bus, the tests' helpers and the command line use it.

mod connect;
mod connect_async;
mod events;
mod findings;
mod receivers;

#[doc(hidden)]
pub use crate::receiver::function_id as __function_id;
pub use connect::{connect, connect_any, connect_any_named, connect_named};
pub use connect_async::{
    connect_any_async_with, connect_any_named_async_with, connect_async_with, connect_named_async_with,
};
#[cfg(feature = "cli")]
pub(crate) use events::has_receiver_called;
pub(crate) use events::{
    batch_receivers, has_async_receivers, has_only_batches, has_receivers, receive, type_has_receivers,
};
pub use events::{events, get, send_from_event_bus, send_from_event_bus_async};
pub(crate) use findings::lines;
pub use findings::{Finding, findings};
pub use receivers::{__expect, receivers};
