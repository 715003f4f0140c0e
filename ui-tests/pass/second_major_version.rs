//! A second major version can exist next to a deprecated first one: the compiler warns its users, but not its
//! definition.

#![deny(warnings)]

use openedx_events::prelude::*;

/// Sent when a course was created.
#[event(
    type = "com.example.learning.course.created.v1",
    minor_version = 2,
    deprecated(since = "1.2.0", note = "use `COURSE_CREATED_V2`")
)]
pub struct CourseCreated {
    /// Its title.
    pub title: String,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v2", key = course_key)]
pub struct CourseCreatedV2 {
    /// Its key.
    pub course_key: CourseKey,
    /// Its title.
    #[event(default)]
    pub title: String,
}

#[allow(deprecated)]
#[receiver(COURSE_CREATED)]
fn old(title: &str) {
    assert_eq!(title, "Demo");
}

#[receiver(COURSE_CREATED_V2)]
fn new(course_key: &CourseKey) {
    let _ = course_key;
}

#[allow(deprecated)]
fn main() {
    assert_eq!(COURSE_CREATED_V2.definition().name(), "COURSE_CREATED_V2");
    let deprecated = COURSE_CREATED.definition().deprecated().unwrap();
    assert_eq!(
        (deprecated.since, deprecated.note),
        (Some("1.2.0"), "use `COURSE_CREATED_V2`")
    );
    assert_eq!(
        COURSE_CREATED
            .send_event(CourseCreated {
                title: "Demo".to_owned()
            })
            .len(),
        1
    );
}
