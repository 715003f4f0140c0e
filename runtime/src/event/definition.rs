//! Definitions of events.

use std::fmt;

use super::{AnyEventError, DataKey, NoWireForm, SharedEvent, WireFunctions};
use crate::{
    json,
    schema::{Field, Location, Record, event_schema_string},
};

/// An event definition: the event type, its data keys, and the arguments of `#[event]`.
///
/// The counterpart of an `OpenEdxPublicSignal` in Python, and of the annotations in its comment.
///
/// ```
/// use openedx_events::{Event, learning::signals::CourseEnrollmentCreated};
///
/// let definition = CourseEnrollmentCreated::DEFINITION;
/// assert_eq!(definition.event_type(), "org.openedx.learning.course.enrollment.created.v1");
/// assert_eq!(definition.name(), "COURSE_ENROLLMENT_CREATED");
/// assert_eq!(definition.key_field(), Some("enrollment.course.course_key"));
/// ```
pub struct EventDefinition {
    event_type: &'static str,
    name: &'static str,
    docs: &'static str,
    record: &'static Record,
    minor_version: u32,
    contracts: &'static [u32],
    key_field: Option<&'static str>,
    repository: Option<&'static str>,
    warning: Option<&'static str>,
    deprecated: Option<Deprecation>,
    local_only: Option<&'static str>,
    wire: Option<WireFunctions>,
}

/// The deprecation of an event type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deprecation {
    /// The release that deprecated it, if the definition says so.
    pub since: Option<&'static str>,
    /// The replacement, or other advice.
    pub note: &'static str,
}

/// Used by expansions.
#[doc(hidden)]
impl EventDefinition {
    #[must_use]
    pub const fn new(
        event_type: &'static str,
        name: &'static str,
        docs: &'static str,
        record: &'static Record,
    ) -> Self {
        Self {
            event_type,
            name,
            docs,
            record,
            minor_version: 0,
            contracts: &[],
            key_field: None,
            repository: None,
            warning: None,
            deprecated: None,
            local_only: None,
            wire: None,
        }
    }
}

macro_rules! setters {
    ($($setter:ident($($parameter:ident: $type:ty),+) $field:ident = $value:expr;)*) => {
        #[doc(hidden)]
        impl EventDefinition {
            $(
                #[must_use]
                pub const fn $setter(mut self, $($parameter: $type),+) -> Self {
                    self.$field = $value;
                    self
                }
            )*
        }
    };
}

