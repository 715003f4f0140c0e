//! Key paths, looked up in an event.

use crate::{
    event::EventDefinition,
    schema::{Field, Schema},
};

/// Checks that a path as in `enrollment.course.course_key` leads to a value that makes a partition key.
///
/// # Errors
///
/// What is wrong with it, as the first line of a message.
pub(crate) fn check(definition: &EventDefinition, path: &str) -> Result<(), String> {
    let event = definition.name();
    let mut fields: &[Field] = definition.fields();
    let mut found: Option<Schema> = None;
    for segment in path.split('.') {
        if let Some(schema) = found {
            let Schema::Record(record) = schema else {
                return Err(format!(
                    "`{path}` is not in `{event}`: `{segment}` is asked of a value that has no fields"
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
    Err(format!("`{path}` of `{event}` is {kind}, which makes no key"))
}

/// Whether a path that leads to a key leads to personal data.
pub(super) fn is_personal(definition: &EventDefinition, path: &str) -> bool {
    let is_below =
        |place: &str| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    definition.personal_data().iter().any(|place| is_below(place))
}

/// The data keys of an event, for a message.
pub(super) fn data_keys(definition: &EventDefinition) -> String {
    let keys: Vec<_> = definition.data().map(|key| format!("`{}`", key.name())).collect();
    keys.join(", ")
}
