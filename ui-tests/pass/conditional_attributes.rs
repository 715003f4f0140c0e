//! `cfg_attr` may add attributes that do not change the schema: documentation and lints.

#![deny(warnings, missing_docs)]

use openedx_events::prelude::*;

/// A course.
#[payload]
#[derive(Eq)]
pub struct CourseData {
    /// The title.
    #[cfg_attr(not(doc), doc = "As it is shown in lists.")]
    pub title: String,
    #[cfg_attr(all(), doc = "How many learners fit in.", allow(clippy::doc_markdown))]
    pub seats: i64,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The course.
    #[cfg_attr(doc, expect(clippy::struct_field_names))]
    pub course: CourseData,
}

/// Sent when content made with H5P was viewed: the event type says where the words of the constant end.
#[event(type = "com.example.learning.h5p.content.viewed.v1")]
pub struct H5PContentViewed {
    /// Number of the content.
    pub content: i64,
}

#[receiver(COURSE_CREATED)]
fn count(#[cfg_attr(all(), allow(unused_variables))] course: &CourseData) {}

fn main() {
    let course = CourseData::builder().title("Rust").seats(3).build();
    let _ = CourseCreated { course };
    let _ = &H5P_CONTENT_VIEWED;
}
