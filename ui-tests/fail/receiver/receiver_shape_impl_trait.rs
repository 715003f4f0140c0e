use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(enrollment: &impl Clone) { _ = enrollment; }

fn main() {}
