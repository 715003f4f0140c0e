// errors: 2
use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(_sender: &str, _signal: &str) {}

fn main() {}
