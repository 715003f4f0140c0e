use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED, order = 3000000000)]
fn notify() {}

fn main() {}
