use openedx_events::prelude::*;

/// A piece of music.
#[payload]
pub struct RecordData {
    /// The title.
    pub title: String,
}
