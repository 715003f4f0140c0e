// errors: 2
use openedx_events::payload;

/// A course, whose types the compiler itself refuses.
#[payload]
pub struct CourseData {
    /// Any type that can be cloned.
    pub value: impl Clone,
    /// A type to find.
    pub guess: _,
}

fn main() {}
