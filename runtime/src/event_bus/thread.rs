//! Threads of producers, consumers and brokers. Uses nothing else of the event bus.

use std::{io, thread};

use tracing::{Span, dispatcher};

/// Starts a thread that logs like its caller: to the same subscriber, in the same span.
pub(in crate::event_bus) fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let (subscriber, span) = (dispatcher::get_default(Clone::clone), Span::current());
    let run = move || dispatcher::with_default(&subscriber, || span.in_scope(work));
    thread::Builder::new().name(name).spawn(run).map(drop)
}
