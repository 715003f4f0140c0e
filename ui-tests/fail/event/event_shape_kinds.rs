// errors: 7
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {}

/// Sent when a course was moved.
#[event(type = "com.example.learning.course.moved.v1")]
pub struct CourseMoved;

/// Sent when a course was changed.
#[event(type = "com.example.learning.course.changed.v1")]
pub enum CourseChanged {
    /// It began.
    Begun,
}

/// Sent when a course was merged.
#[event(type = "com.example.learning.course.merged.v1")]
pub union CourseMerged {
    /// Number of the course.
    pub id: i64,
}

/// Sent when a course was deleted.
#[event(type = "com.example.learning.course.deleted.v1")]
pub fn course_deleted() {}

/// Sent when a course was graded.
#[event(type = "com.example.learning.course.graded.v1")]
pub struct CourseGraded<T> {
    /// The grade.
    pub grade: T,
}

/// Sent when a course was renamed.
#[event(type = "com.example.learning.course.renamed.v1")]
pub struct CourseRenamed<'a> {
    /// The new title.
    pub title: &'a str,
}

fn main() {}
