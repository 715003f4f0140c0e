//! Asks what the registry would do with a schema, without registering it.

use std::time::Instant;

use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};

use super::{NOT_FOUND, Registry, RegistryError, SUBJECT};

/// The answer that the registry would give to a schema.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::event_bus::broker::kafka::bus) enum Trial {
    /// It has the schema.
    Known,
    /// It has no schema of this subject, so it cannot be asked.
    NewSubject,
    /// It would take the schema as a new version.
    NewVersion,
    /// It would refuse the schema, for this reason.
    Refused(String),
}

impl Registry {
    /// Returns whether producers register schemas.
    pub(in crate::event_bus::broker::kafka::bus) fn registers(&self) -> bool {
        self.auto_register
    }

    /// Returns what the registry would do with a schema.
    pub(in crate::event_bus::broker::kafka::bus) fn try_schema(
        &self,
        subject: &str,
        schema: &str,
        deadline: Instant,
    ) -> Result<Trial, RegistryError> {
        let body = json!({"schema": schema, "schemaType": "AVRO", "references": []});
        let encoded = utf8_percent_encode(subject, SUBJECT);
        match self.http.post(&format!("/subjects/{encoded}?normalize=false"), &body, deadline) {
            Ok(_) => return Ok(Trial::Known),
            Err(RegistryError::Refused { code: 40401, .. }) => return Ok(Trial::NewSubject),
            Err(RegistryError::Refused { code, .. }) if NOT_FOUND.contains(&code) => {}
            Err(error) => return Err(error),
        }
        let path = format!("/compatibility/subjects/{encoded}/versions/latest?verbose=true");
        let answer = self.http.post(&path, &body, deadline)?;
        if answer.get("is_compatible").and_then(Value::as_bool) != Some(false) {
            return Ok(Trial::NewVersion);
        }
        let messages = answer.get("messages").and_then(Value::as_array).into_iter().flatten();
        let messages: Vec<&str> = messages.filter_map(Value::as_str).collect();
        Ok(Trial::Refused(if messages.is_empty() {
            "it is not compatible with the last version".to_owned()
        } else {
            messages.join("; ")
        }))
    }
}
