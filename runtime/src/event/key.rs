//! Finds the key of an event in its Avro bytes without decoding the rest.

use super::EventDefinition;
use crate::{
    avro::{DecodeError, Decoder},
    schema::{Field, Schema},
};

impl EventDefinition {
    /// Returns the Avro bytes of the field at the dotted `path` in the Avro bytes of an event of this definition, or
    /// `None` if the field does not exist or is null.
    pub(crate) fn key_bytes<'a>(&self, path: &str, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let mut input = Decoder::new(bytes);
        let mut fields = self.fields();
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let schema = go_to(&mut input, fields, name)?;
            let schema = match schema {
                Schema::Optional(some) => input.some().ok()?.then_some(*some)?,
                schema => schema,
            };
            if names.peek().is_none() {
                let start = input.offset();
                skip(&mut input, &schema).ok()?;
                return bytes.get(start..input.offset());
            }
            let Schema::Record(record) = schema else { return None };
            fields = record.get().fields;
        }
        None
    }
}

/// Skips to the field `name`, and returns its schema.
fn go_to(input: &mut Decoder<'_>, fields: &[Field], name: &str) -> Option<Schema> {
    for field in fields {
        if field.name == name {
            return Some(field.schema);
        }
        skip(input, &field.schema).ok()?;
    }
    None
}

fn skip(input: &mut Decoder<'_>, schema: &Schema) -> Result<(), DecodeError> {
    match schema {
        Schema::Boolean => input.boolean().map(drop),
        Schema::Long => input.long().map(drop),
        Schema::Double => input.double().map(drop),
        Schema::String | Schema::PersonalString | Schema::Bytes => input.bytes().map(drop),
        Schema::Array(item) => input.items(|input| skip(input, item), |_, _| ()),
        Schema::Map(value) => input.items(
            |input| {
                input.bytes()?;
                skip(input, value)
            },
            |_, _| (),
        ),
        Schema::Optional(some) => {
            if input.some()? {
                skip(input, some)?;
            }
            Ok(())
        }
        Schema::Record(record) => record.get().fields.iter().try_for_each(|field| skip(input, &field.schema)),
        // An event with such a field is local only and has no bytes.
        Schema::Unknown => Ok(()),
    }
}

#[cfg(all(test, feature = "catalog"))]
mod tests {
    use crate::{
        codec,
        event::Event,
        learning::{data::*, signals::*},
    };

    #[test]
    fn keys_are_found_after_other_fields() {
        let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
        let user = UserData::builder().id(7).is_active(true).pii(pii).build();
        let event = StudentRegistrationCompleted { user };
        let bytes = codec::encode(&event);
        let key = |path| StudentRegistrationCompleted::DEFINITION.key_bytes(path, &bytes);
        assert_eq!(key("user.id"), Some(&[14][..]));
        assert_eq!(key("user.pii.username"), Some(&b"\x06ada"[..]));
        assert_eq!(key("user.nothing"), None);
        assert_eq!(key("user.id.more"), None);
    }
}
