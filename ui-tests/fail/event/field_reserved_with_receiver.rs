// errors: 3
use openedx_events::prelude::*;

mod signals {
    use openedx_events::prelude::*;

    /// Sent when a course was created.
    #[event(type = "com.example.learning.course.created.v1")]
    pub struct CourseCreated {
        /// Facts about it.
        pub metadata: String,
    }
}

#[receiver(crate::signals::COURSE_CREATED)]
fn notify(metadata: &str) {
    println!("{metadata}");
}

/// Sent when a course was changed.
#[event(type = "com.example.learning.course.changed.v1")]
pub struct CourseChanged {
    /// The change.
    pub event: i64,
}

#[receiver(COURSE_CHANGED)]
fn count(event: &i64) {
    println!("{event}");
}

fn local() {
    /// Sent when a course was deleted.
    #[event(type = "com.example.learning.course.deleted.v1")]
    pub struct CourseDeleted {
        /// The number.
        pub _number: i64,
    }

    #[receiver(COURSE_DELETED)]
    fn count(_number: &i64) {}
}

fn main() {
    signals::COURSE_CREATED.send_event(signals::CourseCreated { metadata: String::new() });
    assert!(COURSE_CHANGED.send_event(CourseChanged::builder().event(1).build()).all_ok());
}
