//! Who this process is.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    sync::OnceLock,
    time::Duration,
};

use uuid::{Timestamp, Uuid, timestamp::context::ContextV1};

/// Returns a new version 1 UUID, as `uuid.uuid1()` makes it in Python, so long after 1970.
///
/// The node is random, with the bit that says so (RFC 9562, section 5.1): a hardware address would tell
/// consumers about the machine, and containers share theirs.
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

/// `openedx/{service}/web`, the service being what Python's settings name.
pub(super) fn source() -> &'static str {
    SOURCE.get_or_init(|| {
        let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let service = set("EVENTS_SERVICE_NAME").or_else(|| set("SERVICE_VARIANT"));
        source_of(service.as_deref().unwrap_or("SERVICE_NAME_UNSET"))
    })
}

/// Says which service this is, where settings do: before the first event has metadata, and once.
pub(crate) fn set_service(name: &str) {
    let wanted = source_of(name);
    let source = SOURCE.get_or_init(|| wanted.clone());
    if *source != wanted {
        tracing::warn!(
            source,
            wanted,
            "events have this `source` already, and keep it: set it before the first one"
        );
    }
}

static SOURCE: OnceLock<String> = OnceLock::new();

fn source_of(service: &str) -> String {
    format!("openedx/{service}/web")
}

/// Returns the name of the host, as `socket.gethostname()` gives it; empty where the system has none.
pub(crate) fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| hostname::get().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}
