//! What to do about panics of tokio, whose messages name neither the receiver's mistake nor the fix.

/// Panics of tokio, by a part of their message, and what to write instead.
const KNOWN: &[(&str, &str)] = &[
    ("no reactor running", NO_RUNTIME),
    ("timers are disabled. Call `enable_time`", DISABLED),
    ("IO is disabled. Call `enable_io`", DISABLED),
    ("context was found, but it is being shutdown", ENDED),
    ("Cannot start a runtime from within a runtime", BLOCKS),
    ("Cannot block the current thread from within a runtime", BLOCKS),
    ("Cannot drop a runtime in a context where blocking is not allowed", BLOCKS),
];

#[cfg(feature = "tokio")]
const NO_RUNTIME: &str = "send the event or run the consumer in a tokio runtime, or name a runtime with `openedx_events::set_runtime`";
#[cfg(not(feature = "tokio"))]
const NO_RUNTIME: &str =
    "enable the feature `tokio` of `openedx-events`, with which receivers find the runtime on every thread";

const DISABLED: &str = "build the runtime with `enable_all()`, as `#[tokio::main]` and `Runtime::new` do";
const ENDED: &str =
    "the runtime has ended: keep it until its senders and consumers have ended, and stop consumers first";
const BLOCKS: &str =
    "make the receiver an `async fn`, or call `openedx_events::block_on`, which also works inside a runtime";

/// Returns what to do about a panic with this message, if it is known.
pub(super) fn help(message: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(part, _)| message.contains(part)).map(|(_, help)| *help)
}
