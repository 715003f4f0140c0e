use openedx_events::receiver;

#[receiver(openedx_events::learning::signals::COURSE_ENROLLMENT_CREATED)]
fn notify(enrollment) {}

fn main() {}
