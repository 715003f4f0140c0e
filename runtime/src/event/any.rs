//! Events whose Rust type is unknown to the code that handles them.

use std::{any::Any, fmt};

use super::{Event, EventDefinition, NoWireForm};

/// An event of any type, borrowed from its sender. Callbacks of [`connect_any`](crate::registry::connect_any) receive
/// it.
#[derive(Clone, Copy)]
pub struct AnyEvent<'a> {
    definition: &'static EventDefinition,
    event: &'a (dyn Any + Send + Sync),
    from_event_bus: bool,
}

impl<'a> AnyEvent<'a> {
    pub(crate) fn new(
        definition: &'static EventDefinition,
        event: &'a (dyn Any + Send + Sync),
        from_event_bus: bool,
    ) -> Self {
        Self { definition, event, from_event_bus }
    }

    /// Returns the definition of its event type.
    #[must_use]
    pub fn definition(&self) -> &'static EventDefinition {
        self.definition
    }

    pub(crate) fn data(&self) -> &'a (dyn Any + Send + Sync) {
        self.event
    }

    /// Returns the event type, such as `org.openedx.learning.course.enrollment.created.v1`.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        self.definition.event_type()
    }

    /// Returns whether the event came from an event bus, and not from this process.
    #[must_use]
    pub fn is_from_event_bus(&self) -> bool {
        self.from_event_bus
    }

    /// Returns the event itself, if its type is `E`.
    #[must_use]
    pub fn downcast_ref<E: Event>(&self) -> Option<&'a E> {
        self.event.downcast_ref()
    }

    /// Returns the Avro bytes.
    ///
    /// # Errors
    ///
    /// If the event is local only.
    pub fn to_avro(&self) -> Result<Vec<u8>, NoWireForm> {
        Ok(self.definition.wire()?.to_avro(self.event))
    }

    /// Returns the Avro record dictionary as JSON. It contains the event's personal data in clear.
    ///
    /// # Errors
    ///
    /// If the event is local only.
    pub fn to_json(&self) -> Result<String, NoWireForm> {
        Ok(self.definition.avro_to_json(&self.to_avro()?))
    }
}

/// Prints the event type only, since the data may be personal.
impl fmt::Debug for AnyEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyEvent").field("event_type", &self.event_type()).finish_non_exhaustive()
    }
}
