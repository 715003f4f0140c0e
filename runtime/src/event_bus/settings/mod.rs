//! The settings of the event bus, with the names and the meaning that they have in the Python services.
//!
//! [`Settings::load`] reads a file, then the environment, which overrides the file. The file may contain the settings of a
//! whole service, such as the `lms.env.yml` that Tutor writes: only names that begin with `EVENT_BUS_` or `EVENTS_`, and
//! `SERVICE_VARIANT`, are read. All mistakes are reported at once.
//!
#![doc = include_str!("table.md")]
//!
//! Some settings of producers and consumers have a name for each bus. Only the names of the chosen bus are read; `memory` and
//! registered buses read the names with `REDIS`. Null and the empty string count as not set, except that an empty variable
//! `EVENT_BUS_PRODUCER` switches producing off: then a worker that shares a settings file with the service whose events it
//! receives sends nothing to the bus.
//! Numbers may be strings. Booleans may be strings in the environment only (`true`, `yes`, `on`, `1`; `false`,
//! `no`, `off`, `0`; in any case): Python takes the string `"false"` in a file as true. In a YAML file, `yes`, `no`, `on` and
//! `off` without quotes are booleans, as in the Python services. In the environment, `EVENT_BUS_PRODUCER_CONFIG` and
//! `EVENT_BUS_CONSUMER_CONFIG` are JSON. `EVENT_BUS_PRODUCER_CONFIG` is merged over the value in the file, as the LMS merges
//! its sources ([`merge_producer_configs`]); each other setting replaces the value in the file.

// This folder may use event definitions, the registry, and the list of buses in `broker`. It makes no bus itself.

mod bus;
pub(in crate::event_bus) mod consumers;
#[cfg(feature = "settings-file")]
mod file;
pub(in crate::event_bus) mod finding;
mod key_path;
pub(in crate::event_bus) mod layers;
mod merge;
mod names;
mod read;
mod routes;
pub(in crate::event_bus) mod row;
mod sources;
pub(in crate::event_bus) mod table;
pub(in crate::event_bus) mod topic;
mod tree;
pub(in crate::event_bus) mod value;

use self::{
    finding::{Findings, SettingPath},
    row::settings,
    tree::Tree,
    value::string,
};

#[cfg(feature = "cli")]
pub(crate) use self::key_path::check as check_key_path;
pub use self::{
    consumers::{ConsumerConfig, ConsumerExtra},
    finding::{Finding, SettingsError, Severity},
    merge::merge_producer_configs,
    routes::{ProducerConfig, Route},
    sources::SettingsBuilder,
    table::{ConsumerSettings, DeliveryMode, ProducerSettings},
};
use crate::event_bus::broker::Capability;
pub use crate::event_bus::broker::{
    buses::BusSettings,
    kafka::settings::{KafkaClientConfig, KafkaSecret, KafkaSettings},
    redis::settings::{
        RedisSettings,
        url::{RedisLogin, RedisServer, RedisTls, RedisUrl},
        url_error::RedisUrlError,
    },
};

settings! {
    /// The settings of the event bus, checked. `Debug` prints no password.
    ///
    /// ```
    /// use openedx_events::event_bus::Settings;
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
    /// assert_eq!(settings.producer.bus.as_deref(), Some("memory"));
    /// let topics = settings.producer.config.enabled("org.openedx.learning.course.enrollment.created.v1");
    /// let streams: Vec<_> = topics.map(|(topic, _)| settings.stream_name(topic)).collect();
    /// assert_eq!(streams, ["dev-course-enrollment"]);
    /// # Ok::<(), openedx_events::event_bus::settings::SettingsError>(())
    /// ```
    pub struct Settings {
        /// The name of the service, which is in the `source` of its events.
        "EVENTS_SERVICE_NAME" | "SERVICE_VARIANT" => service_name: Option<String> = None, string;
        /// Precedes the name of each topic, with a hyphen.
        "EVENT_BUS_TOPIC_PREFIX" => topic_prefix: Option<String> = None, topic::prefix;
    }
    with {
        /// How events are sent.
        pub producer: ProducerSettings,
        /// How events are received.
        pub consumer: ConsumerSettings,
        /// The settings that only one bus has.
        pub buses: BusSettings,
        /// Whether the environment has an empty `EVENT_BUS_PRODUCER`.
        is_producing_off: bool,
        warnings: Vec<Finding>,
    }
}

