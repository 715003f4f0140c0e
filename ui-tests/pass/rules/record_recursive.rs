use openedx_events::prelude::*;

/// A section of a course.
#[payload]
pub struct SectionData {
    /// Number of the section.
    pub id: i64,
    /// Number of the section that it is part of, if any.
    pub parent_id: Option<i64>,
}
