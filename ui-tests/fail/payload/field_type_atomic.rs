use openedx_events::prelude::*;
use std::sync::atomic::AtomicU64;

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: AtomicU64,
}

fn main() {}
