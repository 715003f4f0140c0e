//! The names of settings: which are ours, and which were probably meant to be.

use super::finding::{Findings, Place};

pub(super) const EVENTS_SERVICE_NAME: &str = "EVENTS_SERVICE_NAME";
pub(super) const SERVICE_VARIANT: &str = "SERVICE_VARIANT";
pub(super) const PRODUCER: &str = "EVENT_BUS_PRODUCER";
pub(super) const CONSUMER: &str = "EVENT_BUS_CONSUMER";
pub(super) const PRODUCER_CONFIG: &str = "EVENT_BUS_PRODUCER_CONFIG";
pub(super) const CONSUMER_CONFIG: &str = "EVENT_BUS_CONSUMER_CONFIG";
pub(super) const TOPIC_PREFIX: &str = "EVENT_BUS_TOPIC_PREFIX";
pub(super) const PRODUCER_DELIVERY: &str = "EVENT_BUS_PRODUCER_DELIVERY";
pub(super) const PRODUCER_TIMEOUT: &str = "EVENT_BUS_PRODUCER_TIMEOUT";
pub(super) const CONSUMER_MAX_ATTEMPTS: &str = "EVENT_BUS_CONSUMER_MAX_ATTEMPTS";
pub(super) const CONSUMER_RETRY_MIN: &str = "EVENT_BUS_CONSUMER_RETRY_MIN";
pub(super) const CONSUMER_RETRY_MAX: &str = "EVENT_BUS_CONSUMER_RETRY_MAX";
pub(super) const CONSUMER_RECEIVER_TIMEOUT: &str = "EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT";
pub(super) const CONSUMER_DLQ_MAX_AGE: &str = "EVENT_BUS_CONSUMER_DLQ_MAX_AGE";
pub(super) const CONSUMER_DLQ_MAX_LEN: &str = "EVENT_BUS_CONSUMER_DLQ_MAX_LEN";
pub(super) const REDIS_CONNECTION_URL: &str = "EVENT_BUS_REDIS_CONNECTION_URL";
pub(super) const REDIS_STREAM_MAX_LEN: &str = "EVENT_BUS_REDIS_STREAM_MAX_LEN";
pub(super) const REDIS_STREAM_MAX_AGE: &str = "EVENT_BUS_REDIS_STREAM_MAX_AGE";
pub(super) const REDIS_CONSUMERS_ENABLED: &str = "EVENT_BUS_REDIS_CONSUMERS_ENABLED";
pub(super) const REDIS_CONSUMER_POLL_TIMEOUT: &str = "EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT";
pub(super) const REDIS_CONSUMER_POLL_FAILURE_SLEEP: &str = "EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP";
pub(super) const REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT: &str =
    "EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT";
pub(super) const REDIS_AUDIT_LOGGING_ENABLED: &str = "EVENT_BUS_REDIS_AUDIT_LOGGING_ENABLED";

const KNOWN: [&str; 23] = [
    EVENTS_SERVICE_NAME,
    SERVICE_VARIANT,
    PRODUCER,
    CONSUMER,
    PRODUCER_CONFIG,
    CONSUMER_CONFIG,
    TOPIC_PREFIX,
    PRODUCER_DELIVERY,
    PRODUCER_TIMEOUT,
    CONSUMER_MAX_ATTEMPTS,
    CONSUMER_RETRY_MIN,
    CONSUMER_RETRY_MAX,
    CONSUMER_RECEIVER_TIMEOUT,
    CONSUMER_DLQ_MAX_AGE,
    CONSUMER_DLQ_MAX_LEN,
    REDIS_CONNECTION_URL,
    REDIS_STREAM_MAX_LEN,
    REDIS_STREAM_MAX_AGE,
    REDIS_CONSUMERS_ENABLED,
    REDIS_CONSUMER_POLL_TIMEOUT,
    REDIS_CONSUMER_POLL_FAILURE_SLEEP,
    REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT,
    REDIS_AUDIT_LOGGING_ENABLED,
];

/// Whether a setting of that name is the event bus's: the settings of a whole service have many others.
pub(super) fn is_ours(name: &str) -> bool {
    name.starts_with("EVENT_BUS_") || name.starts_with("EVENTS_") || name == SERVICE_VARIANT
}

/// Whether the setting is a table, which is JSON in an environment variable.
pub(super) fn is_table(name: &str) -> bool {
    [PRODUCER_CONFIG, CONSUMER_CONFIG].contains(&name)
}

