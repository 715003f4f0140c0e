// errors: 4
use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", data = {"course_key": CourseKey})]
pub struct CourseCreated {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a course was deleted.
#[event(type = "com.example.learning.course.deleted.v1", data = ["course_key"])]
pub struct CourseDeleted {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a course was archived.
#[event(type = "com.example.learning.course.archived.v2", version = 2)]
pub struct CourseArchivedV2 {
    /// Key of the course.
    pub course_key: CourseKey,
}

/// Sent when a course was moved.
#[event(data = {"course_key": CourseKey}, type = "com.example.learning.course.moved.v1")]
pub struct CourseMoved {
    /// Key of the course.
    pub course_key: CourseKey,
}

fn main() {}
