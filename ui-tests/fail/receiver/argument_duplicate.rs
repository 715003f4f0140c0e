use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED, order = 1, order = 2)]
fn notify() {}

fn main() {}
