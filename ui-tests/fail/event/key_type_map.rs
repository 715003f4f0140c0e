use openedx_events::prelude::*;
use std::collections::BTreeMap;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub titles: BTreeMap<String, String>,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course.titles)]
pub struct CourseCreated {
    /// Which course.
    pub course: CourseData,
}

fn main() {}
