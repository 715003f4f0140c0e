use openedx_events::prelude::*;
use std::collections::HashMap;

type Id = u64;

/// A course.
#[payload]
pub struct CourseData {
    /// Its numbers by name.
    pub numbers: HashMap<String, Vec<Id>>,
}

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1")]
pub struct CourseCreated {
    /// The course.
    pub course: CourseData,
}

#[receiver(COURSE_CREATED)]
fn receive(course: &CourseData) {
    let _ = &course.numbers;
}

fn main() {}
