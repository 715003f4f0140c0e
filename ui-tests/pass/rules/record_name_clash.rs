use openedx_events::prelude::*;

/// A place that is given up.
#[payload]
pub struct OldPlaceData {
    /// Row in which it was.
    pub row: i64,
}

/// A place that is taken.
#[payload]
pub struct NewPlaceData {
    /// Row in which it is, by its name.
    pub row: String,
}

/// Sent when a learner has taken another place.
#[event(type = "com.example.learning.place.swapped.v1")]
pub struct PlaceSwapped {
    /// Place before.
    pub before: OldPlaceData,
    /// Place after.
    pub after: NewPlaceData,
}
