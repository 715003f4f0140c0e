// errors: 4
use openedx_events::prelude::*;
use std::collections::BTreeMap;

/// A course.
#[payload]
pub struct CourseData {
    /// The grade.
    pub grade: f64,
    /// The titles by language.
    pub titles: BTreeMap<String, String>,
    /// Whether it has ended.
    pub has_ended: bool,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course)]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

/// Sent when a course was graded.
#[event(type = "com.example.learning.course.graded.v1", key = course.grade)]
pub struct CourseGraded {
    /// The course.
    pub course: CourseData,
}

/// Sent when a course was renamed.
#[event(type = "com.example.learning.course.renamed.v1", key = course.titles)]
pub struct CourseRenamed {
    /// The course.
    pub course: CourseData,
}

/// Sent when a course was ended.
#[event(type = "com.example.learning.course.ended.v1", key = course.has_ended)]
pub struct CourseEnded {
    /// The course.
    pub course: CourseData,
}

fn main() {}
