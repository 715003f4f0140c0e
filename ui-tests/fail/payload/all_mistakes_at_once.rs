// errors: 7
use openedx_events::prelude::*;

#[payload(redact)]
#[derive(Debug)]
pub struct CourseData {
    pub title: String,
    /// How many learners are enrolled.
    #[payload(rename = "learners")]
    pub enrolled: u64,
    /// When it was opened.
    pub opened: std::time::Instant,
}

fn main() {}
