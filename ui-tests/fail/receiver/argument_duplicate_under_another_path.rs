use openedx_events::{learning::signals::{self, COURSE_ENROLLMENT_CREATED}, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED, signals::COURSE_ENROLLMENT_CREATED)]
fn notify() {}

fn main() {}