impl Settings {
    /// Returns what may be a mistake, but does not keep the settings from being used. A program should log it.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// Returns the full name of a topic: `{prefix}-{topic}`, or the topic if no prefix is set.
    #[must_use]
    pub fn stream_name(&self, topic: &str) -> String {
        topic::stream_name(self.topic_prefix.as_deref(), topic)
    }

    /// Returns the name of the bus that events are sent to, or `None` if they stay in the process.
    ///
    /// # Errors
    ///
    /// If a route is enabled and no bus is set, unless `EVENT_BUS_PRODUCER` is empty in the environment. Python would drop the events, with a warning at start-up.
    pub fn producing_bus(&self) -> Result<Option<&str>, SettingsError> {
        let mut routes = self.producer.config.iter();
        match (&self.producer.bus, routes.find(|(_, _, route)| route.enabled)) {
            (None, Some((event_type, topic, _))) if !self.is_producing_off => Err(SettingsError::of(
                &SettingPath::new("EVENT_BUS_PRODUCER", ""),
                format!(
                    "not set\nnote: `EVENT_BUS_PRODUCER_CONFIG` has enabled routes, such as the one from `{event_type}` to \
                     `{topic}`, and their events would be lost\nhelp: write {}, or set \
                     the variable `EVENT_BUS_PRODUCER` to an empty value in a process that sends no events",
                    bus::built_in()
                ),
            )),
            (bus, _) => Ok(bus.as_deref()),
        }
    }

    /// Returns the number of enabled routes that have no effect, because an empty variable switches producing off.
    pub(in crate::event_bus) fn routes_switched_off(&self) -> usize {
        let is_off = self.is_producing_off && self.producer.bus.is_none();
        let routes = self.producer.config.iter().filter(|(_, _, route)| route.enabled);
        if is_off { routes.count() } else { 0 }
    }

    /// Returns the name of the bus that events are received from.
    ///
    /// # Errors
    ///
    /// If none is set.
    pub fn consuming_bus(&self) -> Result<&str, SettingsError> {
        self.consumer.bus.as_deref().ok_or_else(|| {
            SettingsError::of(
                &SettingPath::new("EVENT_BUS_CONSUMER", ""),
                format!(
                    "not set\nnote: it names the bus that events are received from\nhelp: write {}",
                    bus::built_in()
                ),
            )
        })
    }

    /// Reads the JSON object of `--extra` of `consume-events`, and takes the options that it does not set from `base`.
    ///
    /// # Errors
    ///
    /// If it is not a JSON object, a key is unknown or a value is wrong, or if messages would be claimed from other
    /// consumers before `EVENT_BUS_CONSUMER_RECEIVER_TIMEOUT` has ended their receivers, unless the bus
    /// [does not claim](Capability::ClaimEntries) messages.
    pub fn read_extra(&self, base: ConsumerExtra, json: &str) -> Result<ConsumerExtra, SettingsError> {
        let mut findings = Findings::default();
        let path = SettingPath::new("--extra", "");
        let json = serde_json::from_str(json).map_err(|error| {
            format!("not valid JSON: {error}\nhelp: write an object, such as `{{\"check_backlog\": true}}`")
        });
        let value = findings.take(&path, json).map(|tree: Tree| {
            findings.repeated(&path, &tree);
            tree.value
        });
        let extra = value.and_then(|value| consumers::read_extra(&path, &value, base, &mut findings));
        let bus = self.consumer.bus.as_deref();
        if let Some(ConsumerExtra { claim_msgs_older_than: claim, .. }) = &extra
            && bus::can(bus, Capability::ClaimEntries, &self.buses)
        {
            let path = path.key("claim_msgs_older_than");
            consumers::check_claim_time(&path, *claim, self.consumer.receiver_timeout, &mut findings);
        }
        for warning in findings.into_result()? {
            tracing::warn!("{warning}");
        }
        Ok(extra.unwrap_or_default())
    }
}
