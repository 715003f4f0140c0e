//! The client of the schema registry: registers schemas, and finds the schemas of other writers. Everything that it learns stays for
//! the life of the process, because the meaning of an id never changes.
//!
//! This folder uses nothing of Kafka.

mod error;
mod http;
mod trial;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

pub(super) use error::RegistryError;
use http::Http;
pub(super) use trial::Trial;

use super::options::KafkaOptions;
use crate::event_bus::broker::BusError;

/// How long an id may be unknown before it counts as wrong. Servers of one registry learn from each other with a delay.
const LEARNING: Duration = Duration::from_mins(1);
/// The codes of a registry that does not know a subject, a version or a schema.
const NOT_FOUND: [i64; 3] = [40401, 40402, 40403];

/// The schema registry.
pub(super) struct Registry {
    http: Http,
    auto_register: bool,
    /// The schemas as JSON, by id.
    texts: Mutex<HashMap<u32, Arc<str>>>,
    /// The ids of schemas, by subject and JSON.
    ids: Mutex<HashMap<String, HashMap<String, u32>>>,
    /// When the registry first did not know an id.
    unknown: Mutex<HashMap<u32, Instant>>,
}

impl Registry {
    /// Reads the file of certificates, if there is one. Does not connect.
    pub(super) fn new(options: &KafkaOptions) -> Result<Self, BusError> {
        Ok(Self {
            http: Http::new(options)?,
            auto_register: options.auto_register,
            texts: Mutex::default(),
            ids: Mutex::default(),
            unknown: Mutex::default(),
        })
    }

    /// Returns the id of the schema with exactly this JSON under `subject`. Registers it, unless the registry is read-only.
    pub(super) fn id(&self, subject: &str, schema: &str, deadline: Instant) -> Result<u32, RegistryError> {
        if let Some(id) = lock(&self.ids).get(subject).and_then(|ids| ids.get(schema)) {
            return Ok(*id);
        }
        let encoded = utf8_percent_encode(subject, SUBJECT);
        let path = if self.auto_register {
            format!("/subjects/{encoded}/versions?normalize=false")
        } else {
            format!("/subjects/{encoded}?normalize=false")
        };
        let body = json!({"schema": schema, "schemaType": "AVRO", "references": []});
        let answer = self.http.post(&path, &body, deadline).map_err(|error| self.explain(error, subject))?;
        let id = id_in(&answer).ok_or_else(|| RegistryError::unreadable("has no id"))?;
        lock(&self.ids).entry(subject.to_owned()).or_default().insert(schema.to_owned(), id);
        Ok(id)
    }

    /// Returns the schema with this id, as JSON.
    pub(super) fn schema(&self, id: u32, deadline: Instant) -> Result<Arc<str>, RegistryError> {
        if let Some(text) = lock(&self.texts).get(&id) {
            return Ok(Arc::clone(text));
        }
        let answer = match self.http.get(&format!("/schemas/ids/{id}"), deadline) {
            Err(RegistryError::Refused { code, .. }) if NOT_FOUND.contains(&code) => {
                let first = *lock(&self.unknown).entry(id).or_insert_with(Instant::now);
                return Err(if first.elapsed() < LEARNING {
                    RegistryError::away(format!(
                        "the schema registry does not know the schema with id {id} yet"
                    ))
                } else {
                    RegistryError::unknown(id)
                });
            }
            answer => answer?,
        };
        lock(&self.unknown).remove(&id);
        let text = schema_in(id, &answer)?;
        Ok(Arc::clone(lock(&self.texts).entry(id).or_insert(text)))
    }

    /// Asks whether the registry answers, with the login.
    pub(super) fn ping(&self, deadline: Instant) -> Result<(), RegistryError> {
        self.http.get("/subjects", deadline).map(drop)
    }

    /// Names the subject in an error.
    fn explain(&self, error: RegistryError, subject: &str) -> RegistryError {
        match error {
            RegistryError::Refused { code, reason } if !self.auto_register && NOT_FOUND.contains(&code) => {
                RegistryError::Refused {
                    code,
                    reason: format!(
                        "the schema registry does not have the schema of subject `{subject}`, and \
                         `EVENT_BUS_KAFKA_SCHEMA_REGISTRY_AUTO_REGISTER` is false: {reason}"
                    ),
                }
            }
            RegistryError::Refused { code, reason } => {
                RegistryError::Refused { code, reason: format!("subject `{subject}`: {reason}") }
            }
            away @ RegistryError::Away(_) => away,
        }
    }
}

/// The characters that Python's `quote(subject, safe="")` keeps.
const SUBJECT: &percent_encoding::AsciiSet =
    &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~');

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn id_in(answer: &Value) -> Option<u32> {
    answer.get("id")?.as_u64()?.try_into().ok()
}

/// Reads the answer to a request for a schema.
fn schema_in(id: u32, answer: &Value) -> Result<Arc<str>, RegistryError> {
    let wrong = |reason: &str| RegistryError::unusable(id, reason);
    match answer.get("schemaType").and_then(Value::as_str) {
        None | Some("AVRO") => {}
        Some(_) => return Err(wrong("is not an Avro schema")),
    }
    if answer.get("references").and_then(Value::as_array).is_some_and(|references| !references.is_empty()) {
        return Err(wrong("refers to other schemas"));
    }
    answer
        .get("schema")
        .and_then(Value::as_str)
        .map(Arc::from)
        .ok_or_else(|| RegistryError::unreadable("has no schema"))
}
