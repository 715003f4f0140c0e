use openedx_events::prelude::*;

/// A seat in a classroom.
#[payload]
pub struct PlaceData {
    /// Row of the seat, called `row` in JSON and Avro.
    pub row: i64,
}
