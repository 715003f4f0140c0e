//! Metadata that is made when something asks for it.

use std::sync::OnceLock;

use super::EventsMetadata;
use crate::{date_time::DateTime, event::EventDefinition};

/// The metadata of an event that is sent. Making it takes longer than calling a short receiver.
pub struct LazyMetadata<'a> {
    given: Option<&'a EventsMetadata>,
    definition: &'static EventDefinition,
    /// When the event happened, if it was not when it was sent.
    time: Option<DateTime>,
    made: OnceLock<Box<EventsMetadata>>,
}

impl<'a> LazyMetadata<'a> {
    /// Has the metadata already.
    ///
    /// A sender makes it if something will ask: its `time` is when the event was sent, and not when the first receiver asked.
    #[inline]
    pub(crate) fn given(definition: &'static EventDefinition, metadata: &'a EventsMetadata) -> Self {
        Self { given: Some(metadata), definition, time: None, made: OnceLock::new() }
    }

    /// Makes the metadata of an event that this process sends, if something needs them after all, such as the log line of a failure.
    #[inline]
    pub(crate) fn later(definition: &'static EventDefinition, time: Option<DateTime>) -> Self {
        Self { given: None, definition, time, made: OnceLock::new() }
    }

    /// Returns the metadata.
    #[inline]
    pub(crate) fn get(&self) -> &EventsMetadata {
        match self.given {
            Some(metadata) => metadata,
            None => self.make(),
        }
    }

    #[cold]
    fn make(&self) -> &EventsMetadata {
        self.made.get_or_init(|| Box::new(EventsMetadata::sent(self.definition, self.time)))
    }
}
