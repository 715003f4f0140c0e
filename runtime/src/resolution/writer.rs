//! The schema of a writer.

use std::{fmt, sync::Arc};

use super::{
    ResolutionError,
    parse::Parser,
    plan::Planner,
    rewrite::Resolution,
    types::{Type, WriterRecord},
};
use crate::event::{EventDefinition, NoWireForm};

/// The Avro schema that a message was written with, as a schema registry or a file `*.avsc` has it.
///
/// It may be any Avro schema of a record. A logical type counts as the type that it is based on. Names need not follow
/// Avro's rules, because an event type with a hyphen does not follow them either.
///
/// ```
/// use openedx_events::{Event, codec::{self, WriterSchema}, learning::signals::StudentRegistrationCompleted};
///
/// // In this release, `pii` came first, its `name` was optional, and users had a number of visits.
/// let writer = WriterSchema::parse(
///     r#"{"type": "record", "name": "CloudEvent", "fields": [{"name": "user", "type": {
///         "type": "record", "name": "UserData", "fields": [
///             {"name": "pii", "type": {"type": "record", "name": "UserPersonalData", "fields": [
///                 {"name": "username", "type": "string"},
///                 {"name": "email", "type": "string"},
///                 {"name": "name", "type": ["string", "null"]}
///             ]}},
///             {"name": "id", "type": "int"},
///             {"name": "visits", "type": "int"},
///             {"name": "is_active", "type": "boolean"}
///         ]}}]}"#,
/// )?;
/// let resolution = writer.resolve(StudentRegistrationCompleted::DEFINITION)?;
///
/// let bytes = resolution.rewrite(b"\x06ada\x1eada@example.com\x00\x06Ada\x0e\x08\x01")?;
/// let event: StudentRegistrationCompleted = codec::decode(&bytes)?;
/// assert_eq!((event.user.id, event.user.pii.name.as_str()), (7, "Ada"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct WriterSchema {
    root: Type,
    records: Arc<[WriterRecord]>,
}

impl WriterSchema {
    /// Parses a schema from its JSON.
    ///
    /// # Errors
    ///
    /// If it is not JSON, or not the Avro schema of a record. The error names the position in the JSON.
    pub fn parse(json: &str) -> Result<Self, ResolutionError> {
        let (root, records) = Parser::parse(json)?;
        Ok(Self { root, records: records.into() })
    }

    /// Prepares to read messages of this schema as the event of `definition`.
    ///
    /// # Errors
    ///
    /// If the event is local only, or if no message of this schema can be read as the event: a data key or field without
    /// a default is missing, or its type cannot be converted. The error names it.
    pub fn resolve(&self, definition: &'static EventDefinition) -> Result<Resolution, ResolutionError> {
        if !definition.has_schema() {
            return Err(ResolutionError::no_wire_form(&NoWireForm::new(definition)));
        }
        let plan = Planner::new(&self.records).event(&self.root, definition.fields())?;
        Ok(Resolution::new(plan, Arc::clone(&self.records)))
    }
}

/// Prints only the number of records, because a schema is long.
impl fmt::Debug for WriterSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriterSchema").field("records", &self.records.len()).finish_non_exhaustive()
    }
}
