use openedx_events::receiver;

#[receiver = "COURSE_ENROLLMENT_CREATED"]
fn notify() {}

fn main() {}
