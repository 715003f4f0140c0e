//! Obstacles to using a topic: rights that this user lacks, and schemas that the registry refuses.

use std::time::Instant;

use super::{KafkaOperations, deadline};
use crate::{
    event_bus::broker::{
        BusError, Obstacle, TopicUse,
        kafka::bus::{
            dead_letters::topic,
            reader::{Known, Reader},
            registry::{RegistryError, Trial},
            rights,
        },
    },
    registry,
};

impl KafkaOperations {
    /// Asks the registry, with the login.
    pub(super) fn registry_obstacle(&self) -> Option<Obstacle> {
        self.connector.registry.ping(deadline()).err().map(registry_away)
    }

    pub(super) fn find_obstacles(&mut self, topic_use: &TopicUse<'_>) -> Result<Vec<Obstacle>, BusError> {
        let deadline = deadline();
        match *topic_use {
            TopicUse::Produce { topic, event_type, key_field } => {
                let mut found = Vec::from_iter(self.right(topic, Right::Write, deadline)?);
                found.extend(self.schemas(topic, event_type, key_field, deadline));
                Ok(found)
            }
            TopicUse::Consume { topic, group } => {
                let mut found = Vec::from_iter(self.right(topic, Right::Read, deadline)?);
                found.extend(self.group(topic, group, deadline)?);
                found.extend(self.letters_topic(topic, group, deadline)?);
                Ok(found)
            }
        }
    }

    /// Looks at a right on a topic. A missing topic is reported elsewhere.
    fn right(&self, topic: &str, right: Right, deadline: Instant) -> Result<Option<Obstacle>, BusError> {
        match self.reader.known(topic, deadline) {
            Ok(Known::Exists) => {}
            Ok(Known::Missing) => return Ok(None),
            // The user may not see it.
            Err(error) if !error.is_transient() => return Ok(Some(right.missing(topic))),
            Err(error) => return Err(error),
        }
        let rights = rights::on_topic(&self.reader, topic, deadline)?;
        let has = match right {
            Right::Read => rights.read,
            Right::Write => rights.write,
        };
        Ok((!has).then(|| right.missing(topic)))
    }

    fn group(&self, topic: &str, group: &str, deadline: Instant) -> Result<Option<Obstacle>, BusError> {
        let Ok(Some(partitions)) = self.reader.partitions(topic, deadline) else { return Ok(None) };
        let reader = Reader::in_group(&self.connector, group)?;
        match reader.committed(topic, &partitions, deadline) {
            Ok(_) => Ok(None),
            Err(error) if error.is_transient() => Err(error),
            Err(error) => Ok(Some(certain(format!(
                "right_missing: {error} (help: ask an administrator to grant READ on group `{group}`)"
            )))),
        }
    }

    /// Looks at a group's dead-letter topic: it must exist, or this user must be able to create it.
    fn letters_topic(
        &self,
        topic: &str,
        group: &str,
        deadline: Instant,
    ) -> Result<Option<Obstacle>, BusError> {
        if let Some(error) = topic::obstacle(&self.connector, topic, group, deadline)? {
            return Ok(Some(certain(format!("dead_letters: {error}"))));
        }
        self.right(&topic::name(topic, group)?, Right::Write, deadline)
    }

    /// Looks at the schemas of an event and its key. Events of other programs are not sent by this one.
    fn schemas(
        &self,
        topic: &str,
        event_type: &str,
        key_field: Option<&str>,
        deadline: Instant,
    ) -> Vec<Obstacle> {
        let Some(definition) = registry::get(event_type) else { return Vec::new() };
        let key = key_field.and_then(|field| definition.key_schema(field));
        let key = key.map(|key| (format!("{topic}-{}", key.type_name), key.text));
        let value = definition.registered_schema();
        let value = value.map(|text| (format!("{topic}-{event_type}.CloudEvent"), text));
        let mut found = Vec::new();
        for (subject, schema) in key.into_iter().chain(value) {
            match self.connector.registry.try_schema(&subject, &schema, deadline) {
                Ok(trial) => found.extend(self.schema(trial, event_type, &subject)),
                Err(error) => {
                    found.push(registry_away(error));
                    break;
                }
            }
        }
        found
    }

    fn schema(&self, trial: Trial, event_type: &str, subject: &str) -> Option<Obstacle> {
        let registers = self.connector.registry.registers();
        match trial {
            Trial::NewSubject | Trial::NewVersion if !registers => Some(certain(format!(
                "schema_missing: the registry does not have the schema of `{event_type}` under subject `{subject}`, and \
                 `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_AUTO_REGISTER` is false (help: register it, or set this to true)"
            ))),
            Trial::NewSubject if event_type.contains('-') && subject.ends_with(".CloudEvent") => {
                Some(Obstacle {
                    text: format!(
                        "schema_may_be_refused: the registry does not have the schema of `{event_type}` yet, and may refuse it, because \
                     the event type has a hyphen, which Avro does not allow in a namespace: Apicurio answers `Failed to discover \
                     artifact type from content` (help: use a registry that takes it, or send the event over another bus)"
                    ),
                    is_certain: false,
                })
            }
            Trial::Refused(reason) => Some(certain(format!(
                "schema_refused: the registry would refuse the schema of `{event_type}` under subject `{subject}`: {reason} (help: \
                 change the event in a compatible way, or give it a new major version)"
            ))),
            Trial::Known | Trial::NewSubject | Trial::NewVersion => None,
        }
    }
}

/// A right on a topic.
#[derive(Clone, Copy)]
enum Right {
    Read,
    Write,
}

impl Right {
    fn missing(self, topic: &str) -> Obstacle {
        let (verb, name) = match self {
            Self::Read => ("read", "READ"),
            Self::Write => ("write to", "WRITE"),
        };
        certain(format!(
            "right_missing: Kafka does not allow this user to {verb} topic `{topic}` (help: ask an administrator to grant {name} on it)"
        ))
    }
}

fn certain(text: String) -> Obstacle {
    Obstacle { text, is_certain: true }
}

fn registry_away(error: RegistryError) -> Obstacle {
    let error = error.into_error("the schema registry does not help");
    certain(format!("registry: {error} (help: check `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL` and its login)"))
}
