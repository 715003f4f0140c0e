//! Metadata that are made when something asks for them.

use std::sync::OnceLock;

use super::EventsMetadata;
use crate::{date_time::DateTime, event::EventDefinition};

/// The metadata of an event that is sent. Making them takes longer than calling a short receiver.
pub struct LazyMetadata {
    /// Given, or made when the event was sent.
    given: Option<EventsMetadata>,
    definition: &'static EventDefinition,
    /// When the event happened, if it was not when it was sent.
    time: Option<DateTime>,
    made: OnceLock<Box<EventsMetadata>>,
}

impl LazyMetadata {
    /// The event was sent with `metadata`.
    pub(crate) fn given(definition: &'static EventDefinition, metadata: EventsMetadata) -> Self {
        Self { given: Some(metadata), definition, time: None, made: OnceLock::new() }
    }

    /// The event is sent now, and happened at `time`, or now.
    ///
    /// If something will ask, the metadata are made at once: `time` is when the event was sent, and not when the first
    /// receiver asked.
    #[inline]
    pub(crate) fn now(definition: &'static EventDefinition, time: Option<DateTime>, is_asked: bool) -> Self {
        let given = if is_asked { Some(EventsMetadata::sent(definition, time)) } else { None };
        Self { given, definition, time, made: OnceLock::new() }
    }

    /// Returns the metadata.
    #[inline]
    pub(crate) fn get(&self) -> &EventsMetadata {
        match &self.given {
            Some(metadata) => metadata,
            None => self.make(),
        }
    }

    #[cold]
    fn make(&self) -> &EventsMetadata {
        self.made.get_or_init(|| Box::new(EventsMetadata::sent(self.definition, self.time)))
    }
}
