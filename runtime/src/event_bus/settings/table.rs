//! The settings of producers and consumers, one row each.
//!
//! The settings that both share are in [`Settings`](super::Settings). The settings of one bus are in the folder of that bus.

use std::{collections::BTreeMap, time::Duration};

use super::{
    consumers::ConsumerConfig,
    routes::ProducerConfig,
    row::settings,
    value::{Given, boolean, count, found, limit, positive_seconds, seconds, string},
};

settings! {
    /// How events are sent to the bus. In a name, `*` stands for the chosen bus: `REDIS` or `KAFKA`.
    pub struct ProducerSettings {
        /// The bus that events are sent to: `memory`, `redis`, `kafka`, or the name of a registered bus. Python's
        /// `edx_event_bus_redis.create_producer` means `redis`, and `edx_event_bus_kafka.create_producer` means `kafka`. Without
        /// a bus, events stay in the process.
        "EVENT_BUS_PRODUCER" => bus: Option<String> = None, string;
        /// The routes: event type → topic → `event_key_field` and `enabled`.
        "EVENT_BUS_PRODUCER_CONFIG" => config: ProducerConfig = ProducerConfig::default();
        /// When a send returns: `wait`, after the bus has confirmed the event, or `background`, at once.
        "EVENT_BUS_PRODUCER_DELIVERY" => delivery: DeliveryMode = DeliveryMode::Wait, DeliveryMode::read;
        /// Seconds in which an event must reach all its topics.
        "EVENT_BUS_PRODUCER_TIMEOUT" => timeout: Duration = Duration::from_secs(2), positive_seconds;
        /// Bytes of memory that events may take while they wait for `background` delivery, at least 1. Further senders wait.
        "EVENT_BUS_PRODUCER_QUEUE_BYTES" => queue_bytes: usize = 64_000_000, count::<usize, 1>;
        /// Whether each message is logged, without its data.
        "EVENT_BUS_*_AUDIT_LOGGING_ENABLED" => audit_logging_enabled: bool = true, boolean;
    }
}

settings! {
    /// How events are received from the bus. In a name, `*` stands for the chosen bus: `REDIS` or `KAFKA`.
    pub struct ConsumerSettings {
        /// The bus that events are received from: `memory`, `redis`, `kafka`, or the name of a registered bus. Python's
        /// `edx_event_bus_redis.RedisEventConsumer` means `redis`, and `edx_event_bus_kafka.KafkaEventConsumer` means `kafka`.
        "EVENT_BUS_CONSUMER" => bus: Option<String> = None, string;
        /// The topics, without prefix: topic → `group_id`, `enabled` (true by default) and `extra`.
        "EVENT_BUS_CONSUMER_CONFIG" => config: BTreeMap<String, ConsumerConfig> = BTreeMap::new();
        /// Attempts before a message becomes a dead letter, at least 1.
        "EVENT_BUS_CONSUMER_MAX_ATTEMPTS" => max_attempts: u32 = 8, count::<u32, 1>;
        /// Seconds before the second attempt. The wait doubles with each further attempt.
        "EVENT_BUS_CONSUMER_RETRY_MIN" => retry_min: Duration = Duration::from_secs(1), positive_seconds;
        /// Seconds of the longest wait between attempts.
        "EVENT_BUS_CONSUMER_RETRY_MAX" => retry_max: Duration = Duration::from_mins(1), positive_seconds;
        /// The number of different messages in a row that use up their attempts in the same receiver before the consumer
        /// pauses, and tries the last one until it succeeds; 0 turns it off.
        "EVENT_BUS_CONSUMER_PAUSE_AFTER" => pause_after: u32 = 10, count::<u32, 0>;
        /// Seconds of the longest wait between two tries while the consumer is paused.
        "EVENT_BUS_CONSUMER_PAUSE_MAX" => pause_max: Duration = Duration::from_mins(2), positive_seconds;
        /// Bytes of memory for messages that a consumer has read and not handled, at least 1. It reads fewer messages at a
        /// time if they are large.
        "EVENT_BUS_CONSUMER_READ_BYTES" => read_bytes: usize = 64_000_000, count::<usize, 1>;
        /// Seconds after which a receiver counts as hung. Must be less than `claim_msgs_older_than` (600 seconds by
        /// default).
        "EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT" => receiver_timeout: Duration = Duration::from_mins(1), positive_seconds;
        /// Seconds after which dead letters are dropped.
        "EVENT_BUS_CONSUMER_DLQ_MAX_AGE" => dlq_max_age: Duration = Duration::from_hours(14 * 24), positive_seconds;
        /// The number of dead letters to keep, at least 1. The oldest ones above it are dropped.
        "EVENT_BUS_CONSUMER_DLQ_MAX_LEN" => dlq_max_len: u64 = 10_000, count::<u64, 1>;
        /// Whether consumers run.
        "EVENT_BUS_*_CONSUMERS_ENABLED" => enabled: bool = true, boolean;
        /// Seconds that one call waits for messages.
        "EVENT_BUS_*_CONSUMER_POLL_TIMEOUT" => poll_timeout: Duration = Duration::from_mins(1), positive_seconds;
        /// Seconds to wait after a failed call; may be 0.
        "EVENT_BUS_*_CONSUMER_POLL_FAILURE_SLEEP" => poll_failure_sleep: Duration = Duration::from_secs(1), seconds;
        /// Consecutive errors after which a consumer stops; 0 means no limit.
        "EVENT_BUS_*_CONSUMER_CONSECUTIVE_ERRORS_LIMIT" => consecutive_errors_limit: Option<u32> = None, limit;
        /// Whether each message is logged, without its data.
        "EVENT_BUS_*_AUDIT_LOGGING_ENABLED" => audit_logging_enabled: bool = true, boolean;
    }
}

/// When a send returns: `EVENT_BUS_PRODUCER_DELIVERY`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryMode {
    /// After the bus has confirmed the event, so the sender learns the outcome.
    #[default]
    Wait,
    /// At once. A thread delivers the event together with others. The sender waits only if the queue is full.
    Background,
}

impl DeliveryMode {
    fn read(given: Given<'_>) -> Result<Self, String> {
        match given.value.as_str() {
            Some("wait") => Ok(Self::Wait),
            Some("background") => Ok(Self::Background),
            _ => Err(format!(
                "expected `wait` or `background`, found {}\nnote: with `wait`, the sender learns whether the bus has the \
                 event; with `background`, it continues at once\nhelp: write one of the two",
                found(given.value)
            )),
        }
    }
}

#[cfg(test)]
pub(in crate::event_bus) mod tests {
    use std::{any::Any, fmt::Debug, time::Duration};

    /// Writes a default for the documented table.
    pub(in crate::event_bus) fn shown<T: Debug + Any>(default: T) -> String {
        const DAY: u64 = 24 * 60 * 60;
        match (&default as &dyn Any).downcast_ref::<Duration>() {
            Some(time) if time.as_secs() >= DAY => {
                format!("{} ({} days)", time.as_secs(), time.as_secs() / DAY)
            }
            Some(time) => time.as_secs_f64().to_string(),
            None => match &*format!("{default:?}").to_lowercase() {
                "none" | "[]" => "none".to_owned(),
                empty if empty.contains("{}") => "`{}`".to_owned(),
                value => format!("`{value}`"),
            },
        }
    }
}
