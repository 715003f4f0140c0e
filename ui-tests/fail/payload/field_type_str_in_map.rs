use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The titles by language.
    pub titles: std::collections::BTreeMap<String, str>,
}

fn main() {}
