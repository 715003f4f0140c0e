//! The schemas of a registry and its answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    compatibility::{can_read, canonical},
    http::{Answer, Request},
};

/// Which text of a schema a registry keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// The canonical text, as Confluent's registry does: all keys that are strings have the same schema.
    Canonical,
    /// The text as it was sent, as Apicurio does by default: each name of a key field is a schema of its own.
    Verbatim,
}

/// Which versions of a schema must be compatible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Everything is accepted.
    None,
    /// The new version can read what the last one wrote.
    Backward,
    /// The last version can read what the new one writes.
    Forward,
    /// Both.
    Full,
}

/// A refusal: the status, the code and the message.
pub(crate) type Refusal = (u16, u32, String);

#[derive(Debug)]
pub(crate) struct Store {
    keeps: Keeps,
    pub(crate) level: Level,
    /// By id, which starts at 1.
    schemas: Vec<Option<String>>,
    /// The ids of the versions, oldest first.
    subjects: BTreeMap<String, Vec<u32>>,
}

impl Store {
    pub(crate) fn new(keeps: Keeps) -> Self {
        Self { keeps, level: Level::Backward, schemas: Vec::new(), subjects: BTreeMap::new() }
    }

    pub(crate) fn subjects(&self) -> Vec<String> {
        self.subjects.keys().cloned().collect()
    }

    pub(crate) fn schema(&self, id: u32) -> Option<&str> {
        self.schemas.get(index(id)?)?.as_deref()
    }

    pub(crate) fn forget(&mut self, id: u32) {
        if let Some(schema) = index(id).and_then(|index| self.schemas.get_mut(index)) {
            *schema = None;
        }
    }

    pub(crate) fn register(&mut self, subject: &str, schema: &str) -> Result<u32, Refusal> {
        let text = self.text(schema)?;
        if let Some(id) = self.find(subject, &text) {
            return Ok(id);
        }
        if let Some(last) = self.subjects.get(subject).and_then(|ids| self.schema(*ids.last()?)) {
            self.check(subject, last, &text)?;
        }
        // A schema has the same id in all subjects.
        let known = self.schemas.iter().position(|schema| schema.as_ref() == Some(&text));
        let index = known.unwrap_or_else(|| {
            self.schemas.push(Some(text));
            self.schemas.len() - 1
        });
        let id = u32::try_from(index + 1).expect("few schemas");
        self.subjects.entry(subject.to_owned()).or_default().push(id);
        Ok(id)
    }

    fn check(&self, subject: &str, last: &str, new: &str) -> Result<(), Refusal> {
        let parse = |text| serde_json::from_str::<Value>(text).expect("the store keeps JSON");
        let (last, new) = (parse(last), parse(new));
        let backward = || can_read(&new, &last);
        let forward = || can_read(&last, &new);
        let result = match self.level {
            Level::None => Ok(()),
            Level::Backward => backward(),
            Level::Forward => forward(),
            Level::Full => backward().and_then(|()| forward()),
        };
        result.map_err(|reason| {
            let message = format!(
                "Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: \
                 [{reason}]"
            );
            (409, 409, message)
        })
    }

    fn find(&self, subject: &str, text: &str) -> Option<u32> {
        let ids = self.subjects.get(subject)?;
        ids.iter().copied().find(|&id| self.schema(id) == Some(text))
    }

    /// Returns the text to keep.
    fn text(&self, schema: &str) -> Result<String, Refusal> {
        let parsed: Value = serde_json::from_str(schema)
            .map_err(|error| (422, 42201, format!("Invalid schema {schema}, details: {error}")))?;
        Ok(match self.keeps {
            Keeps::Canonical => canonical(&parsed, "").to_string(),
            Keeps::Verbatim => schema.to_owned(),
        })
    }

    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        let path = request.path();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let answered = match (request.method.as_str(), path.as_slice()) {
            ("GET", []) => Ok(json!({})),
            ("GET", ["subjects"]) => Ok(json!(self.subjects())),
            ("GET", ["schemas", "types"]) => Ok(json!(["AVRO"])),
            ("GET", ["schemas", "ids", id]) => {
                let found = id.parse().ok().and_then(|id| self.schema(id));
                found.map(|schema| json!({"schema": schema})).ok_or((
                    404,
                    40403,
                    format!("Schema {id} not found"),
                ))
            }
            ("GET", ["subjects", subject, "versions"]) => {
                let versions = self.subjects.get(*subject).map(|ids| (1..=ids.len()).collect::<Vec<_>>());
                versions.map(|versions| json!(versions)).ok_or_else(|| unknown(subject))
            }
            ("GET", ["subjects", subject, "versions", "latest"]) => {
                let ids = self.subjects.get(*subject).ok_or_else(|| unknown(subject));
                ids.map(|ids| self.version(subject, *ids.last().expect("a version")))
            }
            ("POST", ["subjects", subject, "versions"]) => {
                sent_schema(request).and_then(|schema| Ok(json!({"id": self.register(subject, &schema)?})))
            }
            ("POST", ["subjects", subject]) => sent_schema(request).and_then(|schema| {
                let text = self.text(&schema)?;
                if !self.subjects.contains_key(*subject) {
                    return Err(unknown(subject));
                }
                let id = self.find(subject, &text).ok_or((404, 40403, "Schema not found".to_owned()))?;
                Ok(self.version(subject, id))
            }),
            ("POST", ["compatibility", "subjects", subject, "versions", "latest"]) => {
                sent_schema(request).and_then(|schema| {
                    let text = self.text(&schema)?;
                    let ids = self.subjects.get(*subject).ok_or_else(|| unknown(subject))?;
                    let last = ids.last().and_then(|id| self.schema(*id)).unwrap_or_default();
                    let checked = self.check(subject, last, &text).map_err(|(.., reason)| reason);
                    Ok(json!({"is_compatible": checked.is_ok(), "messages": checked.err().into_iter().collect::<Vec<_>>()}))
                })
            }
            ("GET", ["config"]) => {
                Ok(json!({"compatibilityLevel": format!("{:?}", self.level).to_uppercase()}))
            }
            _ => Err((404, 404, "HTTP 404 Not Found".to_owned())),
        };
        answered.map_or_else(|(status, code, message)| Answer::error(status, code, &message), Answer::ok)
    }

    fn version(&self, subject: &str, id: u32) -> Value {
        let place = self.subjects[subject].iter().position(|&found| found == id);
        json!({"subject": subject, "version": place.map(|place| place + 1), "id": id, "schema": self.schema(id)})
    }
}

fn index(id: u32) -> Option<usize> {
    usize::try_from(id).ok()?.checked_sub(1)
}

fn unknown(subject: &str) -> Refusal {
    (404, 40401, format!("Subject '{subject}' not found."))
}

fn sent_schema(request: &Request) -> Result<String, Refusal> {
    let body: Value = serde_json::from_str(&request.body)
        .map_err(|error| (400, 400, format!("the body is not valid JSON: {error}")))?;
    let kind = body["schemaType"].as_str().unwrap_or("AVRO");
    if kind != "AVRO" {
        return Err((422, 42201, format!("schemas of type {kind} are not supported")));
    }
    body["schema"].as_str().map(str::to_owned).ok_or((422, 42201, "Empty schema".to_owned()))
}
