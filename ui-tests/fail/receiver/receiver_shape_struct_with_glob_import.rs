use openedx_events::learning::signals::*;

#[openedx_events::receiver(COURSE_ENROLLMENT_CREATED)]
pub struct Notify;

fn main() {}
