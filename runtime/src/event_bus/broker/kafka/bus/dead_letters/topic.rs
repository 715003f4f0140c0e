//! A group's dead-letter topic: its name, and its creation.

use std::time::Instant;

use rdkafka::{
    admin::{NewTopic, TopicReplication},
    types::RDKafkaErrorCode as Code,
};

use crate::event_bus::{
    broker::{
        BusError, Subscription,
        kafka::bus::{
            Connector,
            admin::{Admin, TopicConfig},
            failure,
            reader::{Known, Reader},
        },
    },
    settings::ConsumerSettings,
    wire::DeadLetter,
};

/// The longest name of a topic.
const LONGEST: usize = 249;
/// How much longer than its entry a dead letter may be: its headers say why it failed.
const MORE_BYTES: u64 = 64 * 1024;
/// The longest message that topics of a broker take by default, in bytes.
const USUAL_BYTES: u64 = 1_048_588;
/// The shortest and the longest time in which the broker fills one file of the topic. Brokers delete only whole files.
const SEGMENT_MILLIS: (u64, u64) = (3_600_000, 86_400_000);

/// Returns the dead-letter topic of `group` on `topic`.
///
/// # Errors
///
/// If Kafka cannot have a topic of this name.
pub(in crate::event_bus::broker::kafka::bus) fn name(topic: &str, group: &str) -> Result<String, BusError> {
    let name = DeadLetter::topic(topic, group);
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    let wrong =
        if let Some(odd) = name.chars().find(|char| !u8::try_from(*char).is_ok_and(|byte| is_plain(&byte))) {
            format!("contains {odd:?}, and topic names have only letters, digits, `.`, `_` and `-`")
        } else if name.len() > LONGEST {
            format!("has {} characters, and topic names have at most {LONGEST}", name.len())
        } else {
            return Ok(name);
        };
    Err(BusError::permanent(format!(
        "group `{group}` of topic `{topic}` cannot have dead letters: its dead-letter topic would be called `{name}`, which {wrong}; \
         choose another group, or consume without dead letters (`--on-error ack` or `stop`, and `--on-unknown-type skip` or \
         `stop`)"
    )))
}

/// Makes sure that the dead-letter topic of `subscription` exists, and creates it if it does not. Logs what is wrong
/// with its configuration. Returns whether it existed.
///
/// # Errors
///
/// If the topic cannot exist, or does not exist and cannot be created.
pub(in crate::event_bus::broker::kafka::bus) fn prepare(
    connector: &Connector,
    subscription: &Subscription,
    deadline: Instant,
) -> Result<Known, BusError> {
    let Subscription { topic, group, dead_letter_max_age, .. } = subscription;
    let name = name(topic, group)?;
    let reader = Reader::new(connector)?;
    let admin = Admin::new(connector)?;
    // A user may have no right to see the configuration, which then counts as the usual one.
    let source = admin.config(topic, deadline).unwrap_or_default();
    let wanted =
        Wanted::new(&name, &source, u64::try_from(dead_letter_max_age.as_millis()).unwrap_or(u64::MAX));
    let servers = &connector.options.bootstrap_servers;
    match reader.known(&name, deadline) {
        Ok(Known::Exists) => {
            wanted.check(&admin.config(&name, deadline).unwrap_or_default());
            return Ok(Known::Exists);
        }
        Ok(Known::Missing) => {}
        Err(error) if error.is_transient() => return Err(error),
        Err(_) => return Err(wanted.hidden(servers)),
    }
    match admin.create_topic(&wanted.topic(), false, deadline)? {
        Ok(()) => {
            tracing::info!(topic = name, "created the group's dead-letter topic");
            Ok(Known::Missing)
        }
        Err(Code::TopicAlreadyExists) => Ok(Known::Missing),
        Err(code) => Err(wanted.refused(code, &reader, servers, deadline)),
    }
}

/// Returns why dead letters of `group` on `topic` cannot be stored: their topic does not exist, and this user cannot create it.
pub(in crate::event_bus::broker::kafka::bus) fn obstacle(
    connector: &Connector,
    topic: &str,
    group: &str,
    deadline: Instant,
) -> Result<Option<BusError>, BusError> {
    let name = match name(topic, group) {
        Ok(name) => name,
        Err(error) => return Ok(Some(error)),
    };
    let (reader, admin) = (Reader::new(connector)?, Admin::new(connector)?);
    let source = admin.config(topic, deadline).unwrap_or_default();
    let max_age = ConsumerSettings::default().dlq_max_age;
    let wanted = Wanted::new(&name, &source, u64::try_from(max_age.as_millis()).unwrap_or(u64::MAX));
    let servers = &connector.options.bootstrap_servers;
    match reader.known(&name, deadline) {
        Ok(Known::Exists) => return Ok(None),
        Ok(Known::Missing) => {}
        Err(error) if error.is_transient() => return Err(error),
        Err(_) => return Ok(Some(wanted.hidden(servers))),
    }
    match admin.create_topic(&wanted.topic(), true, deadline)? {
        Ok(()) | Err(Code::TopicAlreadyExists) => Ok(None),
        Err(code) => {
            let error = wanted.refused(code, &reader, servers, deadline);
            if error.is_transient() { Err(error) } else { Ok(Some(error)) }
        }
    }
}

