//! Events whose type is not known where they are handled.

use std::{any::Any, error::Error, fmt};

use super::{EventDefinition, WireEvent};
use crate::{
    codec::{self, DecodeError},
    metadata::EventsMetadata,
    payload::json::{RecordJson, deserialize_record},
    responses::Responses,
};

/// An event of any type, borrowed from its sender: what [`connect_any`](crate::registry::connect_any)
/// hands out.
#[derive(Clone, Copy)]
pub struct AnyEvent<'a> {
    definition: &'static EventDefinition,
    wire: Option<&'static WireFunctions>,
    event: &'a (dyn Any + Send + Sync),
}

impl<'a> AnyEvent<'a> {
    pub(super) fn new(
        definition: &'static EventDefinition,
        wire: Option<&'static WireFunctions>,
        event: &'a (dyn Any + Send + Sync),
    ) -> Self {
        Self { definition, wire, event }
    }

    /// What is known of its type.
    #[must_use]
    pub fn definition(&self) -> &'static EventDefinition {
        self.definition
    }

    /// The event type, as in `org.openedx.learning.course.enrollment.created.v1`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        self.definition.event_type()
    }

    /// The event itself, if its type is `E`.
    #[must_use]
    pub fn downcast_ref<E: super::Event>(&self) -> Option<&'a E> {
        self.event.downcast_ref()
    }

    /// The Avro bytes.
    ///
    /// # Errors
    ///
    /// Where the event is local only.
    pub fn to_avro(&self) -> Result<Vec<u8>, NoWireForm> {
        let mut out = Vec::with_capacity(256);
        let wire = self.wire.ok_or_else(|| NoWireForm::new(self.definition))?;
        (wire.encode)(self.event, &mut out);
        Ok(out)
    }

    /// The Avro record dictionary as JSON. It has the personal data of the event in clear.
    ///
    /// # Errors
    ///
    /// Where the event is local only.
    pub fn to_json(&self) -> Result<String, NoWireForm> {
        let wire = self.wire.ok_or_else(|| NoWireForm::new(self.definition))?;
        Ok((wire.to_json)(self.event))
    }
}

/// Names the type; the data may be personal.
impl fmt::Debug for AnyEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyEvent").field("event_type", &self.event_type()).finish_non_exhaustive()
    }
}

/// The functions of a [`WireEvent`] that need no type at their caller.
#[doc(hidden)]
pub struct WireFunctions {
    encode: fn(&dyn Any, &mut Vec<u8>),
    to_json: fn(&dyn Any) -> String,
    json_to_avro: fn(&str) -> Result<Vec<u8>, AnyEventError>,
    avro_to_json: fn(&[u8]) -> Result<String, DecodeError>,
    send: fn(EventsMetadata, &[u8]) -> Result<Responses, DecodeError>,
}

impl WireFunctions {
    /// Those of `E`.
    #[must_use]
    pub const fn of<E: WireEvent>() -> Self {
        Self {
            encode: |event, out| {
                if let Some(event) = event.downcast_ref::<E>() {
                    codec::encode_into(event, out);
                }
            },
            to_json: |event| event.downcast_ref::<E>().map(to_json).unwrap_or_default(),
            json_to_avro: |json| from_json::<E>(json).map(|event| codec::encode(&event)),
            avro_to_json: |bytes| codec::decode::<E>(bytes).map(|event| to_json(&event)),
            send: |metadata, bytes| {
                codec::decode::<E>(bytes)
                    .map(|event| E::signal().send_event_with_custom_metadata(metadata, event))
            },
        }
    }

    pub(super) fn encode_json(&self, json: &str) -> Result<Vec<u8>, AnyEventError> {
        (self.json_to_avro)(json)
    }

    pub(super) fn decode_to_json(&self, bytes: &[u8]) -> Result<String, AnyEventError> {
        Ok((self.avro_to_json)(bytes)?)
    }

    pub(super) fn send(&self, metadata: EventsMetadata, bytes: &[u8]) -> Result<Responses, DecodeError> {
        (self.send)(metadata, bytes)
    }
}

fn to_json<E: WireEvent>(event: &E) -> String {
    // Maps have text keys and floats are always written, so nothing can fail.
    serde_json::to_string(&RecordJson(event)).unwrap_or_default()
}

fn from_json<E: WireEvent>(json: &str) -> Result<E, AnyEventError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let event = deserialize_record::<E, _>(tracked);
    let event = event.map_err(|error| AnyEventError::Json { path: track.path().to_string(), error })?;
    deserializer.end().map_err(|error| AnyEventError::Json { path: ".".to_owned(), error })?;
    Ok(event)
}

/// Why JSON and Avro bytes of an event could not be turned into each other.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyEventError {
    /// The JSON is not the event's Avro record dictionary.
    #[non_exhaustive]
    Json {
        /// The field, as in `enrollment.user.id`; `.` for the whole.
        path: String,
        /// What is wrong there. Its text may repeat a value of the JSON.
        error: serde_json::Error,
    },
    /// The bytes are not the event's Avro form.
    Avro(DecodeError),
    /// The event is local only.
    NoWireForm(NoWireForm),
}

impl fmt::Display for AnyEventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json { path, error } if path == "." => error.fmt(f),
            Self::Json { path, error } => write!(f, "`{path}`: {error}"),
            Self::Avro(error) => error.fmt(f),
            Self::NoWireForm(error) => error.fmt(f),
        }
    }
}

/// The text is that of the error inside, and so is the source.
impl Error for AnyEventError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Json { error, .. } => error.source(),
            Self::Avro(error) => error.source(),
            Self::NoWireForm(error) => error.source(),
        }
    }
}

impl From<DecodeError> for AnyEventError {
    fn from(error: DecodeError) -> Self {
        Self::Avro(error)
    }
}

impl From<NoWireForm> for AnyEventError {
    fn from(error: NoWireForm) -> Self {
        Self::NoWireForm(error)
    }
}

/// The event is local only: it has no Avro bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoWireForm {
    event_type: &'static str,
    reason: &'static str,
}

impl NoWireForm {
    pub(super) fn new(definition: &EventDefinition) -> Self {
        Self {
            event_type: definition.event_type(),
            reason: definition.local_only().unwrap_or("its definition has no wire form"),
        }
    }

    /// The reason that the event's definition gives.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reason
    }
}

impl fmt::Display for NoWireForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event `{}` stays in its process: {}", self.event_type, self.reason)
    }
}

impl Error for NoWireForm {}
