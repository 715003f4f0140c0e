use openedx_events::{learning::signals::COURSE_ENROLLMENT_CREATED, receiver};

#[receiver(COURSE_ENROLLMENT_CREATED)]
fn notify(from_event_bus: i64) { _ = from_event_bus; }

fn main() {}
