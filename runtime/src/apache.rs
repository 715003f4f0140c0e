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
    Schema, reader::datum::GenericDatumReader, types::Value, writer::datum::GenericDatumWriter,
};

use crate::{
    avro::DecodeError,
    codec,
    event::{Event, EventDefinition, NoWireForm, WireEvent},
    signal::Signal,
};

impl EventDefinition {
    /// The schema, for `apache-avro`.
    ///
    /// A hyphen in the event type, which Avro does not allow in a namespace and Python's implementation takes, is `_`
    /// here.
    ///
    /// # Errors
    ///
    /// Where the event is local only and has no schema, or `apache-avro` refuses it.
    pub fn avro_schema(&self) -> Result<Schema, ApacheError> {
        let text = self.schema_string().ok_or_else(|| ApacheError::NoWireForm(NoWireForm::new(self)))?;
        let namespace = self.event_type().replace('-', "_");
        let text = text.replace(&format!("\"{}\"", self.event_type()), &format!("\"{namespace}\""));
        Schema::parse_str(&text).map_err(ApacheError::from)
    }
}

impl<E: WireEvent> Signal<E> {
    /// The schema, for `apache-avro`: see [`EventDefinition::avro_schema`].
    ///
    /// # Errors
    ///
    /// Where `apache-avro` refuses it.
    pub fn avro_schema(&self) -> Result<Schema, ApacheError> {
        E::DEFINITION.avro_schema()
    }
}

/// The event as a value of `apache-avro`: a record with one field a data key.
///
/// # Errors
///
/// Where `apache-avro` refuses the schema.
pub fn to_value<E: WireEvent>(event: &E) -> Result<Value, ApacheError> {
    let schema = schema::<E>()?;
    let bytes = codec::encode(event);
    Ok(GenericDatumReader::builder(&schema).build()?.read_value(&mut bytes.as_slice())?)
}

/// The event that a value of `apache-avro` is.
///
/// # Errors
///
/// Where the value does not fit the schema, or a field's type refuses what it holds.
pub fn from_value<E: WireEvent>(value: Value) -> Result<E, ApacheError> {
    let schema = schema::<E>()?;
    let value = value.resolve(&schema)?;
    let bytes = GenericDatumWriter::builder(&schema).build()?.write_value_to_vec(value)?;
    Ok(codec::decode(&bytes)?)
}

/// The event in bytes that were written with the schema `writer`, by the rules of Avro for a reader whose schema is
/// another: data keys are found by name, and those that are missing have their default.
///
/// [`codec::decode`] is the way where the writer's schema is not known, as on Redis.
///
/// # Errors
///
/// Where the bytes are not of that schema, or it cannot be read as this event.
pub fn decode_written_with<E: WireEvent>(writer: &Schema, bytes: &[u8]) -> Result<E, ApacheError> {
    let reader = schema::<E>()?;
    let datum = GenericDatumReader::builder(writer).reader_schema(&reader).build()?;
    let mut rest = bytes;
    from_value(datum.read_value(&mut rest)?)
}

fn schema<E: Event>() -> Result<Schema, ApacheError> {
    E::DEFINITION.avro_schema()
}

/// Why an event and `apache-avro` did not come together.
#[derive(Debug)]
#[non_exhaustive]
pub enum ApacheError {
    /// `apache-avro` refused the schema, the bytes or the value.
    Avro(Box<::apache_avro::Error>),
    /// The value is none of this event.
    Decode(DecodeError),
    /// The event is local only.
    NoWireForm(NoWireForm),
}

impl fmt::Display for ApacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Avro(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::NoWireForm(error) => error.fmt(f),
        }
    }
}

/// The text is that of the error inside, and so is the source.
impl Error for ApacheError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Avro(error) => error.source(),
            Self::Decode(error) => error.source(),
            Self::NoWireForm(error) => error.source(),
        }
    }
}

impl From<::apache_avro::Error> for ApacheError {
    fn from(error: ::apache_avro::Error) -> Self {
        Self::Avro(Box::new(error))
    }
}

impl From<DecodeError> for ApacheError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
