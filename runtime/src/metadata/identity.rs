//! The identity of this process in metadata.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    sync::{
        OnceLock,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use uuid::Uuid;

/// The time from 1582-10-15, when the count of UUIDs begins, to 1970, in units of 100 nanoseconds.
const TICKS_TO_1970: u64 = 122_192_928_000_000_000;

/// Makes a version 1 UUID like Python's `uuid.uuid1()`, for the time `now` after 1970.
///
/// The node is random and marked as such (RFC 9562, section 5.1): a hardware address would tell consumers about the
/// machine, and containers share theirs. The sequence begins at random and counts on, so events of the same time have different
/// ids.
#[inline]
pub(super) fn new_id(now: Duration) -> Uuid {
    static PROCESS: OnceLock<(AtomicU16, u64)> = OnceLock::new();
    let (sequence, node) = PROCESS.get_or_init(|| {
        let random = RandomState::new().hash_one(std::process::id());
        let [first, second, node @ ..] = random.to_be_bytes();
        let [head, b1, b2, b3, b4, b5] = node;
        let node = u64::from_be_bytes([0, 0, head | 1, b1, b2, b3, b4, b5]);
        (AtomicU16::new(u16::from_be_bytes([first, second])), node)
    });
    let ticks = TICKS_TO_1970
        .wrapping_add(now.as_secs().wrapping_mul(10_000_000))
        .wrapping_add(u64::from(now.subsec_nanos() / 100));
    uuid_of(ticks, sequence.fetch_add(1, Ordering::Relaxed), *node)
}

/// Puts the parts of a version 1 UUID together: 60 bits of time, 14 of the sequence and 48 of the node.
#[inline]
fn uuid_of(ticks: u64, sequence: u16, node: u64) -> Uuid {
    const VERSION: u64 = 1 << 12;
    const VARIANT: u64 = 0b10 << 62;
    let (low, middle, high) = (ticks & 0xFFFF_FFFF, (ticks >> 32) & 0xFFFF, (ticks >> 48) & 0x0FFF);
    let sequence = u64::from(sequence) & 0x3FFF;
    Uuid::from_u64_pair((low << 32) | (middle << 16) | VERSION | high, VARIANT | (sequence << 48) | node)
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

#[cfg(test)]
mod tests {
    use uuid::Builder;

    use super::*;

    /// Every bit of the parts is in its place, and no other.
    #[test]
    fn an_id_has_the_parts_of_a_version_1_uuid() {
        let bits = (0..64).map(|bit| 1_u64 << bit);
        for ticks in bits.chain([0, u64::MAX, 139_123_456_789_012_345]) {
            for sequence in [0, 1, 0x2000, 0x3FFF, u16::MAX] {
                for node in [[0; 6], [1, 2, 3, 4, 5, 6], [0xFF; 6]] {
                    let mut bytes = [0; 8];
                    bytes[2..].copy_from_slice(&node);
                    let id = uuid_of(ticks, sequence, u64::from_be_bytes(bytes));
                    assert_eq!(id, Builder::from_gregorian_timestamp(ticks, sequence, &node).into_uuid());
                }
            }
        }
    }

    #[test]
    fn an_id_has_the_time_and_a_random_node() {
        let id = new_id(Duration::new(1_796_040_000, 123_456_799));
        assert_eq!((id.get_version_num(), id.get_variant()), (1, uuid::Variant::RFC4122));
        assert_eq!(id.get_timestamp().unwrap().to_unix(), (1_796_040_000, 123_456_700));
        assert_eq!(id.get_node_id().unwrap()[0] & 1, 1, "it is marked as random");
        let other = new_id(Duration::new(1_796_040_000, 123_456_799));
        assert_ne!(id, other, "the same time");
        assert_eq!(id.get_node_id(), other.get_node_id());
    }
}