/// Reports a name of ours that is no setting.
pub(super) fn check(place: &Place<'_>, name: &str, findings: &mut Findings) {
    if KNOWN.contains(&name) {
        return;
    }
    if name.starts_with("EVENT_BUS_KAFKA_") {
        findings.warning(
            place,
            "is not used\nnote: there is no Kafka bus yet\nhelp: leave it out, or ignore this where the Python \
             services that share these settings need it",
        );
        return;
    }
    let meant = near_misses(name);
    if !meant.is_empty() {
        let meant = meant.join("` or `");
        findings.error(
            place,
            format!(
                "is no setting, and close to one\nnote: taken for a mistake, because its value would have no \
                 effect\nhelp: write `{meant}`"
            ),
        );
    } else if name.starts_with("EVENT_BUS_") {
        findings.warning(
            place,
            "is no setting of the event bus, and is ignored\nhelp: leave it out, unless another program that \
             shares these settings needs it",
        );
    }
}

/// The settings that `name` may stand for: a slip of the keyboard away, or without one of the words that all
/// those names have.
fn near_misses(name: &str) -> Vec<&'static str> {
    let upper = name.to_uppercase();
    let mut near: Vec<_> = KNOWN.into_iter().filter(|known| is_slip(known, &upper)).collect();
    if near.is_empty() {
        near = KNOWN
            .into_iter()
            .filter(|known| lacks_a_word(&upper, known) || has_redis_more(&upper, known))
            .collect();
    }
    near
}

fn is_slip(known: &str, name: &str) -> bool {
    strsim::osa_distance(known, name) <= 2 || known.replace('_', "") == name.replace('_', "")
}

/// `EVENT_BUS_STREAM_MAX_LEN` for `EVENT_BUS_REDIS_STREAM_MAX_LEN`.
fn lacks_a_word(name: &str, known: &str) -> bool {
    ["REDIS_", "CONNECTION_", "CONSUMER_", "PRODUCER_", "REDIS_CONSUMER_"]
        .iter()
        .any(|word| known.contains(word) && known.replacen(word, "", 1) == name)
}

/// `EVENT_BUS_REDIS_CONSUMER_MAX_ATTEMPTS` for `EVENT_BUS_CONSUMER_MAX_ATTEMPTS`.
fn has_redis_more(name: &str, known: &str) -> bool {
    name.contains("_REDIS_") && name.replacen("_REDIS_", "_", 1) == known
}

#[cfg(test)]
mod tests {
    use crate::event_bus::settings::names::*;

    #[test]
    fn no_setting_is_a_near_miss_of_another() {
        for name in KNOWN {
            assert_eq!(near_misses(name).iter().filter(|near| **near == name).count(), 1, "{name}");
            assert_eq!(near_misses(name).len(), if name.contains("_RETRY_M") { 2 } else { 1 }, "{name}");
            assert!(is_ours(name), "{name}");
        }
    }

    #[test]
    fn near_misses_are_found() {
        for (name, meant) in [
            ("EVENT_BUS_PRODUCERS", &[PRODUCER][..]),
            ("EVENT_BUS_Producer", &[PRODUCER]),
            ("EVENTS_BUS_PRODUCER", &[PRODUCER]),
            ("EVENTS_SERVICENAME", &[EVENTS_SERVICE_NAME]),
            ("EVENT_BUS_PRODUCER_CONIFG", &[PRODUCER_CONFIG]),
            ("EVENT_BUS_CONFIG", &[PRODUCER_CONFIG, CONSUMER_CONFIG]),
            ("EVENT_BUS_REDIS_URL", &[REDIS_CONNECTION_URL]),
            ("EVENT_BUS_STREAM_MAX_LEN", &[REDIS_STREAM_MAX_LEN]),
            ("EVENT_BUS_CONSUMER_POLL_TIMEOUT", &[REDIS_CONSUMER_POLL_TIMEOUT]),
            ("EVENT_BUS_REDIS_CONSUMER_MAX_ATTEMPTS", &[CONSUMER_MAX_ATTEMPTS]),
            ("EVENT_BUS_REDIS_CONSUMER_ENABLED", &[REDIS_CONSUMERS_ENABLED]),
        ] {
            assert_eq!(near_misses(name), meant, "{name}");
        }
    }

    #[test]
    fn settings_of_others_are_no_near_misses() {
        for name in [
            "EVENT_BUS_PROCESSING_DELAY_SECONDS",
            "EVENT_BUS_MESSAGE_DELAY_THRESHOLD_SECONDS",
            "EVENT_BUS_BACKEND",
            "EVENT_BUS_RUN_REDIS_INSIGHT",
            "EVENT_BUS_LMS_CONSUMER_TOPIC",
            "EVENT_BUS_REDIS_SERVICE_HOST",
            "EVENT_BUS_REDIS_PORT",
            "EVENTS_TABLE",
        ] {
            assert_eq!(near_misses(name), [""; 0], "{name}");
        }
    }
}
