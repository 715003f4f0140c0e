//! The identity of this process in metadata.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    sync::OnceLock,
    time::Duration,
};

use uuid::{Timestamp, Uuid, timestamp::context::ContextV1};

/// Makes a version 1 UUID like Python's `uuid.uuid1()`, for the time `now` after 1970.
///
/// The node is random and marked as such (RFC 9562, section 5.1): a hardware address would tell consumers about the
/// machine, and containers share theirs.
pub(super) fn new_id(now: Duration) -> Uuid {
    static PROCESS: OnceLock<(ContextV1, [u8; 6])> = OnceLock::new();
    let (context, node) = PROCESS.get_or_init(|| {
        let random = RandomState::new().hash_one(std::process::id()).to_le_bytes();
        let [first, second, node @ ..] = random;
        let [head, tail @ ..] = node;
        let [b1, b2, b3, b4, b5] = tail;
        (ContextV1::new(u16::from_le_bytes([first, second])), [head | 1, b1, b2, b3, b4, b5])
    });
    Uuid::new_v1(Timestamp::from_unix(context, now.as_secs(), now.subsec_nanos()), node)
}

/// Returns `openedx/{service}/web`, with the name that Python's settings give the service.
pub(super) fn source() -> &'static str {
    SOURCE.get_or_init(|| {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let service = set("EVENTS_SERVICE_NAME").or_else(|| set("SERVICE_VARIANT"));
        source_of(service.as_deref().unwrap_or("SERVICE_NAME_UNSET"))
    })
}

/// Sets the name of the service from settings. It works once, before the first event has metadata.
pub(crate) fn set_service(name: &str) {
    let wanted = source_of(name);
    let source = SOURCE.get_or_init(|| wanted.clone());
    if *source != wanted {
        tracing::warn!(
            source,
            wanted,
            "events already have this `source` and keep it; set it before the first event"
        );
    }
}

static SOURCE: OnceLock<String> = OnceLock::new();

fn source_of(service: &str) -> String {
    format!("openedx/{service}/web")
}

/// Returns the host name, like `socket.gethostname()`; empty if the system has none.
pub(crate) fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| hostname::get().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}
