use openedx_events::prelude::*;

/// A seat in a classroom.
#[payload]
pub struct PlaceData {
    /// Row of the seat, if the room has rows.
    pub row: Option<i64>,
}
