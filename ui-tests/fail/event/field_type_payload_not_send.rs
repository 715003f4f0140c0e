use openedx_events::prelude::*;
use std::cell::RefCell;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title, which somebody may still change.
    pub title: RefCell<String>,
}

/// Several courses.
#[payload]
pub struct CourseListData {
    /// The courses.
    pub courses: Vec<CourseData>,
}

/// Sent when courses were created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The courses.
    pub list: CourseListData,
    /// The first of them.
    pub first: Option<CourseData>,
}

fn main() {}
