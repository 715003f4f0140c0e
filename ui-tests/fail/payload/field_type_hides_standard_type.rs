// errors: 3
//! Each field whose type hides a standard one is reported.

use openedx_events::prelude::*;

pub struct String;

/// A course.
#[payload]
pub struct CourseData {
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: i64,
    /// Its organization.
    pub organization: String,
    /// Its tags.
    pub tags: Vec<String>,
}

fn main() {}
