use openedx_events::receiver;

#[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
fn notify() {}

#[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
fn notify() {}

fn main() {}
