//! Conversions between events and the crate `apache-avro`, for programs that use it: to hand values to a data lake,
//! or to read bytes that were written with another schema. It needs the feature `apache-avro`.
//!
//! ```
//! use openedx_events::{apache, learning::{data::*, signals::*}};
//!
//! let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
//! let user = UserData::builder().id(7).is_active(true).pii(pii).build();
//! let event = StudentRegistrationCompleted::builder().user(user).build();
//!
//! let value = apache::to_value(&event)?;
//! assert_eq!(apache::from_value::<StudentRegistrationCompleted>(value)?, event);
//! # Ok::<(), apache::ApacheError>(())
//! ```

use std::{error::Error, fmt};

use ::apache_avro::{
    Error as AvroError, Schema, reader::datum::GenericDatumReader, types::Value,
    writer::datum::GenericDatumWriter,
};

use crate::{
    avro::DecodeError,
    codec,
    error::debug_as_chain,
    event::{EventDefinition, NoWireForm, WireEvent},
    schema::{Field, event_schema_string},
};

impl EventDefinition {
    /// Returns the schema, for `apache-avro`.
    ///
    /// A hyphen in the event type becomes `_`, because Avro allows no hyphen in a namespace. (Python's implementation
    /// does.)
    ///
    /// # Errors
    ///
    /// If the event is local only and has no schema, or if `apache-avro` refuses the schema.
    pub fn avro_schema(&self) -> Result<Schema, ApacheError> {
        if !self.has_schema() {
            return Err(ApacheError::NoWireForm(NoWireForm::new(self)));
        }
        schema_of(self, self.fields())
    }
}

/// Converts an event to a value of `apache-avro`: a record with one field for each data key.
///
/// # Errors
///
/// If `apache-avro` refuses the schema.
pub fn to_value<E: WireEvent>(event: &E) -> Result<Value, ApacheError> {
    Ok(read(&E::DEFINITION.avro_schema()?, &codec::encode(event))?)
}

/// Converts a value of `apache-avro` to an event. Missing data keys get their default.
///
/// # Errors
///
/// If the value does not fit the schema, or if the type of a field refuses its value.
pub fn from_value<E: WireEvent>(value: Value) -> Result<E, ApacheError> {
    let schema = E::DEFINITION.avro_schema()?;
    let value = with_defaults(E::DEFINITION, value)?.resolve(&schema)?;
    let bytes = GenericDatumWriter::builder(&schema).build()?.write_value_to_vec(value)?;
    Ok(codec::decode(&bytes)?)
}

/// Decodes an event from bytes that were written with the schema `writer`, by Avro's rules for a reader with another
/// schema: data keys are matched by name, and missing ones get their default.
///
/// Use [`codec::decode`] if the writer's schema is unknown, as on Redis.
///
/// # Errors
///
/// If the bytes do not have that schema, or if it cannot be read as this event.
pub fn decode_written_with<E: WireEvent>(writer: &Schema, bytes: &[u8]) -> Result<E, ApacheError> {
    // `from_value` applies the reader's schema.
    from_value(read(writer, bytes)?)
}

/// Returns the schema of the event with only these data keys.
fn schema_of(definition: &EventDefinition, fields: &[Field]) -> Result<Schema, ApacheError> {
    let namespace = definition.event_type().replace('-', "_");
    Ok(Schema::parse_str(&event_schema_string(&namespace, fields))?)
}

fn read(schema: &Schema, mut bytes: &[u8]) -> Result<Value, AvroError> {
    GenericDatumReader::builder(schema).build()?.read_value(&mut bytes)
}

/// Adds missing data keys with their defaults, because Python's schema has no defaults.
fn with_defaults(definition: &EventDefinition, value: Value) -> Result<Value, ApacheError> {
    let Value::Record(mut values) = value else { return Ok(value) };
    for field in definition.fields() {
        if let Some(default) = field.default
            && values.iter().all(|(name, _)| name != field.name)
        {
            let mut bytes = Vec::new();
            default(&mut bytes);
            let schema = schema_of(definition, std::slice::from_ref(field))?;
            if let Value::Record(added) = read(&schema, &bytes)? {
                values.extend(added);
            }
        }
    }
    Ok(Value::Record(values))
}

/// An error in a conversion between an event and `apache-avro`.
///
/// `apache-avro`'s messages can repeat a value, which may be personal data. They are in [`Avro`](Self::Avro), and
/// this type does not print them.
#[non_exhaustive]
pub enum ApacheError {
    /// `apache-avro` refused the schema, the bytes or the value. Its message may contain personal data.
    Avro(Box<AvroError>),
    /// The value is not this event.
    Decode(DecodeError),
    /// The event is local only.
    NoWireForm(NoWireForm),
}

impl fmt::Display for ApacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Avro(_) => f.write_str(
                "`apache-avro` refused the schema, the bytes or the value; `ApacheError::Avro` has its message, which \
                 may contain personal data",
            ),
            Self::Decode(error) => error.fmt(f),
            Self::NoWireForm(error) => error.fmt(f),
        }
    }
}

debug_as_chain!(ApacheError);

/// Returns the source of the inner error. `apache-avro`'s error is not a source, because programs print the sources of
/// errors.
impl Error for ApacheError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Avro(_) => None,
            Self::Decode(error) => error.source(),
            Self::NoWireForm(error) => error.source(),
        }
    }
}

impl From<AvroError> for ApacheError {
    fn from(error: AvroError) -> Self {
        Self::Avro(Box::new(error))
    }
}

impl From<DecodeError> for ApacheError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
