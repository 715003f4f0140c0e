use openedx_events::prelude::*;

/// A place in a course.
#[payload]
#[derive(Eq, Hash)]
pub struct PlaceData {
    /// Row in which it is.
    pub row: i64,
}
