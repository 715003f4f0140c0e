use openedx_events::prelude::*;

/// A place in a course.
#[payload]
pub struct PlaceData {
    /// Row in which it is, where the room has rows.
    pub row: Option<i64>,
}