setters! {
    with_minor_version(minor_version: u32) minor_version = minor_version;
    with_contracts(minor_versions: &'static [u32]) contracts = minor_versions;
    with_key_field(path: &'static str) key_field = Some(path);
    with_repository(repository: &'static str) repository = Some(repository);
    with_warning(warning: &'static str) warning = Some(warning);
    with_deprecated(since: Option<&'static str>, note: &'static str) deprecated = Some(Deprecation { since, note });
    with_local_only(reason: &'static str) local_only = Some(reason);
    with_wire(wire: Option<WireFunctions>) wire = wire;
}

impl EventDefinition {
    /// Returns the event type, such as `org.openedx.learning.course.enrollment.created.v1` (ADR-2).
    #[must_use]
    pub const fn event_type(&self) -> &'static str {
        self.event_type
    }

    /// Returns the name of the static, such as `COURSE_ENROLLMENT_CREATED`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the documentation of the event, as written on its struct.
    #[must_use]
    pub const fn docs(&self) -> &'static str {
        self.docs
    }

    /// Returns the data keys, in the order of the wire.
    pub fn data(&self) -> impl ExactSizeIterator<Item = DataKey> + use<> {
        self.record.fields.iter().map(DataKey)
    }

    /// Returns the minor version, which rises when a data key is added at the end (ADR-6).
    #[must_use]
    pub const fn minor_version(&self) -> u32 {
        self.minor_version
    }

    /// Returns the minor versions whose contracts the compiler compared the definition with, the newest first: the
    /// files `schemas/…_schema.avsc` (minor version 0) and `schemas/…_schema.1.avsc`.
    #[must_use]
    pub const fn contracts(&self) -> &'static [u32] {
        self.contracts
    }

    /// Returns the path to the value that keeps events in order on an event bus, as in
    /// `enrollment.course.course_key` (ADR-12, ADR-14).
    #[must_use]
    pub const fn key_field(&self) -> Option<&'static str> {
        self.key_field
    }

    /// Returns the repository whose code sends the event.
    #[must_use]
    pub const fn repository(&self) -> Option<&'static str> {
        self.repository
    }

    /// Returns a warning to senders and receivers.
    #[must_use]
    pub const fn warning(&self) -> Option<&'static str> {
        self.warning
    }

    /// Returns the deprecation of the event type, if it is deprecated.
    #[must_use]
    pub const fn deprecated(&self) -> Option<Deprecation> {
        self.deprecated
    }

    /// Returns the reason why the event cannot go to an event bus, if it is local only.
    #[must_use]
    pub const fn local_only(&self) -> Option<&'static str> {
        self.local_only
    }

    /// Returns the file of the definition, as the compiler received it.
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.record.location.file
    }

    /// Returns the line of the definition, from 1.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.record.location.line
    }

    /// Returns the module path of the definition, which begins with the crate's name.
    #[must_use]
    pub const fn module_path(&self) -> &'static str {
        self.record.location.module_path
    }

    /// Returns the place of the definition, which tells definitions of one event type apart.
    pub(crate) const fn location(&self) -> &Location {
        &self.record.location
    }

    /// Returns the Avro schema, byte for byte as Python's `json.dumps(schema, sort_keys=True)` writes it; `None`
    /// for a local-only event with data that has no Avro form.
    #[must_use]
    pub fn schema_string(&self) -> Option<String> {
        self.has_schema().then(|| event_schema_string(self.event_type, self.record.fields))
    }

    /// Returns whether all data has an Avro form, so that there is a schema.
    pub(crate) fn has_schema(&self) -> bool {
        self.record.fields.iter().all(|field| field.schema.fits_field())
    }

    /// Returns the Avro bytes of the event whose Avro record dictionary is `json`.
    ///
    /// # Errors
    ///
    /// If the JSON is not the dictionary of this event (the error has the path of the field), or if the event is local
    /// only.
    pub fn encode_json(&self, json: &str) -> Result<Vec<u8>, AnyEventError> {
        let wire = self.wire()?;
        let event = json::read_text(self.record, json, |bytes| wire.decode(bytes))?;
        Ok(wire.to_avro(&*event))
    }

    /// Returns the Avro record dictionary of the event whose Avro bytes are `bytes`, as JSON. It contains the event's
    /// personal data in clear.
    ///
    /// # Errors
    ///
    /// If the bytes are not this event, or if the event is local only.
    pub fn decode_to_json(&self, bytes: &[u8]) -> Result<String, AnyEventError> {
        let wire = self.wire()?;
        let event = wire.decode(bytes)?;
        Ok(self.avro_to_json(&wire.to_avro(&*event)))
    }

    /// Returns the JSON of Avro bytes that this program wrote.
    pub(super) fn avro_to_json(&self, bytes: &[u8]) -> String {
        let mut json = Vec::with_capacity(2 * bytes.len());
        // Keys of maps are strings and all floats have a form, so writing cannot fail; and JSON is UTF-8.
        let _ = json::write(self.record, bytes, &mut serde_json::Serializer::new(&mut json));
        String::from_utf8(json).unwrap_or_default()
    }

    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<SharedEvent, AnyEventError> {
        Ok(self.wire()?.decode(bytes)?)
    }

    pub(crate) const fn fields(&self) -> &'static [Field] {
        self.record.fields
    }

    pub(super) fn wire(&self) -> Result<&WireFunctions, NoWireForm> {
        self.wire.as_ref().ok_or_else(|| NoWireForm::new(self))
    }
}

impl fmt::Debug for EventDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventDefinition")
            .field("event_type", &self.event_type)
            .field("name", &self.name)
            .field("location", &self.record.location)
            .finish_non_exhaustive()
    }
}
