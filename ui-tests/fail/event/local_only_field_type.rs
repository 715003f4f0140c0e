// errors: 3
use openedx_events::prelude::*;
use std::{cell::Cell, rc::Rc};

/// Sent when a course was created.
#[event(type = "com.example.learning.course.created.v1", local_only = "it holds a connection")]
pub struct CourseCreated {
    /// Borrowed.
    pub title: &str,
    /// Not `Send`.
    pub course: Rc<String>,
    /// Not `Sync`.
    pub number: Cell<i64>,
}

fn main() {}
