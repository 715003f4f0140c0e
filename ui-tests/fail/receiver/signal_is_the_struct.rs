use openedx_events::{learning::signals::CourseEnrollmentCreated, receiver};

#[receiver(CourseEnrollmentCreated)]
fn notify() {}

fn main() {}
