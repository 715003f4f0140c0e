//! `EVENT_BUS_KAFKA_CLIENT_CONFIG`: properties of librdkafka.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use crate::event_bus::settings::{
    finding::{Findings, SettingPath},
    value::kind,
};

/// Properties of [librdkafka], the Kafka client, for what the other settings cannot say: authorities
/// (`ssl.ca.location`), client certificates, other logins (`security.protocol`, `sasl.mechanism`), compression. They override the
/// properties that the other settings imply. `Debug` prints only their names, because some are passwords.
///
/// Properties on which delivery depends, such as `acks` and `group.id`, cannot be set.
///
/// A consumer keeps about 512 KB of records that it has not read for each of its partitions (`queued.max.messages.kbytes`), and gets
/// up to 256 KB of a partition at a time (`fetch.message.max.bytes`), or one record if that is larger. Lower both if a member has
/// many partitions and little memory; raise both if the brokers are far away.
///
/// [librdkafka]: https://github.com/confluentinc/librdkafka/blob/v2.12.1/CONFIGURATION.md
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KafkaClientConfig(BTreeMap<String, String>);

/// Properties that this crate sets, each with the reason why it cannot be set here.
const OURS: [(&[&str], &str); 9] = [
    (
        &["bootstrap.servers", "metadata.broker.list"],
        "the brokers have a setting of their own, `EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS`",
    ),
    (
        &["group.id", "group.protocol", "partition.assignment.strategy"],
        "consumers choose their groups, and share them with Python services",
    ),
    (
        &["group.instance.id"],
        "each process needs its own id, so it is an option of the consumer, `group_instance_id` in `--extra`",
    ),
    (
        &[
            "enable.auto.commit",
            "auto.commit.interval.ms",
            "auto.commit.enable",
            "enable.auto.offset.store",
            "auto.offset.reset",
            "enable.partition.eof",
            "isolation.level",
        ],
        "a message is acknowledged when its receivers have handled it, and no message is skipped",
    ),
    (
        &["partitioner", "partitioner_cb"],
        "messages with the same key must go to the partition that Python services choose",
    ),
    (
        &[
            "acks",
            "request.required.acks",
            "enable.idempotence",
            "enable.gapless.guarantee",
            "transactional.id",
            "max.in.flight",
            "max.in.flight.requests.per.connection",
        ],
        "an event counts as sent when all replicas have it, and events keep their order",
    ),
    (
        &["message.timeout.ms", "delivery.timeout.ms"],
        "the time to send an event has a setting of its own, `EVENT_BUS_PRODUCER_TIMEOUT`",
    ),
    (&["log.queue", "log_level", "statistics.interval.ms"], "this crate writes the log lines of the client"),
    (&["plugin.library.paths", "enable.random.seed"], "it changes this process"),
];

impl KafkaClientConfig {
    /// Reads the table. Reports properties that cannot be set.
    pub(super) fn read(path: &SettingPath<'_>, value: &Value, findings: &mut Findings) -> Self {
        let Value::Object(table) = value else {
            findings.error(
                path,
                format!(
                    "expected a table of properties of librdkafka, found {}\nhelp: write a table such as \
                     `{{\"ssl.ca.location\": \"/etc/ca.pem\"}}`",
                    kind(value)
                ),
            );
            return Self::default();
        };
        let mut config = Self::default();
        for (name, value) in table {
            let path = path.key(name);
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                other => {
                    let found = kind(other);
                    findings.error(
                        &path,
                        format!("expected a string or a number, found {found}\nhelp: put quotes around it"),
                    );
                    continue;
                }
            };
            match config.set(name, text) {
                Ok(()) => {}
                Err(reason) => findings
                    .error(&path, format!("this property cannot be set\nnote: {reason}\nhelp: remove it")),
            }
        }
        config
    }

    /// Sets a property.
    ///
    /// # Errors
    ///
    /// Returns the reason if this property cannot be set. Whether librdkafka knows the property, and accepts the value, is
    /// checked when a bus is made.
    pub fn set(&mut self, name: &str, value: impl Into<String>) -> Result<(), &'static str> {
        if name.starts_with("test.mock.") {
            return Err("it replaces the brokers, for tests of librdkafka");
        }
        match OURS.iter().find(|(names, _)| names.contains(&name)) {
            Some((_, reason)) => Err(reason),
            None => {
                self.0.insert(name.to_owned(), value.into());
                Ok(())
            }
        }
    }

    /// Returns the value of a property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl fmt::Debug for KafkaClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|name| (name, format_args!("…")))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::KafkaClientConfig;

    #[test]
    fn values_are_hidden() {
        let mut config = KafkaClientConfig::default();
        config.set("sasl.password", "s3cret").unwrap();
        assert_eq!(format!("{config:?}"), r#"{"sasl.password": …}"#);
        assert_eq!(config.get("sasl.password"), Some("s3cret"));
    }

    #[test]
    fn our_properties_are_refused() {
        let mut config = KafkaClientConfig::default();
        for name in ["acks", "group.id", "test.mock.num.brokers", "partitioner", "message.timeout.ms"] {
            config.set(name, "1").unwrap_err();
        }
        assert_eq!(config, KafkaClientConfig::default());
    }
}
