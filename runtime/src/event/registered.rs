//! The texts under which a schema registry knows an event and its key.

use super::EventDefinition;
use crate::{
    json,
    schema::{Field, Schema, event_schema_with_defaults},
};

/// The schema of a key.
pub(crate) struct KeySchema {
    /// The text, as Python writes it.
    pub(crate) text: String,
    /// The name of the Avro type.
    pub(crate) type_name: &'static str,
    /// Whether the key consists of bytes.
    pub(crate) is_bytes: bool,
}

impl EventDefinition {
    /// Returns the schema of the event. It is [`schema_string`](Self::schema_string), unless a data key has a default that is not
    /// null: without it, a registry would refuse to add the data key to an event that it knows. Python has no such events.
    pub(crate) fn registered_schema(&self) -> Option<String> {
        let default = |index: usize| -> Option<String> {
            let field: &'static Field = &self.fields()[index];
            let mut avro = Vec::new();
            field.default?(&mut avro);
            let mut json = Vec::new();
            json::write_value(&field.schema, &avro, &mut serde_json::Serializer::new(&mut json)).ok()?;
            String::from_utf8(json).ok()
        };
        self.has_schema().then(|| event_schema_with_defaults(self.event_type(), self.fields(), default))
    }

    /// Returns the schema of the key at the dotted `path`, or `None` if it leads to nothing that can be a key.
    pub(crate) fn key_schema(&self, path: &str) -> Option<KeySchema> {
        let mut fields = self.fields();
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let field = fields.iter().find(|field| field.name == name)?;
            let schema = match field.schema {
                Schema::Optional(some) => *some,
                schema => schema,
            };
            match (names.peek(), schema) {
                (Some(_), Schema::Record(record)) => fields = record.get().fields,
                (Some(_), _) => return None,
                (None, schema) => {
                    let type_name = match schema {
                        Schema::String | Schema::PersonalString => "string",
                        Schema::Long => "long",
                        Schema::Boolean => "boolean",
                        Schema::Bytes => "bytes",
                        _ => return None,
                    };
                    let text = format!(r#"{{"name": "{name}", "type": "{type_name}"}}"#);
                    return Some(KeySchema { text, type_name, is_bytes: matches!(schema, Schema::Bytes) });
                }
            }
        }
        None
    }
}

#[cfg(all(test, feature = "catalog"))]
mod tests {
    use crate::{
        event::Event,
        learning::signals::{CourseEnrollmentCreated, StudentRegistrationCompleted},
        registry,
    };

    #[test]
    fn without_defaults_the_text_is_the_schema() {
        for definition in
            registry::events().filter(|definition| definition.event_type().starts_with("org.openedx"))
        {
            assert_eq!(definition.registered_schema(), definition.schema_string());
        }
    }

    #[test]
    fn keys_have_the_texts_of_python() {
        let text = |path| CourseEnrollmentCreated::DEFINITION.key_schema(path).map(|key| key.text);
        let course_key = r#"{"name": "course_key", "type": "string"}"#;
        assert_eq!(text("enrollment.course.course_key").as_deref(), Some(course_key));
        assert_eq!(text("enrollment.user.id").as_deref(), Some(r#"{"name": "id", "type": "long"}"#));
        assert_eq!(
            text("enrollment.is_active").as_deref(),
            Some(r#"{"name": "is_active", "type": "boolean"}"#)
        );
        // These paths lead nowhere, or to a value that cannot be a key.
        for path in ["enrollment", "enrollment.course", "enrollment.nothing", "enrollment.mode.more", ""] {
            assert_eq!(text(path), None, "{path}");
        }
        assert_eq!(StudentRegistrationCompleted::DEFINITION.key_schema("user.id").unwrap().type_name, "long");
    }
}
