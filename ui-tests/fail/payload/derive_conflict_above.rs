// errors: 3
use openedx_events::prelude::*;

/// A course.
#[derive(Debug, Clone, PartialEq)]
#[payload]
pub struct CourseData {
    /// Title of the course.
    pub title: String,
    /// Another.
    pub places: i64,
}

/// How a learner is enrolled.
#[derive(Hash, PartialOrd)]
#[payload]
pub enum Mode {
    Audit,
    #[payload(other)]
    Other(String),
}

/// A number.
#[derive(Clone)]
#[payload(text)]
pub struct Number(pub u64);

fn main() {}
