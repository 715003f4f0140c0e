use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

use openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED as ENROLLED;

#[receiver(COURSE_ENROLLMENT_CREATED, ENROLLED)]
fn notify() {}

fn main() {}
