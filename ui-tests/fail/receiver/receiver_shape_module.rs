use openedx_events::learning::signals::*;

#[openedx_events::receiver(COURSE_ENROLLMENT_CREATED)]
mod handlers {}

fn main() {}
