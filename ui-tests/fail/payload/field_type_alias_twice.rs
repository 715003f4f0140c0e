use openedx_events::prelude::*;

pub type Id = u64;

mod m {
    pub use super::Id as Number;
}

/// A course.
#[payload]
pub struct CourseData {
    /// What the field holds.
    pub value: m::Number,
}

fn main() {}
