use openedx_events::prelude::*;

/// A seat in a classroom.
#[payload]
#[derive(Eq, Hash)]
pub struct PlaceData {
    /// Row of the seat.
    pub row: i64,
}