/// The configuration that the topic should have.
struct Wanted<'a> {
    name: &'a str,
    /// The properties, each with its value.
    config: [(&'static str, String); 4],
}

impl<'a> Wanted<'a> {
    fn new(name: &'a str, source: &TopicConfig, max_age_millis: u64) -> Self {
        let max_age_millis = max_age_millis.min(i64::MAX as u64);
        let bytes =
            source.get("max.message.bytes").and_then(|bytes| bytes.parse().ok()).unwrap_or(USUAL_BYTES);
        let segment = (max_age_millis / 14).clamp(SEGMENT_MILLIS.0, SEGMENT_MILLIS.1);
        let bytes = bytes.saturating_add(MORE_BYTES).min(i32::MAX as u64);
        Self {
            name,
            config: [
                ("cleanup.policy", "compact,delete".to_owned()),
                ("retention.ms", max_age_millis.to_string()),
                ("segment.ms", segment.to_string()),
                ("max.message.bytes", bytes.to_string()),
            ],
        }
    }

    fn topic(&self) -> NewTopic<'_> {
        let topic = NewTopic::new(self.name, 1, TopicReplication::Fixed(-1));
        self.config.iter().fold(topic, |topic, (name, value)| topic.set(name, value))
    }

    fn wanted(&self, name: &str) -> &str {
        self.config.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Logs what is wrong with the configuration of an existing topic.
    fn check(&self, found: &TopicConfig) {
        let name = self.name;
        if let Some(policy) = found.get("cleanup.policy")
            && !policy.split(',').any(|one| one == "compact")
        {
            tracing::warn!(
                topic = name,
                cleanup_policy = policy,
                "the group's dead-letter topic is not compacted, so it keeps removed dead letters until they are too old; \
                 set its `cleanup.policy` to `compact,delete`"
            );
        }
        let number = |text: &str| text.parse::<i64>().ok();
        if let Some(age) = found.get("retention.ms")
            && age != self.wanted("retention.ms")
        {
            tracing::warn!(
                topic = name,
                retention_ms = age,
                wanted = self.wanted("retention.ms"),
                "the group's dead-letter topic does not keep them for as long as `EVENT_BUS_CONSUMER_DLQ_MAX_AGE` says; \
                 set its `retention.ms`"
            );
        }
        if let Some(bytes) = found.get("max.message.bytes")
            && number(bytes) < number(self.wanted("max.message.bytes"))
        {
            tracing::warn!(
                topic = name,
                max_message_bytes = bytes,
                wanted = self.wanted("max.message.bytes"),
                "the group's dead-letter topic refuses large ones; set its `max.message.bytes`"
            );
        }
    }

    /// Says that this user may not even see the topic, which may exist.
    fn hidden(&self, servers: &str) -> BusError {
        self.without_right("cannot see", Code::TopicAuthorizationFailed, servers)
    }

    fn without_right(&self, action: &str, code: Code, servers: &str) -> BusError {
        BusError::permanent(format!(
            "{action} dead-letter topic `{}`: {code}; ask an administrator for the right to write to it and, if it does not exist, to \
             create it, or to run `{}`; or consume without dead letters (`--on-error ack` or `stop`, and \
             `--on-unknown-type skip` or `stop`)",
            self.name,
            self.command(servers)
        ))
    }

    /// Says why the topic could not be created, and who can create it.
    fn refused(&self, code: Code, reader: &Reader, servers: &str, deadline: Instant) -> BusError {
        let name = self.name;
        let action = format!("cannot create dead-letter topic `{name}`");
        if code == Code::InvalidTopic
            && let Ok(topics) = reader.topics(deadline)
            && let Some(other) = topics.iter().find(|other| is_same_metric(other, name))
        {
            return BusError::permanent(format!(
                "{action}: its name differs from that of topic `{other}` only in `.` and `_`, which Kafka refuses; choose another \
                 group"
            ));
        }
        if matches!(
            code,
            Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed | Code::PolicyViolation
        ) {
            return self.without_right("cannot create", code, servers);
        }
        failure::explain_code(&action, code, reader.errors())
    }

    /// Returns the command that creates the topic.
    fn command(&self, servers: &str) -> String {
        let config = self.config.iter().map(|(name, value)| format!(" --config {name}={value}"));
        format!(
            "kafka-topics.sh --bootstrap-server {servers} --create --topic {} --partitions 1{}",
            self.name,
            config.collect::<String>()
        )
    }
}

/// Returns whether Kafka refuses one of these topics if the other exists: the names of its metrics would be the same.
fn is_same_metric(one: &str, other: &str) -> bool {
    one != other && one.replace('.', "_") == other.replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_make_no_legal_topic_are_refused() {
        assert_eq!(name("dev-loans", "reminders.v2").unwrap(), "dev-loans.dlq.reminders.v2");
        let longest = "g".repeat(LONGEST - "loans.dlq.".len());
        assert!(name("loans", &longest).is_ok());
        for (group, why) in [
            ("my group", "' '"),
            ("a/b", "'/'"),
            ("größe", "'ö'"),
            (&*format!("{longest}g"), "250 characters"),
        ] {
            let error = name("loans", group).unwrap_err();
            let message = error.to_string();
            assert!(
                !error.is_transient() && message.contains(why) && message.contains("--on-error"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_topic_takes_what_its_source_takes_and_more() {
        let source = TopicConfig::default();
        let wanted = Wanted::new("a.dlq.b", &source, 14 * 86_400_000);
        let command = wanted.command("one:9092");
        assert_eq!(
            command,
            "kafka-topics.sh --bootstrap-server one:9092 --create --topic a.dlq.b --partitions 1 --config \
             cleanup.policy=compact,delete --config retention.ms=1209600000 --config segment.ms=86400000 --config \
             max.message.bytes=1114124"
        );
    }

    #[test]
    fn dots_and_underscores_are_the_same_in_metrics() {
        assert!(
            is_same_metric("a.dlq.b", "a_dlq.b")
                && !is_same_metric("a.b", "a.b")
                && !is_same_metric("a.b", "a-b")
        );
    }
}
