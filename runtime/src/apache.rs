//! Events beside the crate `apache-avro`, for programs that have it anyway: to hand its values to a data lake, or to read
//! bytes that were written with another schema. The feature `apache-avro` turns it on.
//!
//! ```
//! use openedx_events::{apache, learning::{data::*, signals::*}};
//!
//! let pii = UserPersonalData::builder().username("ada").email("ada@example.com").build();
//! let user = UserData::builder().id(7).is_active(true).pii(pii).build();
//! let event = StudentRegistrationCompleted { user };
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
    event::{EventDefinition, NoWireForm, WireEvent},
    schema::{Field, event_schema_string},
    signal::Signal,
};

impl EventDefinition {
    /// Returns the schema, for `apache-avro`.
    ///
    /// A hyphen in the event type, which Avro does not allow in a namespace and Python's implementation takes, is `_`
    /// here.
    ///
    /// # Errors
    ///
    /// Where the event is local only and has no schema, or `apache-avro` refuses it.
    pub fn avro_schema(&self) -> Result<Schema, ApacheError> {
        if self.schema_string().is_none() {
            return Err(ApacheError::NoWireForm(NoWireForm::new(self)));
        }
        schema_of(self, self.fields())
    }
}

impl<E: WireEvent> Signal<E> {
    /// Returns the schema, for `apache-avro`: see [`EventDefinition::avro_schema`].
    ///
    /// # Errors
    ///
    /// Where `apache-avro` refuses it.
    pub fn avro_schema(&self) -> Result<Schema, ApacheError> {
        E::DEFINITION.avro_schema()
    }
}

/// Returns the event as a value of `apache-avro`: a record with one field a data key.
///
/// # Errors
///
/// Where `apache-avro` refuses the schema.
pub fn to_value<E: WireEvent>(event: &E) -> Result<Value, ApacheError> {
    Ok(read(&E::DEFINITION.avro_schema()?, &codec::encode(event))?)
}

/// Returns the event that a value of `apache-avro` is; data keys that are missing have their default.
///
/// # Errors
///
/// Where the value does not fit the schema, or a field's type refuses what it holds.
pub fn from_value<E: WireEvent>(value: Value) -> Result<E, ApacheError> {
    let schema = E::DEFINITION.avro_schema()?;
    let value = with_defaults(E::DEFINITION, value)?.resolve(&schema)?;
    let bytes = GenericDatumWriter::builder(&schema).build()?.write_value_to_vec(value)?;
    Ok(codec::decode(&bytes)?)
}

/// Returns the event in bytes that were written with the schema `writer`, by the rules of Avro for a reader whose schema is
/// another: data keys are found by name, and those that are missing have their default.
///
/// [`codec::decode`] is the way where the writer's schema is not known, as on Redis.
///
/// # Errors
///
/// Where the bytes are not of that schema, or it cannot be read as this event.
pub fn decode_written_with<E: WireEvent>(writer: &Schema, bytes: &[u8]) -> Result<E, ApacheError> {
    // Which schema the reader has, is seen to there.
    from_value(read(writer, bytes)?)
}

/// Returns the schema of an event with these data keys only.
fn schema_of(definition: &EventDefinition, fields: &[Field]) -> Result<Schema, ApacheError> {
    let namespace = definition.event_type().replace('-', "_");
    Ok(Schema::parse_str(&event_schema_string(&namespace, fields))?)
}

fn read(schema: &Schema, mut bytes: &[u8]) -> Result<Value, AvroError> {
    GenericDatumReader::builder(schema).build()?.read_value(&mut bytes)
}

/// Adds the data keys that are missing: the schema is Python's, in which they have no default.
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

/// Why an event and `apache-avro` did not come together.
///
/// `apache-avro`'s own texts can repeat a value, which may be personal data: they are in [`Avro`](Self::Avro), and not
/// in what this prints.
#[non_exhaustive]
pub enum ApacheError {
    /// `apache-avro` refused the schema, the bytes or the value. Why, may have personal data in it.
    Avro(Box<AvroError>),
    /// The value is none of this event.
    Decode(DecodeError),
    /// The event is local only.
    NoWireForm(NoWireForm),
}

impl fmt::Display for ApacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Avro(_) => f.write_str(
                "`apache-avro` refused the schema, the bytes or the value: `ApacheError::Avro` has the reason, which \
                 may repeat personal data",
            ),
            Self::Decode(error) => error.fmt(f),
            Self::NoWireForm(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for ApacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApacheError({self})")
    }
}

/// The source is that of the error inside, but for `apache-avro`'s: whoever prints an error prints its sources, too.
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
