//! The paths of an event's personal data.

use super::EventDefinition;
use crate::schema::{Field, Schema};

impl EventDefinition {
    /// Returns the paths of all personal data in the event, in the order of the wire: the data keys and the fields of
    /// payloads inside them that are marked `pii`.
    ///
    /// A path looks like `enrollment.user.pii.email`, with `[]` for the entries of a list or a map, as in
    /// `members[].name`. It ends at the first field that is marked. Data without a wire form, which only local-only
    /// events have, is not searched.
    ///
    /// Python's library has no such mark; it only has the name of the class `UserPersonalData`.
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

/// Adds the paths inside a schema. The walk ends, because the compiler refuses records that contain themselves.
fn add_parts(schema: &Schema, path: String, paths: &mut Vec<String>) {
    match schema {
        Schema::Array(part) | Schema::Map(part) => add_parts(part, path + "[]", paths),
        Schema::Optional(some) => add_parts(some, path, paths),
        Schema::Record(record) => add_fields(record.get().fields, &(path + "."), paths),
        _ => {}
    }
}
