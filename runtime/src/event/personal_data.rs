//! Where an event has personal data.

use super::EventDefinition;
use crate::schema::{Field, Schema};

impl EventDefinition {
    /// The paths of all personal data in the event, in the order of the wire: of everything that is marked
    /// `pii` in the event's data keys and in the payloads inside them.
    ///
    /// A path is written as in `enrollment.user.pii.email`. The entries of a list or a map are `[]`, as in
    /// `members[].name`. Where something is personal as a whole, the path ends there. Of data without a wire
    /// form, which only local-only events have, there are the data keys.
    ///
    /// Python's library has no such mark, apart from the name of the class `UserPersonalData`.
    ///
    /// ```
    /// use openedx_events::{Event, learning::signals::StudentRegistrationCompleted};
    ///
    /// let definition = StudentRegistrationCompleted::DEFINITION;
    /// assert_eq!(definition.personal_data(), ["user.pii.username", "user.pii.email", "user.pii.name"]);
    /// ```
    #[must_use]
    pub fn personal_data(&self) -> Vec<String> {
        let mut paths = Vec::new();
        add_fields(self.fields(), "", &mut paths);
        paths
    }
}

fn add_fields(fields: &[Field], prefix: &str, paths: &mut Vec<String>) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        if field.pii {
            paths.push(path);
        } else {
            add_parts(&field.schema, path, paths);
        }
    }
}

/// The walk ends: no record contains itself, which the compiler checks.
fn add_parts(schema: &Schema, path: String, paths: &mut Vec<String>) {
    match schema {
        Schema::Array(part) | Schema::Map(part) => add_parts(part, path + "[]", paths),
        Schema::Optional(some) => add_parts(some, path, paths),
        Schema::Record(record) => add_fields(record.get().fields, &(path + "."), paths),
        _ => {}
    }
}
