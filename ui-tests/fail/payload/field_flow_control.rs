// errors: 4
use openedx_events::prelude::*;

type Flag = Option<bool>;

/// A library whose content was changed.
#[payload]
pub struct ContentLibraryData {
    /// Key of the library.
    pub library_key: String,
    /// Whether the receiver updates the courses that use it.
    pub update_blocks: bool,
    /// Whether the receiver uses a background task.
    pub background: Option<bool>,
    /// Whether the receiver skips the search index.
    pub skip_index: Flag,
    /// How often the content was forced, which is a fact.
    #[payload(allow(field_flow_control, reason = "a count"))]
    pub force: Count,
}

type Count = i64;

fn main() {}
