//! The settings of the event bus, with the names and the meaning that they have for the Python services.
//!
//! [`Settings::load`] reads a file and then the environment, of which the latter wins. A file can have the
//! settings of a whole service, such as the `lms.env.yml` that Tutor writes: names that begin with neither
//! `EVENT_BUS_` nor `EVENTS_`, except `SERVICE_VARIANT`, are not looked at. Everything is checked at once, and
//! reported at once.
//!
//! | setting | value | default |
//! |---|---|---|
//! | `EVENTS_SERVICE_NAME`, else `SERVICE_VARIANT` | the service, as `source` of the metadata names it | |
//! | `EVENT_BUS_PRODUCER`, `EVENT_BUS_CONSUMER` | `memory`, `redis`, the name of a bus of your own; Python's `edx_event_bus_redis.create_producer` and `edx_event_bus_redis.RedisEventConsumer` mean `redis` | none |
//! | `EVENT_BUS_PRODUCER_CONFIG` | event type → topic → `event_key_field`, `enabled` | `{}` |
//! | `EVENT_BUS_CONSUMER_CONFIG` | topic → `group_id`, `enabled` (true), `extra` | `{}` |
//! | `EVENT_BUS_TOPIC_PREFIX` | goes before each topic, with a hyphen | none |
//! | `EVENT_BUS_PRODUCER_DELIVERY` | `wait` or `background` | `wait` |
//! | `EVENT_BUS_PRODUCER_TIMEOUT` | seconds, for all topics of an event together | 2 |
//! | `EVENT_BUS_CONSUMER_MAX_ATTEMPTS` | attempts before a message is a dead letter | 5 |
//! | `EVENT_BUS_CONSUMER_RETRY_MIN`, `EVENT_BUS_CONSUMER_RETRY_MAX` | seconds between attempts: the first wait and the longest | 0.2, 30 |
//! | `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT` | seconds that a receiver may take for a message, after which it counts as hung; below the claim time (`claim_msgs_older_than`, 600 s) | 60 |
//! | `EVENT_BUS_CONSUMER_DLQ_MAX_AGE`, `EVENT_BUS_CONSUMER_DLQ_MAX_LEN` | seconds, messages: bounds of the dead letters | 1209600 (14 days), 10000 |
//! | `EVENT_BUS_REDIS_CONNECTION_URL` | see [`RedisUrl`] | none |
//! | `EVENT_BUS_REDIS_STREAM_MAX_LEN`, `EVENT_BUS_REDIS_STREAM_MAX_AGE` | messages, seconds: to what a stream is trimmed | 10000, none |
//! | `EVENT_BUS_REDIS_CONSUMERS_ENABLED` | whether consumers run at all | true |
//! | `EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT` | seconds that one call waits for messages | 60 |
//! | `EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP` | seconds to wait after a failed call | 1 |
//! | `EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT` | errors in a row after which a consumer ends; 0 is no limit | no limit |
//! | `EVENT_BUS_REDIS_AUDIT_LOGGING_ENABLED` | whether each message is logged, without its data | true |
//!
//! Null and the empty text count as not set, in files and in the environment. Numbers may be texts. Booleans may
//! be texts in the environment only (`true`, `yes`, `on`, `1`; `false`, `no`, `off`, `0`; in any case): in a
//! file, Python would take the text `"false"` for true. In a YAML file `yes`, `no`, `on` and `off` without
//! quotes are booleans, as they are to the Python services. In the environment, `EVENT_BUS_PRODUCER_CONFIG` and
//! `EVENT_BUS_CONSUMER_CONFIG` are JSON. `EVENT_BUS_PRODUCER_CONFIG` is merged over that of the file, as the
//! LMS merges its sources ([`merge_producer_configs`]); each other setting is replaced.

mod bus;
mod consumers;
#[cfg(feature = "settings-file")]
mod file;
mod finding;
mod key_path;
mod merge;
mod names;
mod read;
mod redis_url;
mod routes;
mod sources;
mod topic;
mod value;

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde_json::Value;

use self::finding::{Findings, Place};
#[cfg(feature = "cli")]
pub(crate) use self::key_path::check as check_key_path;
pub(super) use self::topic::stream_name;
pub use self::{
    bus::BusName,
    consumers::{ConsumerConfig, ConsumerExtra},
    finding::{Finding, SettingsError, Severity},
    merge::merge_producer_configs,
    redis_url::{CertReqs, RedisUrl, RedisUrlError},
    routes::{ProducerConfig, Route},
    sources::SettingsBuilder,
};

