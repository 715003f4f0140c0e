//! Reads the data of a message that another release of openedx-events may have written.

use std::borrow::Cow;

use super::Message;
use crate::{avro::BoxError, former, metadata::EventsMetadata, registry};

impl Message {
    /// Returns the Avro bytes of the event in the schema of this program. `metadata` is the message's own.
    pub(crate) fn current_event_data(&self, metadata: &EventsMetadata) -> Result<Cow<'_, [u8]>, BoxError> {
        let event_data = self.event_data()?;
        if self.is_resolved() || former::is_current(&metadata.sourcelib) {
            return Ok(Cow::Borrowed(event_data));
        }
        match registry::get(&metadata.event_type) {
            Some(definition) => Ok(former::rewrite(definition, &metadata.sourcelib, event_data)?),
            None => Ok(Cow::Borrowed(event_data)),
        }
    }
}
