use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(metadata: &String) { _ = metadata; }

fn main() {}