/// The settings of the event bus, checked. `Debug` prints no password.
///
/// ```
/// use openedx_events::event_bus::{Settings, settings::BusName};
/// use serde_json::json;
///
/// let settings = Settings::from_value(json!({
///     "EVENT_BUS_PRODUCER": "memory",
///     "EVENT_BUS_TOPIC_PREFIX": "dev",
///     "EVENT_BUS_PRODUCER_CONFIG": {
///         "org.openedx.learning.course.enrollment.created.v1": {
///             "course-enrollment": {"event_key_field": "enrollment.course.course_key", "enabled": true},
///         },
///     },
/// }))?;
/// assert_eq!(settings.producer.bus, Some(BusName::Memory));
/// let topics = settings.producer.config.enabled("org.openedx.learning.course.enrollment.created.v1");
/// let streams: Vec<_> = topics.map(|(topic, _)| settings.stream_name(topic)).collect();
/// assert_eq!(streams, ["dev-course-enrollment"]);
/// # Ok::<(), openedx_events::event_bus::settings::SettingsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// `EVENTS_SERVICE_NAME`, else `SERVICE_VARIANT`.
    pub service_name: Option<String>,
    /// `EVENT_BUS_TOPIC_PREFIX`.
    pub topic_prefix: Option<String>,
    /// How events are sent.
    pub producer: ProducerSettings,
    /// How events are received.
    pub consumer: ConsumerSettings,
    /// `EVENT_BUS_REDIS_…`, except what any consumer needs.
    pub redis: RedisSettings,
    warnings: Vec<Finding>,
}

/// How events are sent to the bus.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProducerSettings {
    /// `EVENT_BUS_PRODUCER`; without it, events stay in the process.
    pub bus: Option<BusName>,
    /// `EVENT_BUS_PRODUCER_CONFIG`.
    pub config: ProducerConfig,
    /// `EVENT_BUS_PRODUCER_DELIVERY`.
    pub delivery: Delivery,
    /// `EVENT_BUS_PRODUCER_TIMEOUT`, for all topics of an event together.
    pub timeout: Duration,
}

/// When `send_event` returns: `EVENT_BUS_PRODUCER_DELIVERY`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// When the bus has confirmed the event: the sender learns what became of it.
    #[default]
    Wait,
    /// At once: a thread delivers it, together with others. The sender waits only where the queue is full.
    Background,
}

/// How events are received from the bus.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConsumerSettings {
    /// `EVENT_BUS_CONSUMER`.
    pub bus: Option<BusName>,
    /// `EVENT_BUS_CONSUMER_CONFIG`, by topic without prefix.
    pub config: BTreeMap<String, ConsumerConfig>,
    /// `EVENT_BUS_REDIS_CONSUMERS_ENABLED`.
    pub enabled: bool,
    /// `EVENT_BUS_CONSUMER_MAX_ATTEMPTS`; at least 1.
    pub max_attempts: u64,
    /// `EVENT_BUS_CONSUMER_RETRY_MIN`.
    pub retry_min: Duration,
    /// `EVENT_BUS_CONSUMER_RETRY_MAX`; not below `retry_min`.
    pub retry_max: Duration,
    /// `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT`.
    pub receiver_timeout: Duration,
    /// `EVENT_BUS_CONSUMER_DLQ_MAX_AGE`.
    pub dlq_max_age: Duration,
    /// `EVENT_BUS_CONSUMER_DLQ_MAX_LEN`; at least 1.
    pub dlq_max_len: u64,
    /// `EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT`.
    pub poll_timeout: Duration,
    /// `EVENT_BUS_REDIS_CONSUMER_POLL_FAILURE_SLEEP`; may be zero.
    pub poll_failure_sleep: Duration,
    /// `EVENT_BUS_REDIS_CONSUMER_CONSECUTIVE_ERRORS_LIMIT`; at least 1, or no limit.
    pub consecutive_errors_limit: Option<u64>,
}

/// What only Redis needs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RedisSettings {
    /// `EVENT_BUS_REDIS_CONNECTION_URL`; it is there where a bus is `redis`.
    pub connection_url: Option<RedisUrl>,
    /// `EVENT_BUS_REDIS_STREAM_MAX_LEN`; at least 1.
    pub stream_max_len: u64,
    /// `EVENT_BUS_REDIS_STREAM_MAX_AGE`.
    pub stream_max_age: Option<Duration>,
    /// `EVENT_BUS_REDIS_AUDIT_LOGGING_ENABLED`.
    pub audit_logging_enabled: bool,
}

