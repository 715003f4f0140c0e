use openedx_events::prelude::*;
use std::rc::Rc;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: Rc<String>,
}

fn main() {}
