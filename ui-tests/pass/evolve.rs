//! A payload cannot change, but a new one can be made from it: with `to_builder()`, or from its fields.

use openedx_events::prelude::*;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title.
    pub title: String,
    /// Its seats.
    #[payload(default = 30)]
    pub seats: i64,
    /// Its teacher.
    pub teacher: Option<String>,
}

fn main() {
    let course = CourseData::builder().title("Demo").teacher("Ada").build();
    let renamed = course.to_builder().title("Demo II").build();
    assert_eq!((renamed.title.as_str(), renamed.seats), ("Demo II", 30));
    let mut fields = renamed.into_fields();
    fields.seats += 1;
    let CourseDataFields { title, .. } = &fields;
    assert_eq!(title, "Demo II");
    let larger = CourseData::from(CourseDataFields {
        teacher: None,
        ..fields
    });
    assert_eq!((larger.seats, larger.teacher.as_deref()), (31, None));
    assert_ne!(course, larger);
}