impl Default for ProducerSettings {
    fn default() -> Self {
        Self {
            bus: None,
            config: ProducerConfig::default(),
            delivery: Delivery::default(),
            timeout: Duration::from_secs(2),
        }
    }
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        Self {
            bus: None,
            config: BTreeMap::new(),
            enabled: true,
            max_attempts: 5,
            retry_min: Duration::from_millis(200),
            retry_max: Duration::from_secs(30),
            receiver_timeout: Duration::from_mins(1),
            dlq_max_age: Duration::from_hours(14 * 24),
            dlq_max_len: 10_000,
            poll_timeout: Duration::from_mins(1),
            poll_failure_sleep: Duration::from_secs(1),
            consecutive_errors_limit: None,
        }
    }
}

impl Default for RedisSettings {
    fn default() -> Self {
        Self {
            connection_url: None,
            stream_max_len: 10_000,
            stream_max_age: None,
            audit_logging_enabled: true,
        }
    }
}

impl Settings {
    /// The settings of a service: those of `file`, or else of the file that the environment variable
    /// `OPENEDX_EVENTS_SETTINGS` names, if there is one; then those of the environment.
    ///
    /// Files (`.yaml`, `.yml`, `.json`, `.toml`) take the feature `settings-file`.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read or a setting is wrong; with everything that is wrong.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        SettingsBuilder::usual(file).build()
    }

    /// Settings from code: a JSON object of names and values. Neither a file nor the environment is read.
    ///
    /// # Errors
    ///
    /// Where a setting is wrong; with everything that is wrong.
    pub fn from_value(settings: Value) -> Result<Self, SettingsError> {
        SettingsBuilder::new().value(settings).build()
    }

    /// What is odd in the settings, and no error: to be logged.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// The name of the stream of a topic: `{prefix}-{topic}`, or the topic where no prefix is set.
    #[must_use]
    pub fn stream_name(&self, topic: &str) -> String {
        stream_name(self.topic_prefix.as_deref(), topic)
    }

    /// The bus that events are sent to; `None` where they stay in the process.
    ///
    /// # Errors
    ///
    /// Where a route is enabled and no bus is set: Python would drop the events, with a warning at its start.
    pub fn producing_bus(&self) -> Result<Option<&BusName>, SettingsError> {
        let mut routes = self.producer.config.iter();
        match (&self.producer.bus, routes.find(|(_, _, route)| route.enabled)) {
            (None, Some((event_type, topic, _))) => Err(SettingsError::of(
                &Place::new(names::PRODUCER, ""),
                format!(
                    "it is not set\nnote: `{}` has enabled routes, as that of `{event_type}` to `{topic}`, and \
                     their events would be lost\nhelp: write `redis` or `memory`, or disable the routes",
                    names::PRODUCER_CONFIG
                ),
            )),
            (bus, _) => Ok(bus.as_ref()),
        }
    }

    /// The bus that events are received from.
    ///
    /// # Errors
    ///
    /// Where none is set.
    pub fn consuming_bus(&self) -> Result<&BusName, SettingsError> {
        self.consumer.bus.as_ref().ok_or_else(|| {
            SettingsError::of(
                &Place::new(names::CONSUMER, ""),
                "it is not set\nnote: it says from where events are received\nhelp: write `redis` or `memory`",
            )
        })
    }

    /// Reads the JSON object that `--extra` of `consume-events` is given.
    ///
    /// # Errors
    ///
    /// Where it is none, a key is not known or a value is wrong, and where messages would be taken over from
    /// other consumers sooner than `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT` ends their receivers.
    pub fn read_extra(&self, json: &str) -> Result<ConsumerExtra, SettingsError> {
        self.read_extra_over(ConsumerExtra::default(), json)
    }

    /// The same, where what is not given is as in `base`.
    pub(crate) fn read_extra_over(
        &self,
        base: ConsumerExtra,
        json: &str,
    ) -> Result<ConsumerExtra, SettingsError> {
        let mut findings = Findings::default();
        let place = Place::new("--extra", "");
        let extra = match serde_json::from_str(json) {
            Ok(value) => consumers::read_extra(&place, &value, base, &mut findings),
            Err(error) => {
                findings.error(
                    &place,
                    format!(
                        "it is no JSON: {error}\nhelp: write an object, as in `{{\"check_backlog\": true}}`"
                    ),
                );
                None
            }
        };
        if let Some(extra) = &extra {
            let (place, timeout) = (place.key("claim_msgs_older_than"), self.consumer.receiver_timeout);
            consumers::check_claim_time(&place, extra.claim_msgs_older_than, timeout, &mut findings);
        }
        findings.into_result()?;
        Ok(extra.unwrap_or_default())
    }
}
