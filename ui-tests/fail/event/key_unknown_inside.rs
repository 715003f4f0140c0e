// errors: 6
use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// The title.
    pub title: String,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course.name)]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

/// Sent when a course was renamed.
#[event(type = "com.example.learning.course.renamed.v1", key = course.title.text)]
pub struct CourseRenamed {
    /// The course.
    pub course: CourseData,
}

/// Sent when courses were merged.
#[event(type = "com.example.learning.courses.merged.v1", key = courses.title)]
pub struct CoursesMerged {
    /// Which courses.
    pub courses: Vec<CourseData>,
}

/// Sent when it happened.
#[event(type = "com.example.learning.course.listed.v1", key = courses.title)]
pub struct CourseListed {
    /// The courses.
    pub courses: Option<Vec<CourseData>>,
    /// Which list.
    pub list_id: i64,
}

/// Sent when it happened.
#[event(type = "com.example.learning.course.mapped.v1", key = courses.title)]
pub struct CourseMapped {
    /// The courses.
    pub courses: Option<std::collections::BTreeMap<String, CourseData>>,
}

/// Sent when it happened.
#[event(type = "com.example.learning.course.graded.v1", key = grade.value)]
pub struct CourseGraded {
    /// The grade.
    pub grade: f64,
    /// The course.
    pub course: CourseData,
}

fn main() {}
