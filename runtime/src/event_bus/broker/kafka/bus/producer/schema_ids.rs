//! The ids of the schemas of messages and keys. The first message of a topic, an event type and a key field asks the registry.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use super::super::registry::{Registry, RegistryError};
use crate::{
    event_bus::{broker::BusError, wire::Envelope},
    registry,
};

/// The ids of the schemas of a message.
#[derive(Clone, Copy)]
pub(super) struct SchemaIds {
    pub(super) value: u32,
    pub(super) key: Option<KeySchemaId>,
}

#[derive(Clone, Copy)]
pub(super) struct KeySchemaId {
    pub(super) id: u32,
    /// Whether the key consists of bytes, which have no length.
    pub(super) is_bytes: bool,
}

/// The key fields of a topic and an event type, with their ids.
type OfFields = Vec<(Option<Arc<str>>, SchemaIds)>;

/// The ids that are known, by topic and event type.
#[derive(Default)]
pub(super) struct KnownIds(RwLock<HashMap<Arc<str>, HashMap<String, OfFields>>>);

impl KnownIds {
    /// Returns the ids for a message, if no request is needed.
    pub(super) fn get(&self, envelope: &Envelope) -> Option<SchemaIds> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let fields = known.get(&envelope.topic)?.get(envelope.message.event_type()?)?;
        let field = envelope.key.as_ref().map(|key| &key.field);
        fields.iter().find(|(known, _)| known.as_ref() == field).map(|(_, ids)| *ids)
    }

    /// Returns the ids for a message. Asks `registry` for those that are not known.
    pub(super) fn find(
        &self,
        envelope: &Envelope,
        registry: &Registry,
        deadline: Instant,
    ) -> Result<SchemaIds, BusError> {
        if let Some(ids) = self.get(envelope) {
            return Ok(ids);
        }
        let ids = ask(envelope, registry, deadline)?;
        let event_type = envelope.message.event_type().unwrap_or_default().to_owned();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let fields = known.entry(Arc::clone(&envelope.topic)).or_default().entry(event_type).or_default();
        fields.push((envelope.key.as_ref().map(|key| Arc::clone(&key.field)), ids));
        Ok(ids)
    }
}

/// Asks the registry, for the key first, as Python does.
fn ask(envelope: &Envelope, registry: &Registry, deadline: Instant) -> Result<SchemaIds, BusError> {
    let topic = &envelope.topic;
    let event_type = envelope
        .message
        .event_type()
        .ok_or_else(|| BusError::refused("the message has no event type, so its schema is unknown"))?;
    let definition = registry::get(event_type).ok_or_else(|| {
        BusError::refused(format!(
            "no crate in this program defines `{event_type}`, so its schema is unknown"
        ))
    })?;
    let failed = |error: RegistryError| {
        let action = format!("no schema for `{event_type}`");
        // Other events of the topic may go on.
        let is_lost = error.is_about_schema();
        if is_lost {
            BusError::refused(format!("{action}: {}", error.reason()))
        } else {
            error.into_error(&action)
        }
    };
    let key = match &envelope.key {
        None => None,
        Some(key) => {
            let schema = definition.key_schema(&key.field).ok_or_else(|| {
                BusError::refused(format!("`{}` of `{event_type}` cannot be a key", key.field))
            })?;
            let subject = format!("{topic}-{}", schema.type_name);
            let id = registry.id(&subject, &schema.text, deadline).map_err(failed)?;
            Some(KeySchemaId { id, is_bytes: schema.is_bytes })
        }
    };
    let schema = definition.registered_schema();
    let schema = schema
        .ok_or_else(|| BusError::refused(format!("`{event_type}` is local only, and has no schema")))?;
    let subject = format!("{topic}-{event_type}.CloudEvent");
    let value = registry.id(&subject, &schema, deadline).map_err(|error| match error {
        // Apicurio parses namespaces, and Avro allows no hyphen in them.
        RegistryError::Refused { code, reason } if event_type.contains('-') => RegistryError::Refused {
            code,
            reason: format!(
                "{reason}; the event type has a hyphen, which Avro does not allow in a namespace, so some registries refuse it"
            ),
        },
        error => error,
    });
    Ok(SchemaIds { value: value.map_err(failed)?, key })
}
