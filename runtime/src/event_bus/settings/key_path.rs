//! Key paths, looked up in an event.

use crate::{
    event::EventDefinition,
    schema::{Field, Schema},
};

/// Checks that a path such as `enrollment.course.course_key` leads to a value that can be a partition key.
///
/// # Errors
///
/// Returns the first line of a message if the path leads nowhere, or to a value that cannot be a key.
pub(crate) fn check(definition: &EventDefinition, path: &str) -> Result<(), String> {
    let event = definition.name();
    let mut fields: &[Field] = definition.fields();
    let mut found: Option<Schema> = None;
    for segment in path.split('.') {
        if let Some(schema) = found {
            let Schema::Record(record) = schema else {
                return Err(format!(
                    "`{path}` is not in `{event}`: `{segment}` is looked up in a value without fields"
                ));
            };
            fields = record.get().fields;
        }
        let Some(field) = fields.iter().find(|field| field.name == segment) else {
            let known: Vec<_> = fields.iter().map(|field| field.name).collect();
            return Err(format!(
                "`{}` is not in `{event}`: there is no `{}`, only `{}`",
                path.escape_debug(),
                segment.escape_debug(),
                known.join("`, `")
            ));
        };
        found = Some(match field.schema {
            Schema::Optional(some) => *some,
            schema => schema,
        });
    }
    let kind = match found {
        Some(Schema::Record(_)) => "a record",
        Some(Schema::Array(_)) => "a list",
        Some(Schema::Map(_)) => "a map",
        Some(Schema::Double) => "a float",
        _ => return Ok(()),
    };
    Err(format!("`{path}` of `{event}` is {kind}, which cannot be a key"))
}

/// Returns whether a path that leads to a key leads to personal data.
pub(super) fn is_personal(definition: &EventDefinition, path: &str) -> bool {
    let is_below =
        |place: &str| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    definition.personal_data().iter().any(|place| is_below(place))
}

/// Lists the data keys of an event, for a message.
pub(super) fn data_keys(definition: &EventDefinition) -> String {
    let keys: Vec<_> = definition.data().map(|key| format!("`{}`", key.name())).collect();
    keys.join(", ")
}
