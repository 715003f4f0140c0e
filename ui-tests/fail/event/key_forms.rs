// errors: 3
use openedx_events::{learning::data::UserData, prelude::*};

/// Sent when a learner has signed in.
#[event(type = "com.example.learning.session.login.completed.v1", key = user::id)]
pub struct SessionLoginCompleted {
    /// The learner.
    pub user: UserData,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", key = course_key.to_string())]
pub struct CourseCreated {
    /// Which course.
    pub course_key: CourseKey,
}

/// Sent when a course was renamed.
#[event(type = "com.example.learning.course.renamed.v1", key = (course_key, title))]
pub struct CourseRenamed {
    /// Which course.
    pub course_key: CourseKey,
    /// The new title.
    pub title: String,
}

fn main() {}
