use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED, crate = "openedx_events")]
fn notify() {}

fn main() {}
