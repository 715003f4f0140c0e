use openedx_events::prelude::*;

/// A place in a course.
#[payload]
pub struct PlaceData {
    /// Row in which it is, as `row` in JSON and in Avro.
    pub row: i64,
}
