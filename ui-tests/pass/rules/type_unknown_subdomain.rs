use openedx_events::prelude::*;

/// Sent when a course was tried in an experiment.
#[event(type = "com.example.experiments.course.tried.v1")]
pub struct CourseTried {
    /// Key of the course.
    pub course_key: CourseKey,
}
