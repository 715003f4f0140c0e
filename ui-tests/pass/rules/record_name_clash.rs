use openedx_events::prelude::*;

/// A seat that a learner leaves.
#[payload]
pub struct OldPlaceData {
    /// Row of the seat.
    pub row: i64,
}

/// A seat that a learner takes.
#[payload]
pub struct NewPlaceData {
    /// Name of the row.
    pub row: String,
}

/// Sent when a learner moved to another seat.
#[event(type = "com.example.learning.place.swapped.v1")]
pub struct PlaceSwapped {
    /// Seat that the learner left.
    pub before: OldPlaceData,
    /// Seat that the learner took.
    pub after: NewPlaceData,
}
